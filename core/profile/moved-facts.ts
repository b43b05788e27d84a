import type { JsonObject } from '../json.ts';

/**
 * What a fact says that stays where its event does not: that there was something, and nothing of what it was. It was told
 * of the two together, and the event is another person's.
 */
export function withoutEvent(detail: JsonObject, eventId: string): JsonObject {
  if (detail['eventId'] !== eventId) return detail;
  const { eventId: _, properties: __, ...rest } = detail;
  return rest;
}
