import type { Path } from '../../problem.ts';
import { isObject, type Json } from '../../json.ts';
import { isNeverBefore, isNeverShorter } from '../../time/compare-durations.ts';
import { allFiles, type Check } from './check.ts';

interface Impossible {
  /** Inside the condition. */
  readonly path: Path;
  readonly message: string;
}
type Rule = (condition: Readonly<Record<string, unknown>>) => Impossible | undefined;

const emptyAny: Rule = ({ any }) =>
  Array.isArray(any) && any.length === 0
    ? {
        path: ['any'],
        message: 'An empty "any" never holds. Add conditions, or write { "all": [] } for everybody.',
      }
    : undefined;

/** Events, different values and sums alike; the tests of a trait are told by a rule of their own. */
const noCount: Rule = ({ did, atLeast, atMost }) =>
  did !== undefined && typeof atLeast === 'number' && typeof atMost === 'number' && atLeast > atMost
    ? {
        path: ['atMost'],
        message: `Nothing is at least ${atLeast} and at most ${atMost}, so this never holds. For either of two write "any".`,
      }
    : undefined;

const noMoment: Rule = ({ last, first, olderThan, newerThan }) =>
  (last !== undefined || first !== undefined) &&
  typeof olderThan === 'string' &&
  typeof newerThan === 'string' &&
  isNeverShorter(olderThan, newerThan)
    ? {
        path: ['newerThan'],
        message: `Nothing is older than ${olderThan} and newer than ${newerThan}, so this never holds. "newerThan" must be the longer one.`,
      }
    : undefined;

const noDay: Rule = ({ dayOf, from, to }) =>
  dayOf !== undefined && typeof from === 'string' && typeof to === 'string' && isNeverBefore(from, to)
    ? {
        path: ['to'],
        message: `The stretch from ${from} to ${to} has no day in it, so this never holds. It ends before "to": the day itself is { "from": "P0D", "to": "P1D" }.`,
      }
    : undefined;

/** What ends a sequence ends it at that instant too. */
const noEnd: Rule = ({ sequence, thenNot }) => {
  const last = (Array.isArray(sequence) ? (sequence as readonly Json[]).at(-1) : undefined) ?? null;
  if (!isObject(last) || thenNot === undefined) return undefined;
  const [names, ends] = [[last['did']].flat(), [thenNot].flat() as readonly unknown[]];
  if (names.length === 0 || !names.every((name) => ends.includes(name))) return undefined;
  return {
    path: ['thenNot'],
    message:
      'The last event of this sequence is itself one that must not follow, so this never holds. Leave it out of "thenNot".',
  };
};

const rules: readonly Rule[] = [emptyAny, noCount, noMoment, noDay, noEnd];

/** No condition is written so that it can hold for nobody. */
export const neverTrue: Check = {
  code: 'never-true',
  severity: 'warning',
  check: (input) =>
    allFiles(input).flatMap(({ file, conditions }) =>
      conditions.flatMap(({ condition, path }) =>
        rules.flatMap((rule) => {
          const found = rule({ ...condition });
          return found ? [{ file, path: [...path, ...found.path], message: found.message }] : [];
        }),
      ),
    ),
};
