import type { Message } from '../event/event.ts';
import type { JsonObject } from '../json.ts';
import type { OutgoingFact } from '../ports.ts';

/** An event that a journey let happen; its id is made of its step, so it happens once however often it is told. */
export function emittedMessage({ name, profileId, atMs, detail }: OutgoingFact): Message {
  const { messageId, properties } = detail as { readonly messageId: string; readonly properties: JsonObject };
  return {
    type: 'track',
    messageId,
    name,
    profileId,
    properties,
    traits: {},
    context: {},
    occurredMs: atMs,
    receivedMs: atMs,
    trust: 'server',
  };
}
