import { closest, didYouMean } from '../../suggest.ts';
import { knownEvents } from './catalogue.ts';
import type { Check } from './check.ts';
import { eventUses, namesIn } from './event-uses.ts';

/** Where there is a catalogue, every event that documents ask for stands in it. */
export const unknownEvent: Check = {
  code: 'unknown-event',
  severity: 'warning',
  check: (input) => {
    const known = knownEvents(input);
    if (!known) return [];
    return eventUses(input).flatMap(({ file, names, path }) =>
      namesIn(names, path)
        .filter(({ name }) => !known.has(name))
        .map((place) => ({
          file,
          path: place.path,
          message: `The catalogue in events/ has no event "${place.name}", and no journey emits one.`,
          ...didYouMean(closest(place.name, known)),
        })),
    );
  },
};
