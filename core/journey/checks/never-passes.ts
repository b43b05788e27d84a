import type { Path } from '../../problem.ts';
import { allFiles, type Check, type CheckInput } from './check.ts';
import { isContradiction, testsIn } from './contradiction.ts';
import { eventUses } from './event-uses.ts';

/** Tests with the places where they stand. */
interface TestPlace {
  readonly file: string;
  readonly path: Path;
  readonly tests: unknown;
}

const ofConditions = (input: CheckInput): readonly TestPlace[] =>
  allFiles(input).flatMap(({ file, conditions }) =>
    conditions
      .filter(({ condition }) => 'trait' in condition || 'value' in condition)
      .map(({ condition, path }) => ({ file, path, tests: testsIn(condition) })),
  );
const ofEvents = (input: CheckInput): readonly TestPlace[] =>
  eventUses(input)
    // An exit is told by a rule of its own.
    .filter(({ path }) => path[0] !== 'exit' || path[2] !== 'on')
    .flatMap(({ file, where }) =>
      Object.entries(where?.tests ?? {}).map(([property, tests]) => ({
        file,
        path: [...(where?.path ?? []), property],
        tests,
      })),
    );

/** The tests that stand together on one value can hold together. */
export const neverPasses: Check = {
  code: 'never-passes',
  severity: 'warning',
  check: (input) =>
    [...ofConditions(input), ...ofEvents(input)]
      .filter(({ tests }) => isContradiction(tests))
      .map(({ file, path }) => ({
        file,
        path,
        message: 'No value can pass these tests together, so this never holds.',
      })),
};
