import type { QuietHours, WeekDay } from '../journey/document.ts';
import { parseTimeOfDay, weekDayOf } from './civil.ts';
import { fromLocal, toLocal } from './zone.ts';

/** One week day, or a list; absent means all. */
export type Days = WeekDay | readonly WeekDay[];

/** A daily stretch of local time, `[from, to)`; ends on the next day when `to` is not after `from`. */
export interface TimeWindow {
  readonly from: string;
  readonly to: string;
  /** The days on which the window starts. */
  readonly days?: Days | undefined;
}

/** Where an instant stands to a window that recurs. */
export type WindowPosition =
  { readonly isInside: true; readonly endsMs: number } | { readonly isInside: false; readonly startsMs: number };

// A week, and room for days that a zone skipped altogether (Samoa had no 30 December 2011).
const farthestDays = 9;

function msOfDay(text: string): number {
  const ms = parseTimeOfDay(text);
  if (ms === undefined) throw new RangeError(`"${text}" is not a time of day.`);
  return ms;
}

function isOn(dayNumber: number, days: Days | undefined): boolean {
  if (days === undefined) return true;
  const day = weekDayOf(dayNumber);
  return typeof days === 'string' ? days === day : days.includes(day);
}

/**
 * The first instant from now on (now included) at which it is `at` on one of the days, in the zone.
 * @throws RangeError for an unknown zone, a text that is no time of day, or an empty list of days
 */
export function nextTimeOfDay(
  nowMs: number,
  { at, days }: { readonly at: string; readonly days?: Days | undefined },
  zone: string,
): number {
  const atMs = msOfDay(at);
  const today = toLocal(zone, nowMs).dayNumber;
  for (let day = today - 1; day <= today + farthestDays; day += 1) {
    if (!isOn(day, days)) continue;
    const ms = fromLocal(zone, day, atMs);
    if (ms >= nowMs) return ms;
  }
  throw new RangeError('A time of day needs at least one week day.');
}

/**
 * Whether an instant lies in a window of local time, and until when; else when the next one starts. Where `from` equals
 * `to` the window lasts a day. A window that a clock change swallows whole does not occur that day.
 * @throws RangeError as `nextTimeOfDay`
 */
export function window(nowMs: number, { from, to, days }: TimeWindow, zone: string): WindowPosition {
  const fromMs = msOfDay(from);
  const toMs = msOfDay(to);
  const today = toLocal(zone, nowMs).dayNumber;
  let lastEndMs: number | undefined;
  for (let day = today - 2; day <= today + farthestDays; day += 1) {
    if (!isOn(day, days)) continue;
    const startsMs = fromLocal(zone, day, fromMs);
    const endsMs = fromLocal(zone, toMs > fromMs ? day : day + 1, toMs);
    if (endsMs <= startsMs || endsMs <= nowMs) continue;
    if (startsMs > nowMs) {
      return lastEndMs === undefined ? { isInside: false, startsMs } : { isInside: true, endsMs: lastEndMs };
    }
    lastEndMs = endsMs;
  }
  throw new RangeError('A window needs at least one week day.');
}

/**
 * The first instant that is not quiet, when now is; undefined when now is not. Quiet periods that touch count as one;
 * where every hour of the week is quiet the answer is about a week ahead, and should be asked again then.
 * @throws RangeError as `nextTimeOfDay`
 */
export function quietUntil(nowMs: number, quietHours: QuietHours, zone: string): number | undefined {
  let untilMs: number | undefined;
  for (let step = 0; step < farthestDays; step += 1) {
    const position = window(untilMs ?? nowMs, quietHours, zone);
    if (!position.isInside) break;
    untilMs = position.endsMs;
  }
  return untilMs;
}
