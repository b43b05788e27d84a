import { weekDays, type WeekDay } from '../journey/document.ts';

/** A day in milliseconds. */
export const dayMs = 86_400_000;

/** A date of the proleptic Gregorian calendar; `month` and `day` count from 1. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const daysPerEra = 146_097; // 400 years
const daysToEpoch = 719_468; // 0000-03-01 to 1970-01-01

/** Days from 1970-01-01 to a date. The year is taken to begin in March, so that a leap day is its last. */
export function dayNumberOf(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * daysPerEra + dayOfEra - daysToEpoch;
}

/** The date that lies `dayNumber` days after 1970-01-01. */
export function dateOfDay(dayNumber: number): CivilDate {
  const shifted = dayNumber + daysToEpoch;
  const era = Math.floor(shifted / daysPerEra);
  const dayOfEra = shifted - era * daysPerEra;
  const leaps = Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

/** How many days a month has. */
export function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** The day of the week of a day number; 1970-01-01 was a Thursday. */
export function weekDayOf(dayNumber: number): WeekDay {
  const index = (((dayNumber + 3) % 7) + 7) % 7;
  return weekDays[index] ?? 'MO';
}

const timeOfDayShape = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** Milliseconds from midnight of a time of day such as `09:30`; `24:00` is the day's end. Undefined for any other text. */
export function parseTimeOfDay(text: string): number | undefined {
  if (text === '24:00') return dayMs;
  const match = timeOfDayShape.exec(text);
  return match ? (Number(match[1]) * 60 + Number(match[2])) * 60_000 : undefined;
}
