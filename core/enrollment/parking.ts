import type { Definitions } from '../definitions.ts';
import { addDuration } from '../time/duration.ts';
import type { Hold } from './enrollment.ts';

/** How long after its wake-up an enrollment whose execution said nothing is looked at. */
export const repairDelayMs = 5 * 60_000;

/** When an enrollment at a hold is looked at: in time where nobody else waits for it, else only if all went wrong. */
export const lookAtMs = ({ wakeMs, resolved, isParked: isAlone }: Hold): number =>
  resolved ? resolved.atMs + repairDelayMs : isAlone ? wakeMs : wakeMs + repairDelayMs;

interface Parking {
  readonly definitions: Definitions;
  readonly nowMs: number;
}

/** Whether no execution is to wait at a hold: one at which nobody waits already, or that lasts as long as the workspace says. */
export function isParked(hold: Hold, { definitions, nowMs }: Parking, zone: string): boolean {
  if (hold.isParked) return true;
  const { parkAfter } = definitions.workspace;
  if (parkAfter === undefined || hold.kind !== 'step' || hold.token !== undefined) return false;
  return addDuration(nowMs, parkAfter, zone, 1) <= hold.wakeMs;
}
