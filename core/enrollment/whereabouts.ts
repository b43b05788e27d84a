import { afterState, deferState, holdState } from '../journey/compile.ts';
import { reachableUntilHold, type Plan } from '../journey/plan.ts';
import type { TouchAnswer, TouchInput } from './touch.ts';
import type { Enrollment, Hold } from './enrollment.ts';

type Next = Extract<TouchAnswer, { kind: 'next' }>;

/** On to the state that waits at a hold. */
export const toHold = (hold: Hold): Next => ({ kind: 'next', state: holdState(hold.stepId), wakeMs: hold.wakeMs });
/** On to the touch that follows a hold. */
export const toAfter = (stepId: string, nowMs: number): Next => ({
  kind: 'next',
  state: afterState(stepId),
  wakeMs: nowMs,
});
/** On to the state in which a touch's message waits for its time. */
export const toDeferral = ({ touch }: TouchInput, wakeMs: number): Next => ({
  kind: 'next',
  state: deferState(touch.state),
  wakeMs,
});

/**
 * Where a touch leads that does not know the step at which the enrollment stands. A repair begins a lost execution
 * anew, so its first touch leads to the right one; any other is an older one and ends.
 */
export function elsewhere({ touch, nowMs, journey }: TouchInput, { hold, cursor, path }: Enrollment): TouchAnswer {
  if (touch.state !== 'Begin') return { kind: 'ended' };
  if (hold?.kind === 'step' && !hold.resolved && nowMs < hold.wakeMs)
    return hold.isParked ? { kind: 'ended' } : toHold(hold);
  const before = hold?.kind === 'step' ? cursor.stepId : touchOf(cursor.stepId, journey.plan, path);
  return toAfter(before, nowMs);
}

/**
 * The hold whose following touch holds a node: the last one on the person's path, else any in the document, for whoever
 * came to the node by another version.
 */
function touchOf(nodeId: string, plan: Plan, path: readonly string[]): string {
  const leadsThere = (id: string): boolean =>
    id !== nodeId &&
    plan.nodes.get(id)?.role === 'hold' &&
    reachableUntilHold(plan, id).some((node) => node.id === nodeId);
  return path.findLast(leadsThere) ?? [...plan.nodes.keys()].find(leadsThere) ?? nodeId;
}
