import { canonicalJson, type Json } from '../json.ts';
import { shortHash } from '../hash.ts';
import type { Leaf } from '../segment/leaf.ts';
import { toLocal } from '../time/zone.ts';
import { clockOf, isBefore, lookAt, named, type Look, type Sample } from './samples-leaf.ts';

/** Numbers are added up in millionths, as whole numbers, so that the order of addition cannot matter. */
export const micros = 1_000_000;

/** How often numbers came, and their sum in millionths. */
export type Mean = readonly [count: number, sum: number];
export const meanIn = (state: Json | undefined): Mean => (Array.isArray(state) ? (state as unknown as Mean) : [0, 0]);

/** What the average of all numbers is made of. */
export function meanLeaf(look: Look): Leaf {
  const { names, told } = lookAt({ ...look, isOfNumbers: true });
  const join = (left: Mean, right: Mean): Mean => [left[0] + right[0], left[1] + right[1]];
  return {
    ...named('mean', look),
    names,
    step: (state, event, zone) => {
      const numbers = told(event, zone) as readonly number[];
      if (numbers.length === 0) return state;
      return numbers.reduce((all, one) => join(all, [1, Math.round(one * micros)]), meanIn(state));
    },
    merge: (left, right) => (left === undefined && right === undefined ? undefined : join(meanIn(left), meanIn(right))),
  };
}

/** The least or the greatest number. */
export function extremeLeaf(look: Look, kind: 'min' | 'max'): Leaf {
  const { names, told } = lookAt({ ...look, isOfNumbers: true });
  const pick = (left: Json | undefined, right: Json | undefined): Json | undefined =>
    typeof left === 'number' && typeof right === 'number' ? Math[kind](left, right) : (left ?? right);
  return {
    ...named(kind, look),
    names,
    step: (state, event, zone) => told(event, zone).reduce<Json | undefined>(pick, state),
    merge: pick,
  };
}

const sampleIn = (state: Json | undefined): Sample | undefined =>
  Array.isArray(state) ? (state as unknown as Sample) : undefined;

/** The first or the last value. */
export function endLeaf(look: Look, kind: 'first' | 'last'): Leaf {
  const { names, told } = lookAt(look);
  const pick = (left: Json | undefined, right: Json | undefined): Json | undefined => {
    const [one, other] = [sampleIn(left), sampleIn(right)];
    if (!one || !other) return left ?? right;
    return isBefore(one, other) === (kind === 'first') ? left : right;
  };
  return {
    ...named(`${kind}-value`, look),
    names,
    step: (state, event, zone) =>
      told(event, zone).reduce<Json | undefined>((all, value) => pick(all, [event.occurredMs, value]), state),
    merge: pick,
  };
}

/** A value, how often it came, and when it came last. */
export type Tally = readonly [value: Sample[1], count: number, lastMs: number];
export const talliesIn = (state: Json | undefined): readonly Tally[] =>
  Array.isArray(state) ? (state as unknown as readonly Tally[]) : [];

/** Values that are counted at most: as many as a week has hours. */
export const mostTallied = 168;

/**
 * How often each value came. Of more values than are counted, those with the smallest hashes are: which they are depends on
 * the values alone, so that whatever is counted is counted from its first time on, whichever came first.
 */
export function talliesLeaf(look: Look): Leaf {
  const { names, told } = lookAt(look);
  const isByClock = look.by === 'hour' || look.by === 'weekday';
  return {
    ...named(isByClock ? 'week-hours' : 'tallies', look),
    names,
    step: (state, event, zone) =>
      told(event, zone).reduce<Json | undefined>(
        (all, value) => joinTallies(all, [[isByClock ? weekHourOf(event.occurredMs) : value, 1, event.occurredMs]]),
        state,
      ),
    merge: (left, right) => joinTallies(left, talliesIn(right)),
  };
}

