import type { Json } from '../json.ts';
import type { DidCondition, DidNotCondition, DurationText, Names } from './condition.ts';
import { keyOf, namesOf, sourceOf, type Leaf } from './leaf.ts';
import { compileWhere } from './operators.ts';
import { steadyEndOf } from './steady.ts';
import { ceiling, reaches, turningCounts, type Threshold } from './threshold.ts';

/** More events are never too many. */
const isRising = ({ atMost, exactly }: Threshold): boolean => atMost === undefined && exactly === undefined;

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
    isRising: isRising(threshold),
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
  const endOf = steadyEndOf(within, 1);
  /** Until when so many events are in the window: windows end in the order of their events. */
  const untilMs = (count: number, state: Json | undefined, zone: string): number => {
    const all = times(state);
    return all.length < count ? -Infinity : endOf(all[all.length - count]!, zone);
  };
  return {
    key: keyOf(condition),
    source: sourceOf('times', names, condition.where),
    reach: keep,
    names: namesOf(names),
    isRising: isRising(threshold),
    ...(isRising(threshold) && { needs: keep }),
    // The latest `keep` times decide every comparison, so forgetting older ones is exact.
    step: (state, event, zone) =>
      where(event.properties, { nowMs: event.occurredMs, zone })
        ? insertLatest(times(state), event.occurredMs, keep)
        : state,
    merge: (left, right) =>
      times(right).reduce<readonly number[]>((all, ms) => insertLatest(all, ms, keep), times(left)),
    isTrue: (state, nowMs, zone) => {
      for (const count of turns) if (untilMs(count, state, zone) > nowMs) return reaches(threshold, count);
      return reaches(threshold, 0);
    },
    nextChangeMs: (state, nowMs, zone) => {
      for (const count of turns) {
        const endMs = untilMs(count, state, zone);
        if (endMs > nowMs) return endMs;
      }
      return Infinity;
    },
  };
}

function insertLatest(times: readonly number[], ms: number, keep: number): readonly number[] {
  const first = times[0];
  if (times.length >= keep && first !== undefined && ms <= first) return times;
  let at = times.length;
  while (at > 0 && times[at - 1]! > ms) at--;
  const all = times.toSpliced(at, 0, ms);
  return all.length > keep ? all.slice(all.length - keep) : all;
}
