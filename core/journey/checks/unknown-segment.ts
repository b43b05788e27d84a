import { closest, didYouMean } from '../../suggest.ts';
import { allFiles, type Check } from './check.ts';

/** Every segment that a condition or an entry names exists. */
export const unknownSegment: Check = {
  code: 'unknown-segment',
  severity: 'error',
  check: (input) => {
    const known = input.ids.segment;
    const inConditions = allFiles(input).flatMap(({ file, conditions }) =>
      conditions.flatMap(({ kind, condition, path }) => {
        const id = kind.segment?.(condition);
        return id === undefined ? [] : [{ file, path: [...path, kind.key], id, says: 'The condition asks for' }];
      }),
    );
    const inEntries = input.journeys.flatMap(({ file, draft }) => {
      const on = draft.entry?.on;
      const id = on && 'segment' in on ? on.segment : undefined;
      return id === undefined ? [] : [{ file, path: ['entry', 'on', 'segment'], id, says: 'The entry listens to' }];
    });
    return [...inConditions, ...inEntries]
      .filter(({ id }) => !known.has(id))
      .map(({ file, path, id, says }) => ({
        file,
        path,
        message: `${says} the segment "${id}", but there is no segment with that name.`,
        ...didYouMean(closest(id, known)),
      }));
  },
};
