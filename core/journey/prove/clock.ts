import { isObject } from '../../json.ts';
import { dateMs } from '../../segment/operators.ts';
import { nextTimeOfDay, window } from '../../time/calendar.ts';
import { addDuration } from '../../time/duration.ts';
import type { Step, WaitUntil, ZoneChoice } from '../document.ts';
import { roleOf } from '../roles/role-of.ts';

/** When somebody who comes to a hold now goes on, if nothing ends it before. Dates that nobody has given are past. */
export function wakesMs(step: Step, nowMs: number, zone: string): number {
  const { role } = roleOf(step);
  const length = role.role === 'hold' ? role.lasts?.(step) : undefined;
  if (length !== undefined) return addDuration(nowMs, length, zone, 1);
  return 'wait' in step && isObject(step.wait) ? untilMs(step.wait as WaitUntil, nowMs, zone) : nowMs;
}

const own = (choice: ZoneChoice | undefined, zone: string): string =>
  choice === undefined || choice === 'profile' || choice === 'workspace' ? zone : choice;

function untilMs(wait: WaitUntil, nowMs: number, zone: string): number {
  const days = 'on' in wait && wait.on ? { days: wait.on } : {};
  if ('between' in wait) {
    const [from, to] = wait.between;
    const place = window(nowMs, { from, to, ...days }, own(wait.zone, zone));
    return place.isInside ? nowMs : place.startsMs;
  }
  if (typeof wait.until !== 'string') return nowMs;
  if (/^\d{2}:\d{2}$/.test(wait.until)) {
    const choice = 'zone' in wait ? wait.zone : undefined;
    return nextTimeOfDay(nowMs, { at: wait.until, ...days }, own(choice, zone));
  }
  return Math.max(nowMs, dateMs(wait.until, zone) ?? nowMs);
}
