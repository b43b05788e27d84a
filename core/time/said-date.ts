import { dayMs, dayNumberOf, daysInMonth } from './civil.ts';
import { parseInstant } from './instant.ts';
import { fromLocal, toLocal } from './zone.ts';

/** A date as a trait or a calendar says it: `year` is missing from `--02-29`, and only an instant has a time. */
export interface SaidDate {
  readonly text: string;
  readonly year?: number;
  readonly month: number;
  readonly day: number;
  readonly msOfDay: number;
  readonly ms?: number;
}

const shape = /^(?:(\d{4})|-)-(\d{2})-(\d{2})$/;

/** Reads a date, a yearly date or an instant; `undefined` for anything else. */
export function readDate(text: string, zone: string): SaidDate | undefined {
  const [isDate, year, month, day] = shape.exec(text) ?? [];
  if (isDate === undefined) {
    const ms = parseInstant(text);
    if (ms === undefined) return undefined;
    const local = toLocal(zone, ms);
    return { text, year: local.year, month: local.month, day: local.day, msOfDay: local.msOfDay, ms };
  }
  const said = { text, ...(year !== undefined && { year: Number(year) }), month: Number(month), day: Number(day) };
  // A leap year's February is the longest.
  const isReal =
    said.month >= 1 && said.month <= 12 && said.day >= 1 && said.day <= daysInMonth(said.year ?? 2000, said.month);
  return isReal ? { ...said, msOfDay: 0 } : undefined;
}

/** The day of a date in some year; 29 February is the 28th where the year has none. */
export const dayIn = ({ month, day }: SaidDate, year: number): number =>
  dayNumberOf(year, month, Math.min(day, daysInMonth(year, month)));

/** The first instant of a date in some year. */
export const midnightIn = (said: SaidDate, year: number, zone: string): number => fromLocal(zone, dayIn(said, year), 0);

/** Day numbers as `addDuration` takes them. */
export const dayAsMs = (day: number): number => day * dayMs;
