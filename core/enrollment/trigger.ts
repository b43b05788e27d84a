import type { JsonObject } from '../json.ts';
import type { OutgoingFact } from '../ports.ts';
import { onceId, type Trigger } from './enter.ts';
import { onceInRound } from './rounds.ts';

/** The trigger that a committed fact is: the same however often it is delivered. */
export function triggerOf(fact: OutgoingFact): Trigger {
  const { profileId, version, atMs, detail, name, kind } = fact;
  const { then } = detail;
  const common = { profileId, version, atMs, ...(Array.isArray(then) && { then: then.map(String) }) };
  if (kind === 'date' || kind === 'schedule') {
    const round = kind === 'schedule' ? String(detail['round']) : undefined;
    const once = round === undefined ? `date/${String(detail['on'])}` : onceInRound(round);
    return { ...common, kind, once, triggerId: onceId(profileId, once), ...(round !== undefined && { round }) };
  }
  if (kind === 'start') {
    const { messageId, properties } = detail as { readonly messageId: string; readonly properties: JsonObject };
    const event = { eventId: messageId, name: 'Journey Started', properties, occurredMs: atMs };
    return { ...common, kind: 'start', triggerId: `${profileId}/${messageId}`, event };
  }
  if (kind !== 'event') {
    const edge = String(detail['edge']);
    return {
      ...common,
      kind: 'segment',
      segment: { id: name, edge },
      triggerId: `${profileId}/${version}/${name}/${edge}`,
    };
  }
  const eventId = String(detail['eventId']);
  const properties = (detail['properties'] ?? {}) as JsonObject;
  const event = { eventId, name, properties, occurredMs: Number(detail['occurredMs']) };
  return { ...common, kind: 'event', triggerId: `${profileId}/${eventId}`, event };
}
