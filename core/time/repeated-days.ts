import type { DurationText } from '../segment/condition.ts';
import { dateOfDay, dayNumberOf, weekDayOf } from './civil.ts';
import type { Days } from './calendar.ts';
import { parseDuration } from './duration.ts';

/** Days that come back: every so many days, weeks or months. */
export interface RepeatedDays {
  /** Of days and weeks, or of months and years. */
  readonly every: DurationText;
  readonly on?: Days | undefined;
}

/** Monday, 5 January 1970: from there days and weeks are counted, so that they do not move when a journey is published anew. */
const firstMonday = 4;
/** A number of days that is no multiple of seven meets each week day within so many turns. */
const longestTurns = 7;

const isOn = (dayNumber: number, on: Days): boolean => {
  const day = weekDayOf(dayNumber);
  return typeof on === 'string' ? on === day : on.includes(day);
};
const alignedUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/**
 * The first of the repeated days that is not before a day. Weeks without `on` mean their Mondays, months their first day;
 * months with `on` mean the first such day in them.
 * @param fromDay days from 1970-01-01
 * @throws RangeError for a duration that is not of whole days or months alone
 */
export function repeatedDay({ every, on }: RepeatedDays, fromDay: number): number {
  const duration = parseDuration(every);
  if (!duration || !isOfWholeDays(every)) throw new RangeError(`"${every}" is not a number of days, weeks or months.`);
  if (duration.months > 0) return dayOfMonths(duration.months, on, fromDay);
  if (duration.days % 7 === 0) return dayOfWeeks(duration.days, on ?? 'MO', fromDay);
  let day = alignedUp(fromDay - firstMonday, duration.days) + firstMonday;
  for (let turn = 0; turn < longestTurns && on !== undefined && !isOn(day, on); turn++) day += duration.days;
  return day;
}

/** Whether a duration is a number of days (or weeks), or one of months (or years), and nothing else. */
export function isOfWholeDays(text: DurationText): boolean {
  const duration = parseDuration(text);
  return duration !== undefined && duration.timeMs === 0 && duration.months > 0 !== duration.days > 0;
}

function dayOfWeeks(days: number, on: Days, fromDay: number): number {
  for (let week = Math.floor((fromDay - firstMonday) / days) * days + firstMonday; ; week += days) {
    for (let day = Math.max(week, fromDay); day < week + 7; day++) if (isOn(day, on)) return day;
  }
}

function dayOfMonths(months: number, on: Days | undefined, fromDay: number): number {
  const { year, month } = dateOfDay(fromDay);
  for (let index = Math.floor((year * 12 + month - 1) / months) * months; ; index += months) {
    let day = dayNumberOf(Math.floor(index / 12), (index % 12) + 1, 1);
    while (on !== undefined && !isOn(day, on)) day++;
    if (day >= fromDay) return day;
  }
}
