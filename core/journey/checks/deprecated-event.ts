import type { Check } from './check.ts';
import { eventUses, namesIn } from './event-uses.ts';

/** An event that the catalogue calls deprecated is one that its senders will stop to send. */
export const deprecatedEvent: Check = {
  code: 'deprecated-event',
  severity: 'warning',
  check: (input) => {
    const deprecated = new Map(
      input.events.flatMap(({ draft: { name, deprecated } }) =>
        name === undefined || deprecated === undefined ? [] : [[name, deprecated] as const],
      ),
    );
    if (deprecated.size === 0) return [];
    return eventUses(input).flatMap(({ file, names, path }) =>
      namesIn(names, path)
        .filter(({ name }) => deprecated.has(name))
        .map((place) => ({
          file,
          path: place.path,
          message: `The catalogue calls the event "${place.name}" deprecated.`,
          suggestion: deprecated.get(place.name)!,
        })),
    );
  },
};
