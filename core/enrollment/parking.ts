import { addDuration } from '../time/duration.ts';
import type { TouchInput } from './touch.ts';
import type { Hold } from './enrollment.ts';
import { waitsFromMs } from './own-wait.ts';

/** How long after its wake-up an enrollment whose execution said nothing is looked at. */
export const repairDelayMs = 5 * 60_000;

/** When an enrollment at a hold is looked at: in time where nobody else waits for it, else only if all went wrong. */
export const lookAtMs = ({ wakeMs, resolved, isParked: isAlone }: Hold): number =>
  resolved ? resolved.atMs + repairDelayMs : isAlone ? wakeMs : wakeMs + repairDelayMs;

/** Whether no execution is to wait at a hold: one at which nobody waits already, or that lasts as long as the workspace says. */
export function isParked(hold: Hold, input: TouchInput, zone: string): boolean {
  if (hold.isParked) return true;
  const { parkAfter } = input.definitions.workspace;
  if (parkAfter === undefined || hold.kind !== 'step' || hold.token !== undefined) return false;
  return addDuration(waitsFromMs(input, hold.stepId), parkAfter, zone, 1) <= hold.wakeMs;
}

/** The hold for which an execution is begun. */
export function unparked({ isParked: _, ...hold }: Hold): Hold {
  return hold;
}
