import type { DurationText } from '../segment/condition.ts';
import { dayNumberOf, daysInMonth } from './civil.ts';
import { fromLocal, toLocal } from './zone.ts';

/** A parsed ISO 8601 duration; a leading minus makes all three parts negative. */
export interface Duration {
  /** Years count as 12. Calendar months and days are wall time in a zone. */
  readonly months: number;
  /** Weeks count as 7. */
  readonly days: number;
  /** Hours, minutes and seconds together, in exact time. */
  readonly timeMs: number;
}

const shape = /^(-)?P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
// Longer durations are slips of the pen, and would leave the range of dates.
const longestDays = 366_000;
const memoLimit = 10_000;
const memo = new Map<DurationText, Duration | undefined>();

function read(text: DurationText): Duration | undefined {
  const match = shape.exec(text);
  if (!match) return undefined;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(2)
    .map((digits) => Number(digits ?? 0));
  const duration = {
    months: years * 12 + months,
    days: weeks * 7 + days,
    timeMs: ((hours * 60 + minutes) * 60 + seconds) * 1_000,
  };
  if (duration.months * 31 + duration.days + duration.timeMs / 86_400_000 > longestDays) return undefined;
  return match[1] === undefined ? duration : negate(duration);
}

// Adding 0 keeps -0 out, which deep equality tells from 0.
const negate = ({ months, days, timeMs }: Duration): Duration => ({
  months: 0 - months,
  days: 0 - days,
  timeMs: 0 - timeMs,
});

/** Whether a text is written as a duration, however long. */
export const isDuration = (text: string): boolean => shape.test(text);

/**
 * Reads an ISO 8601 duration of whole years, months, weeks, days, hours, minutes and seconds, such as `P1D` or `PT24H`;
 * a leading `-` makes it negative, as offsets use it.
 * @returns undefined for any other text, and for durations beyond a thousand years
 */
export function parseDuration(text: DurationText): Duration | undefined {
  const known = memo.get(text);
  if (known !== undefined || memo.has(text)) return known;
  if (memo.size >= memoLimit) memo.clear();
  const duration = read(text);
  memo.set(text, duration);
  return duration;
}

function durationOf(duration: Duration | DurationText): Duration {
  if (typeof duration !== 'string') return duration;
  const parsed = parseDuration(duration);
  if (!parsed) throw new RangeError(`"${duration}" is not a duration.`);
  return parsed;
}

/**
 * The instant that lies a duration after another. Years, months, weeks and days move the date and keep the time on the
 * wall (a day missing in the month becomes its last; gaps and overlaps as in `fromLocal`); then hours, minutes and
 * seconds are added exactly. So `P1D` and `PT24H` differ across a clock change.
 * @param sign -1 subtracts
 * @throws RangeError for a text that is no duration, and for an unknown zone where the date part needs it
 */
export function addDuration(ms: number, duration: Duration | DurationText, zone: string, sign: 1 | -1 = 1): number {
  const { months, days, timeMs } = durationOf(duration);
  if (months === 0 && days === 0) return ms + sign * timeMs;
  const local = toLocal(zone, ms);
  return fromLocal(zone, movedDay(local, sign * months) + sign * days, local.msOfDay) + sign * timeMs;
}

function movedDay(local: { year: number; month: number; day: number; dayNumber: number }, months: number): number {
  if (months === 0) return local.dayNumber;
  const monthIndex = local.year * 12 + (local.month - 1) + months;
  const year = Math.floor(monthIndex / 12);
  const month = monthIndex - year * 12 + 1;
  return dayNumberOf(year, month, Math.min(local.day, daysInMonth(year, month)));
}

/**
 * The instant that lies a duration before another; dates first, then exact time, as in `addDuration`.
 * @throws RangeError as `addDuration`
 */
export const subtractDuration = (ms: number, duration: Duration | DurationText, zone: string): number =>
  addDuration(ms, duration, zone, -1);
