import { allFiles, type Check } from './check.ts';

/** An `any` has something that could hold. */
export const neverTrue: Check = {
  code: 'never-true',
  severity: 'warning',
  check: (input) =>
    allFiles(input).flatMap(({ file, conditions }) =>
      conditions
        .filter(({ condition }) => 'any' in condition && condition.any?.length === 0)
        .map(({ path }) => ({
          file,
          path: [...path, 'any'],
          message: 'An empty "any" never holds. Add conditions, or write { "all": [] } for everybody.',
        })),
    ),
};