function joinTallies(state: Json | undefined, others: readonly Tally[]): Json | undefined {
  return others.length === 0 ? state : (others.reduce(putTally, talliesIn(state)) as unknown as Json);
}

/** In the order of the hashes of their values, so that the one to be left out is the last. */
function putTally(all: readonly Tally[], [value, count, lastMs]: Tally): readonly Tally[] {
  const standing = all.findIndex((tally) => tally[0] === value);
  if (standing >= 0) {
    const [, before, beforeMs] = all[standing]!;
    return all.with(standing, [value, before + count, Math.max(beforeMs, lastMs)]);
  }
  const hash = hashOfValue(value);
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (hashOfValue(all[middle]![0]) < hash) low = middle + 1;
    else high = middle;
  }
  return low >= mostTallied ? all : all.toSpliced(low, 0, [value, count, lastMs]).slice(0, mostTallied);
}
const hashOfValue = (value: Sample[1]): string => shortHash('value', canonicalJson(value));

/** Hours since Monday, 00:00 UTC: half an hour is the most that a zone's own hours are beside them. */
const weekHourOf = (ms: number): number =>
  ((Math.floor((ms - firstMondayMs) / hourMs) % weekHours) + weekHours) % weekHours;
/** The hour or the week day that such an hour begins in, so far from UTC. */
export function clockOfWeekHour(weekHour: number, by: 'hour' | 'weekday', offsetMs: number): number | string {
  return clockOf(firstMondayMs + weekHour * hourMs + offsetMs, by, 'UTC');
}
const hourMs = 3_600_000;
const weekHours = 168;
const firstMondayMs = 4 * 24 * hourMs;

/** Days, in order, since the first of January 1970. */
export const daysIn = (state: Json | undefined): readonly number[] =>
  Array.isArray(state) ? (state as unknown as readonly number[]) : [];

/** The days on which it happened, each once. */
export function daysLeaf(look: Look): Leaf {
  const { names, told } = lookAt(look);
  const put = (all: readonly number[], day: number): readonly number[] => {
    const at = all.findLastIndex((one) => one <= day);
    return all[at] === day ? all : all.toSpliced(at + 1, 0, day);
  };
  return {
    ...named('days', look),
    names,
    step: (state, event, zone) => {
      if (told(event, zone).length === 0) return state;
      const all = daysIn(state);
      const after = put(all, toLocal(zone, event.occurredMs).dayNumber);
      return after === all ? state : (after as unknown as Json);
    },
    merge: (left, right) => {
      const all = daysIn(right).reduce(put, daysIn(left));
      return all.length === 0 ? undefined : (all as unknown as Json);
    },
  };
}

/** A value, and when it came last. */
export type Latest = readonly [value: Sample[1], ms: number];
export const latestIn = (state: Json | undefined): readonly Latest[] =>
  Array.isArray(state) ? (state as unknown as readonly Latest[]) : [];

/** Different values, the latest `keep` of them, the latest first. */
export function latestLeaf(look: Look, keep: number): Leaf {
  const { names, told } = lookAt(look);
  const put = (all: readonly Latest[], one: Latest): readonly Latest[] => {
    const standing = all.find(([value]) => value === one[0]);
    if (standing && standing[1] >= one[1]) return all;
    const others = standing ? all.filter((each) => each !== standing) : all;
    const at = others.findIndex((each) => isBefore([each[1], each[0]], [one[1], one[0]]));
    return others.toSpliced(at < 0 ? others.length : at, 0, one).slice(0, keep);
  };
  return {
    ...named('latest', look),
    reach: keep,
    names,
    step: (state, event, zone) => {
      const values = told(event, zone);
      const all = latestIn(state);
      const after = values.reduce((some, value) => put(some, [value, event.occurredMs]), all);
      return after === all ? state : (after as unknown as Json);
    },
    merge: (left, right) => {
      const all = latestIn(right).reduce(put, latestIn(left));
      return all.length === 0 ? undefined : (all as unknown as Json);
    },
  };
}
