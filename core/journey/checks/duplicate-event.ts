import type { Check } from './check.ts';

/** An event stands in the catalogue once: two files of one name would say two things of it. */
export const duplicateEvent: Check = {
  code: 'duplicate-event',
  severity: 'error',
  check: ({ events }) => {
    const first = new Map<string, string>();
    return events.flatMap(({ file, draft: { name } }) => {
      if (name === undefined) return [];
      const other = first.get(name);
      if (other === undefined) {
        first.set(name, file);
        return [];
      }
      const message = `The event "${name}" stands in the catalogue already, in ${other}.`;
      return [{ file, path: ['name'], message, suggestion: 'Say all of it in one file.' }];
    });
  },
};
