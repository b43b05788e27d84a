import type { Definitions, JourneyVersion } from '../definitions.ts';
import { valuesAt } from '../event/event.ts';
import type { DateEntry } from '../journey/document.ts';
import { holidayDates } from '../profile/holidays.ts';
import type { Profile } from '../profile/profile.ts';
import type { View } from '../segment/compile-condition.ts';
import { viewOf } from '../segment/view.ts';
import { dayMs, parseTimeOfDay } from '../time/civil.ts';
import { addDuration, parseDuration } from '../time/duration.ts';
import { dayAsMs, dayIn, readDate, type SaidDate } from '../time/said-date.ts';
import { fromLocal, toLocal } from '../time/zone.ts';
import { traitValue } from '../trait/computed-trait.ts';
import { staleMs } from './stale.ts';

/** A date of a person that begins a journey. */
export interface DueDate {
  readonly journeyId: string;
  /** Which date it is, with the year where it comes back: one date begins a journey once. */
  readonly on: string;
  readonly atMs: number;
}

/** The date of every journey that begins by one, the first after an instant each; none for whoever has no such date. */
export function datesAfter(profile: Profile, definitions: Definitions, afterMs: number): readonly DueDate[] {
  if (profile.isErased) return [];
  const view = viewOf(profile, definitions, afterMs);
  return definitions.dateEntries.flatMap((journey) => {
    const next = nextDate(journey, view);
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

function nextDate({ document }: JourneyVersion, view: View): Omit<DueDate, 'journeyId'> | undefined {
  const { on } = document.entry;
  if (!('date' in on)) return undefined;
  let first: Omit<DueDate, 'journeyId'> | undefined;
  for (const text of saidBy(on, view)) {
    const said = readDate(text, view.zone);
    const next = said && (isYearly(on, said) ? nextYearly(on, said, view) : onceAt(on, said, view));
    if (next && next.atMs < (first?.atMs ?? Infinity)) first = next;
  }
  return first;
}

/** A date that is said without its year comes back every year. */
const isYearly = (on: DateEntry, { year }: SaidDate): boolean => on.repeats === 'yearly' || year === undefined;

function saidBy({ date }: DateEntry, view: View): readonly string[] {
  if ('trait' in date) {
    const [name = '', ...rest] = date.trait.split('.');
    const [value] = valuesAt(traitValue(view, name), rest);
    return typeof value === 'string' ? [value] : [];
  }
  return holidayDates(view.profile, view.calendars, date.holiday);
}

function onceAt(on: DateEntry, said: SaidDate, { zone, nowMs: afterMs }: View): Omit<DueDate, 'journeyId'> | undefined {
  const atMs =
    said.ms !== undefined && on.at === undefined
      ? addDuration(said.ms, on.offset ?? 'P0D', zone)
      : instantOf(on, said, said.year ?? 0, zone);
  return atMs > afterMs ? { on: said.text, atMs } : undefined;
}

/** From its own year on; 29 February is the 28th where a year has none. */
function nextYearly(on: DateEntry, said: SaidDate, { zone, nowMs: afterMs }: View): Omit<DueDate, 'journeyId'> {
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
  const movedDay = addDuration(dayAsMs(dayIn(said, year)), { months, days, timeMs: 0 }, 'UTC') / dayMs;
  return fromLocal(zone, movedDay, at === undefined ? said.msOfDay : (parseTimeOfDay(at) ?? 0)) + timeMs;
}
