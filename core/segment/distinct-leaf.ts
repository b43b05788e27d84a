import { idOf } from '../hash.ts';
import { canonicalJson, type Json } from '../json.ts';
import { valuesAt, type Occurrence } from '../event/event.ts';
import type { DidCondition } from './condition.ts';
import { keyOf, namesOf, sourceOf, type Leaf } from './leaf.ts';
import { compileWhere } from './operators.ts';
import { steadyEnd } from './steady.ts';
import { ceiling, reaches, turningCounts, type Threshold } from './threshold.ts';

/** A value and when it came last. */
type Seen = readonly [value: string | number | boolean, ms: number];

/** Texts up to this length are kept as they are. */
const longest = 22;

/** What stands for a value in a state: itself where it is short, else an id of it, which no short text looks like. */
function markOf(value: Json): Seen[0] {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string' && value.length <= longest && !value.startsWith('#')) return value;
  return `#${idOf('value', canonicalJson(value))}`;
}

/**
 * `did` with `distinct`: how many different values a property had, ever or within a window. The latest time of each value
 * decides whether it is in the window, and the values whose latest times are the latest decide every comparison.
 */
export function distinctLeaf(condition: DidCondition & { readonly distinct: string }): Leaf {
  const { within, did } = condition;
  const where = compileWhere(condition.where);
  const path = condition.distinct.split('.');
  const isBare = condition.atLeast === undefined && condition.atMost === undefined && condition.exactly === undefined;
  const threshold: Threshold = isBare ? { atLeast: 1 } : condition;
  const keep = ceiling(threshold);
  const turns = turningCounts(threshold);
  const all = (state: Json | undefined): readonly Seen[] => (Array.isArray(state) ? (state as unknown as Seen[]) : []);
  const untilMs = (count: number, state: Json | undefined, zone: string): number => {
    const seen = all(state);
    if (seen.length < count) return -Infinity;
    return within === undefined ? Infinity : steadyEnd(seen[seen.length - count]![1], within, zone, 1);
  };
  const put = (state: Json | undefined, one: Seen): Json | undefined => insert(all(state), one, keep) ?? state;
  return {
    key: keyOf(condition),
    source: sourceOf('distinct', did, condition.where, { distinct: condition.distinct }),
    reach: keep,
    names: namesOf(did),
    step: (state, event, zone) =>
      where(event.properties, { nowMs: event.occurredMs, zone })
        ? valuesOf(event, path).reduce<Json | undefined>(
            (after, value) => put(after, [markOf(value), event.occurredMs]),
            state,
          )
        : state,
    merge: (left, right) => all(right).reduce<Json | undefined>(put, left),
    isTrue: (state, nowMs, zone) => reaches(threshold, turns.find((count) => untilMs(count, state, zone) > nowMs) ?? 0),
    nextChangeMs: (state, nowMs, zone) => {
      const ends = turns.map((count) => untilMs(count, state, zone)).filter((endMs) => endMs > nowMs);
      return Math.min(...ends, Infinity);
    },
  };
}

/** A value that is not there is none. */
const valuesOf = (event: Occurrence, path: readonly string[]): readonly Json[] =>
  valuesAt(event.properties, path).filter((value) => value !== null);

/** In order of time, the latest `keep`. @returns `undefined` where nothing changes */
function insert(all: readonly Seen[], one: Seen, keep: number): Json | undefined {
  const [value, ms] = one;
  const standing = all.find((each) => each[0] === value);
  const isTooOld = all.length >= keep && ms <= (all[0]?.[1] ?? Infinity);
  if (standing ? standing[1] >= ms : isTooOld) return undefined;
  const others = standing ? all.filter((each) => each !== standing) : all;
  const at = others.findLastIndex((each) => each[1] <= ms) + 1;
  return others.toSpliced(at, 0, one).slice(-keep) as unknown as Json;
}
