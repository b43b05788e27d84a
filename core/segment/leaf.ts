import { shortHash } from '../hash.ts';
import { canonicalJson, type Json } from '../json.ts';
import { valuesAt, type Occurrence } from '../event/event.ts';
import { addDuration } from '../time/duration.ts';
import type {
  DidCondition,
  DidNotCondition,
  DurationText,
  FirstCondition,
  LastCondition,
  Names,
  Where,
} from './condition.ts';
import { compileWhere } from './operators.ts';
import { longestMs, steadyEnd } from './steady.ts';

/** A condition over events, as an automaton: a small packed state, a pure step, and when its truth next changes by time. */
export interface Leaf {
  /** The same rule has the same key in every document, so its state is kept once. */
  readonly key: string;
  /** What its state is made of, whatever window or number is asked: leaves of one source can read the state of the one with the longest reach. */
  readonly source: string;
  /** How much its state remembers: a number of events, or milliseconds. */
  readonly reach: number;
  readonly names: ReadonlySet<string>;
  /** The state after an event; the same object where nothing changed. Independent of the order of arrival. */
  step(state: Json | undefined, event: Occurrence, zone: string): Json | undefined;
  /** The state of two histories that turn out to be one person's. */
  merge(left: Json | undefined, right: Json | undefined): Json | undefined;
  isTrue(state: Json | undefined, nowMs: number, zone: string): boolean;
  /** The first instant after now at which truth may change by time alone; `Infinity` for never. */
  nextChangeMs(state: Json | undefined, nowMs: number, zone: string): number;
}

const namesOf = (names: Names): ReadonlySet<string> => new Set(typeof names === 'string' ? [names] : names);
const keyOf = (condition: object): string => shortHash(canonicalJson(condition)).slice(0, 8);
/** @param kind of state; the same for all leaves that keep their states alike */
const sourceOf = (kind: string, names: Names, where: Where | undefined, more: object = {}): string =>
  keyOf({ kind, names: [...namesOf(names)].sort(), ...(where !== undefined && { where }), ...more });

/** How many events: a threshold, from either side. */
interface Threshold {
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly exactly?: number;
}
function reaches(threshold: Threshold, count: number): boolean {
  if (threshold.exactly !== undefined) return count === threshold.exactly;
  if (threshold.atLeast !== undefined && count < threshold.atLeast) return false;
  return threshold.atMost === undefined || count <= threshold.atMost;
}
/** The largest count that needs to be told from a smaller one. */
const ceiling = (threshold: Threshold): number =>
  Math.max(threshold.atLeast ?? 0, (threshold.atMost ?? -1) + 1, (threshold.exactly ?? -1) + 1);

/** `did`, counted: ever, or within a window (an event counts while now < occurred + window). */
export function countLeaf(condition: DidCondition | DidNotCondition): Leaf {
  const names = 'did' in condition ? condition.did : condition.didNot;
  const limits: Threshold = 'did' in condition ? condition : { atMost: 0 };
  const isBare = limits.atLeast === undefined && limits.atMost === undefined && limits.exactly === undefined;
  const threshold: Threshold = isBare ? { atLeast: 1 } : limits;
  return condition.within === undefined
    ? everCount(condition, names, threshold)
    : windowCount(condition, names, threshold, condition.within);
}

function everCount(condition: DidCondition | DidNotCondition, names: Names, threshold: Threshold): Leaf {
  const where = compileWhere(condition.where);
  const count = (state: Json | undefined): number => (typeof state === 'number' ? state : 0);
  return {
    key: keyOf(condition),
    source: sourceOf('count', names, condition.where),
    reach: 0,
    names: namesOf(names),
    step: (state, event, zone) =>
      where(event.properties, { nowMs: event.occurredMs, zone }) ? count(state) + 1 : state,
    merge: (left, right) => count(left) + count(right) || undefined,
    isTrue: (state) => reaches(threshold, count(state)),
    nextChangeMs: () => Infinity,
  };
}

