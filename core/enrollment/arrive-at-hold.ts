import type { PlanNode } from '../journey/plan.ts';
import { roleOf } from '../journey/roles/role-of.ts';
import type { StepView } from '../journey/roles/role.ts';
import { compiledOnce, seedStates } from '../segment/compile-condition.ts';
import type { TouchInput } from './touch.ts';
import type { Asked } from './ask.ts';
import type { Enrollment, Hold } from './enrollment.ts';
import { waitsFromMs } from './own-wait.ts';
import { nextWatchMs, watchedConditions } from './resolve.ts';

/** A person who has come to a hold: waiting there, or passing at once by a way that is written into the row. */
interface Arrival {
  readonly row: Enrollment & { readonly hold: Hold };
  /** When a watched condition next changes by time alone. */
  readonly watchMs: number;
}

/** Begins a hold: until when, and what is watched there, seeded from all that has happened so far. */
export function arriveAtHold(
  row: Enrollment,
  node: Extract<PlanNode, { role: 'hold' }>,
  view: StepView,
  input: TouchInput,
  asked: Asked | undefined,
): Arrival {
  const { nowMs, loaded } = input;
  const { role } = roleOf(node.step);
  if (role.role !== 'hold') throw new RangeError(`Step ${node.id} does not hold`);
  const spec = role.hold(node.step, { ...view, nowMs: waitsFromMs(input, node.id) }, asked);
  const { visit } = row.cursor;
  const hold: Hold = { stepId: node.id, visit, kind: 'step', wakeMs: spec.wakeMs, sinceVersion: loaded.version };
  const { row: held, states, watchMs } = watchedFrom({ ...row, hold }, view, input);
  const condition = role.watches?.(node.step);
  const pass = condition !== undefined && compiledOnce(condition).isTrue(states) ? 'event' : spec.pass;
  if (pass === undefined) return { row: held, watchMs };
  return { row: { ...held, hold: { ...hold, resolved: { outcome: pass, atMs: nowMs } } }, watchMs: Infinity };
}

/** Begins to watch what is looked for where an enrollment stands, seeded from all that has happened so far. */
export function watchedFrom<Row extends Enrollment>(
  row: Row,
  view: StepView,
  { journey, history }: Pick<TouchInput, 'journey' | 'history'>,
): { readonly row: Row; readonly states: StepView; readonly watchMs: number } {
  const leaves = watchedConditions(row, journey).flatMap((condition) => condition.leaves);
  const held = { ...row, watches: { ...row.watches, ...seedStates(leaves, history, view.zone) } };
  const states = { ...view, enrollment: held, states: held.watches };
  return { row: held, states, watchMs: nextWatchMs(held, journey, states) };
}
