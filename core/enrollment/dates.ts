import type { Definitions, JourneyVersion } from '../definitions.ts';
import { valuesAt } from '../event/event.ts';
import type { DateEntry } from '../journey/document.ts';
import { countryOf } from '../profile/country.ts';
import { ownValue, type Profile } from '../profile/profile.ts';
import { zoneOf } from '../segment/settle.ts';
import { dayMs, dayNumberOf, daysInMonth, parseTimeOfDay } from '../time/civil.ts';
import { addDuration, parseDuration } from '../time/duration.ts';
import { parseInstant } from '../time/instant.ts';
import { fromLocal, toLocal } from '../time/zone.ts';
import { staleMs } from './stale.ts';

/** A date of a person that begins a journey. */
export interface DueDate {
  readonly journeyId: string;
  /** Which date it is, with the year where it comes back: one date begins a journey once. */
  readonly on: string;
  readonly atMs: number;
}

/** A date as a trait or a calendar says it: `year` is missing from `--02-29`, and only an instant has a time. */
interface SaidDate {
  readonly text: string;
  readonly year?: number;
  readonly month: number;
  readonly day: number;
  readonly msOfDay: number;
  readonly ms?: number;
}

const shape = /^(?:(\d{4})|-)-(\d{2})-(\d{2})$/;

/** The date of every journey that begins by one, the first after an instant each; none for whoever has no such date. */
export function datesAfter(profile: Profile, definitions: Definitions, afterMs: number): readonly DueDate[] {
  if (profile.isErased) return [];
  const zone = zoneOf(profile, definitions);
  return definitions.dateEntries.flatMap((journey) => {
    const next = nextDate(journey, profile, { zone, calendars: definitions.calendars, afterMs });
    return next ? [{ journeyId: journey.id, ...next }] : [];
  });
}

/**
 * Dates that have come since the person was last looked at. Of several years that were missed the oldest is told, so that
 * it is refused where people can see it, and the one that is still in time.
 */
export function datesCome(profile: Profile, definitions: Definitions, nowMs: number): readonly DueDate[] {
  const { nextDateMs = Infinity } = profile;
  if (nextDateMs > nowMs) return [];
  const sinceMs = [nextDateMs - 1, Math.max(nextDateMs - 1, nowMs - staleMs - 1)];
  const come = sinceMs.flatMap((ms) => datesAfter(profile, definitions, ms)).filter(({ atMs }) => atMs <= nowMs);
  return [...new Map(come.map((date) => [`${date.journeyId}/${date.on}`, date])).values()];
}

interface At {
  readonly zone: string;
  readonly calendars: Definitions['calendars'];
  readonly afterMs: number;
}

function nextDate({ document }: JourneyVersion, profile: Profile, at: At): Omit<DueDate, 'journeyId'> | undefined {
  const { on } = document.entry;
  if (!('date' in on)) return undefined;
  let first: Omit<DueDate, 'journeyId'> | undefined;
  for (const text of saidBy(on, profile, at.calendars)) {
    const said = readDate(text, at.zone);
    const next = said && (isYearly(on, said) ? nextYearly(on, said, at) : onceAt(on, said, at));
    if (next && next.atMs < (first?.atMs ?? Infinity)) first = next;
  }
  return first;
}

/** A date that is said without its year comes back every year. */
const isYearly = (on: DateEntry, { year }: SaidDate): boolean => on.repeats === 'yearly' || year === undefined;

function saidBy({ date }: DateEntry, profile: Profile, calendars: At['calendars']): readonly string[] {
  if ('trait' in date) {
    const [name = '', ...rest] = date.trait.split('.');
    const [value] = valuesAt(ownValue(profile.traits, name)?.value, rest);
    return typeof value === 'string' ? [value] : [];
  }
  const country = countryOf(profile);
  const holidays = country === undefined ? undefined : calendars.get(country)?.holidays;
  const said = holidays && ownValue(holidays, date.holiday);
  return said === undefined ? [] : typeof said === 'string' ? [said] : said;
}

function readDate(text: string, zone: string): SaidDate | undefined {
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

function onceAt(on: DateEntry, said: SaidDate, { zone, afterMs }: At): Omit<DueDate, 'journeyId'> | undefined {
  const atMs =
    said.ms !== undefined && on.at === undefined
      ? addDuration(said.ms, on.offset ?? 'P0D', zone)
      : instantOf(on, said, said.year ?? 0, zone);
  return atMs > afterMs ? { on: said.text, atMs } : undefined;
}

/** From its own year on; 29 February is the 28th where a year has none. */
function nextYearly(on: DateEntry, said: SaidDate, { zone, afterMs }: At): Omit<DueDate, 'journeyId'> {
  const { months, days } = parseDuration(on.offset ?? 'P0D') ?? { months: 0, days: 0 };
  const offsetYears = Math.ceil((Math.abs(months) * 31 + Math.abs(days)) / 365);
  const firstYear = toLocal(zone, afterMs).year - offsetYears - 1;
  for (let year = Math.max(firstYear, said.year ?? -Infinity); ; year++) {
    const atMs = instantOf(on, said, year, zone);
    if (atMs > afterMs) return { on: `${said.text}@${year}`, atMs };
  }
}

/** The offset moves the date, then the time of day is taken where the person lives; hours of an offset are exact. */
function instantOf({ offset = 'P0D', at }: DateEntry, said: SaidDate, year: number, zone: string): number {
  const { months, days, timeMs } = parseDuration(offset) ?? { months: 0, days: 0, timeMs: 0 };
  const day = dayNumberOf(year, said.month, Math.min(said.day, daysInMonth(year, said.month)));
  const movedDay = addDuration(day * dayMs, { months, days, timeMs: 0 }, 'UTC') / dayMs;
  return fromLocal(zone, movedDay, at === undefined ? said.msOfDay : (parseTimeOfDay(at) ?? 0)) + timeMs;
}
