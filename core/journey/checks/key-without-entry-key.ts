import type { Check } from './check.ts';

/** An event is matched by key only in a journey that has one. */
export const keyWithoutEntryKey: Check = {
  code: 'key-without-entry-key',
  severity: 'error',
  check: ({ journeys }) =>
    journeys.flatMap(({ file, draft, events }) => {
      // Without a readable entry nobody knows; a broken key is still a key.
      if (!draft.entry || 'key' in draft.entry) return [];
      // What is missing is one key of the entry, however many events are compared with it: told at the first.
      const isFirst = (index: number, key: string): boolean =>
        events.findIndex(({ match }) => match.key === key) === index;
      return events
        .filter(({ match }, index) => match.key !== undefined && isFirst(index, match.key))
        .map(({ path, match }) => ({
          file,
          path: [...path, 'key'],
          message: `This compares "${match.key}" with the enrollment's key, but the entry has no "key". Add "key": "${match.key}" to the entry, or take it away here.`,
        }));
    }),
};
