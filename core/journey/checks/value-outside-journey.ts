import { allFiles, type Check } from './check.ts';

/** What only a journey knows is asked only in journeys. */
export const valueOutsideJourney: Check = {
  code: 'value-outside-journey',
  severity: 'error',
  check: (input) => {
    const journeys = new Set(input.journeys.map(({ file }) => file));
    return allFiles(input)
      .filter(({ file }) => !journeys.has(file))
      .flatMap(({ file, conditions }) =>
        conditions
          .filter(({ kind }) => kind.isOfJourneys)
          .map(({ kind, path }) => ({
            file,
            path: [...path, kind.key],
            at: 'key' as const,
            message: `A "${kind.key}" condition asks what a journey knows, and there is no journey here. Use "trait" for what the person is, or "did" for what they did.`,
          })),
      );
  },
};
