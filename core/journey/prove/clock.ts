import { isObject } from '../../json.ts';
import { dateMs } from '../../segment/operators.ts';
import { nextTimeOfDay, window } from '../../time/calendar.ts';
import { addDuration } from '../../time/duration.ts';
import type { Step, WaitUntil, ZoneChoice } from '../document.ts';
import { bestTimeOf } from '../roles/best-time.ts';
import { roleOf } from '../roles/role-of.ts';
import { mostMs } from './span.ts';

/** When somebody who comes to a hold now goes on, if nothing ends it before. Dates that nobody has given are past. */
export function wakesMs(step: Step, nowMs: number, zone: string): number {
  const { role } = roleOf(step);
  const length = role.role === 'hold' ? role.lasts?.(step) : undefined;
  if (length !== undefined) return addDuration(nowMs, length, zone, 1);
  return 'wait' in step && isObject(step.wait) ? untilMs(step.wait as WaitUntil, nowMs, zone) : nowMs;
}

/** A week and a day: until a time of the day that is not skipped by a clock change, on any day of the week. */
const untilWeekDayMs = 8 * 86_400_000;

/** How long a hold lasts at most by its document; Infinity where that is not written. */
export function longestHoldMs(step: Step): number {
  const { role } = roleOf(step);
  const length = role.role === 'hold' ? role.lasts?.(step) : undefined;
  if (length !== undefined) return mostMs(length);
  if (!('wait' in step) || !isObject(step.wait)) return Infinity;
  const best = bestTimeOf(step);
  if (best) return mostMs(best.within);
  const wait = step.wait as WaitUntil;
  const isOfDay = 'between' in wait || (typeof wait.until === 'string' && timeOfDay.test(wait.until));
  return isOfDay ? untilWeekDayMs : Infinity;
}

const timeOfDay = /^\d{2}:\d{2}$/;

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
  if (timeOfDay.test(wait.until)) {
    const choice = 'zone' in wait ? wait.zone : undefined;
    return nextTimeOfDay(nowMs, { at: wait.until, ...days }, own(choice, zone));
  }
  return Math.max(nowMs, dateMs(wait.until, zone) ?? nowMs);
}
