import type { Json } from '../json.ts';
import { addDuration } from '../time/duration.ts';
import type { FirstCondition, LastCondition } from './condition.ts';
import { keyOf, namesOf, sourceOf, type Leaf } from './leaf.ts';
import { compileWhere } from './operators.ts';

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