function windowCount(
  condition: DidCondition | DidNotCondition,
  names: Names,
  threshold: Threshold,
  within: DurationText,
): Leaf {
  const where = compileWhere(condition.where);
  const keep = ceiling(threshold);
  const turns = turningCounts(threshold);
  const times = (state: Json | undefined): readonly number[] => (Array.isArray(state) ? (state as number[]) : []);
  /** Until when so many events are in the window: windows end in the order of their events. */
  const untilMs = (count: number, state: Json | undefined, zone: string): number => {
    const all = times(state);
    return all.length < count ? -Infinity : steadyEnd(all[all.length - count]!, within, zone, 1);
  };
  return {
    key: keyOf(condition),
    source: sourceOf('times', names, condition.where),
    reach: keep,
    names: namesOf(names),
    // The latest `keep` times decide every comparison, so forgetting older ones is exact.
    step: (state, event, zone) =>
      where(event.properties, { nowMs: event.occurredMs, zone })
        ? insertLatest(times(state), event.occurredMs, keep)
        : state,
    merge: (left, right) =>
      times(right).reduce<readonly number[]>((all, ms) => insertLatest(all, ms, keep), times(left)),
    isTrue: (state, nowMs, zone) => reaches(threshold, turns.find((count) => untilMs(count, state, zone) > nowMs) ?? 0),
    nextChangeMs: (state, nowMs, zone) => {
      for (const count of turns) {
        const endMs = untilMs(count, state, zone);
        if (endMs > nowMs) return endMs;
      }
      return Infinity;
    },
  };
}

/** Counts at which truth is another than at one less, the largest first: from one of them to the next it stays the same. */
const turningCounts = (threshold: Threshold): readonly number[] =>
  Array.from({ length: ceiling(threshold) }, (_, index) => ceiling(threshold) - index).filter(
    (count) => reaches(threshold, count) !== reaches(threshold, count - 1),
  );

function insertLatest(times: readonly number[], ms: number, keep: number): readonly number[] {
  const first = times[0];
  if (times.length >= keep && first !== undefined && ms <= first) return times;
  let at = times.length;
  while (at > 0 && times[at - 1]! > ms) at--;
  const all = times.toSpliced(at, 0, ms);
  return all.length > keep ? all.slice(all.length - keep) : all;
}

/** Money and other sums are kept in millionths, as whole numbers, so that the order of addition cannot matter. */
const micros = 1_000_000;

/** `did` with `sum`: of a number property, ever or within a window. */
export function sumLeaf(condition: DidCondition & { readonly sum: string }): Leaf {
  const where = compileWhere(condition.where);
  const path = condition.sum.split('.');
  const { within } = condition;
  const amount = (event: Occurrence): number =>
    Math.round(
      valuesAt(event.properties, path).reduce<number>(
        (sum, value) => sum + (typeof value === 'number' ? value : 0),
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

/** `last` and `first`: when something happened, against the ages given. */
export function occasionLeaf(condition: LastCondition | FirstCondition): Leaf {
  const where = compileWhere(condition.where);
  const isLast = 'last' in condition;
  const names = isLast ? condition.last : condition.first;
  const pick = (left: number | undefined, right: number | undefined): number | undefined =>
    left === undefined || right === undefined
      ? (left ?? right)
      : isLast
        ? Math.max(left, right)
        : Math.min(left, right);
  const time = (state: Json | undefined): number | undefined => (typeof state === 'number' ? state : undefined);
  const edges = (ms: number, zone: string): { olderMs: number; newerMs: number } => ({
    olderMs: condition.olderThan === undefined ? -Infinity : addDuration(ms, condition.olderThan, zone, 1),
    newerMs: condition.newerThan === undefined ? Infinity : addDuration(ms, condition.newerThan, zone, 1),
  });
  return {
    key: keyOf(condition),
    source: sourceOf(isLast ? 'last' : 'first', names, condition.where),
    reach: 0,
    names: namesOf(names),
    step: (state, event, zone) =>
      where(event.properties, { nowMs: event.occurredMs, zone }) ? pick(time(state), event.occurredMs) : state,
    merge: (left, right) => pick(time(left), time(right)),
    isTrue: (state, nowMs, zone) => {
      const ms = time(state);
      if (ms === undefined) return false;
      const { olderMs, newerMs } = edges(ms, zone);
      return nowMs >= olderMs && nowMs < newerMs;
    },
    nextChangeMs: (state, nowMs, zone) => {
      const ms = time(state);
      if (ms === undefined) return Infinity;
      const { olderMs, newerMs } = edges(ms, zone);
      return Math.min(...[olderMs, newerMs, Infinity].filter((edgeMs) => edgeMs > nowMs));
    },
  };
}
