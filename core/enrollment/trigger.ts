import type { JsonObject } from '../json.ts';
import type { OutgoingFact } from '../ports.ts';
import type { Trigger } from './enter.ts';

/** The trigger that a committed fact (of kind `event` or `segment`) is: the same however often it is delivered. */
export function triggerOf({ profileId, version, atMs, detail, name, kind }: OutgoingFact): Trigger {
  const { then } = detail;
  const common = { profileId, version, atMs, ...(Array.isArray(then) && { then: then.map(String) }) };
  if (kind !== 'event') {
    return { ...common, kind: 'segment', triggerId: `${profileId}/${version}/${name}/${String(detail['edge'])}` };
  }
  const eventId = String(detail['eventId']);
  const properties = (detail['properties'] ?? {}) as JsonObject;
  const event = { eventId, name, properties, occurredMs: Number(detail['occurredMs']) };
  return { ...common, kind: 'event', triggerId: `${profileId}/${eventId}`, event };
}
