import { valuesAt, type Occurrence } from '../event/event.ts';
import type { Json } from '../json.ts';
import type { DidCondition } from './condition.ts';
import { keyOf, namesOf, sourceOf, type Leaf } from './leaf.ts';
import { compileWhere } from './operators.ts';
import { longestMs, steadyEnd } from './steady.ts';
import { reaches } from './threshold.ts';

/** Money and other sums are kept in millionths, as whole numbers, so that the order of addition cannot matter. */
const micros = 1_000_000;

/** What is more is a mistake, and no sum with it would be exact. */
const largestAmount = 1e9;

/** `did` with `sum`: of a number property, ever or within a window. */
export function sumLeaf(condition: DidCondition & { readonly sum: string }): Leaf {
  const where = compileWhere(condition.where);
  const path = condition.sum.split('.');
  const { within } = condition;
  const amount = (event: Occurrence): number =>
    Math.round(
      valuesAt(event.properties, path).reduce<number>(
        (sum, value) => sum + (typeof value === 'number' && Math.abs(value) <= largestAmount ? value : 0),
        0,
      ) * micros,
    );
  const pairs = (state: Json | undefined): readonly Pair[] =>
    Array.isArray(state) ? (state as unknown as Pair[]) : [];
  const total = (state: Json | undefined): number => (typeof state === 'number' ? state : 0);
  const holds = (sum: number): boolean => reaches(condition, sum / micros);
  const matches = (event: Occurrence, zone: string): boolean =>
    where(event.properties, { nowMs: event.occurredMs, zone }) && amount(event) !== 0;
  const windowMs = within === undefined ? 0 : longestMs(within);
  const common = {
    key: keyOf(condition),
    source: sourceOf(within === undefined ? 'sum' : 'amounts', condition.did, condition.where, { sum: condition.sum }),
    reach: windowMs,
    names: namesOf(condition.did),
  };
  if (within === undefined) {
    return {
      ...common,
      step: (state, event, zone) => (matches(event, zone) ? total(state) + amount(event) : state),
      // A sum of nothing at all is no state; one that came out at zero is.
      merge: (left, right) => (left === undefined && right === undefined ? undefined : total(left) + total(right)),
      isTrue: (state) => holds(total(state)),
      nextChangeMs: () => Infinity,
    };
  }
  const live = (state: Json | undefined, nowMs: number, zone: string): [number, number][] =>
    pairs(state)
      .map(([ms, value]): [number, number] => [steadyEnd(ms, within, zone, 1), value])
      .filter(([endMs]) => endMs > nowMs);
  return {
    ...common,
    step: (state, event, zone) =>
      matches(event, zone) ? insertPair(pairs(state), [event.occurredMs, amount(event)], windowMs) : state,
    merge: (left, right) => pairs(right).reduce((all, pair) => insertPair(all, pair, windowMs), pairs(left)),
    isTrue: (state, nowMs, zone) => holds(live(state, nowMs, zone).reduce((sum, [, value]) => sum + value, 0)),
    nextChangeMs: (state, nowMs, zone) => {
      const ends = live(state, nowMs, zone).toSorted((a, b) => a[0] - b[0]);
      let sum = ends.reduce((all, [, value]) => all + value, 0);
      const before = holds(sum);
      for (const [endMs, value] of ends) {
        sum -= value;
        if (holds(sum) !== before) return endMs;
      }
      return Infinity;
    },
  };
}

type Pair = readonly [ms: number, value: number];

/** Events may lie a day ahead of the clock: what could still count on the day before the latest one is kept. */
const aheadMs = 86_400_000;

/** In order of time; pairs that left the window for good are forgotten, by the latest event and not by the clock. */
function insertPair(pairs: readonly Pair[], pair: Pair, windowMs: number): readonly Pair[] {
  const latestMs = Math.max(pair[0], pairs.at(-1)?.[0] ?? -Infinity);
  const isLive = ([ms]: Pair): boolean => ms > latestMs - windowMs - aheadMs;
  const at = pairs.findLastIndex(([ms, value]) => ms < pair[0] || (ms === pair[0] && value <= pair[1])) + 1;
  return pairs.toSpliced(at, 0, pair).filter(isLive);
}
