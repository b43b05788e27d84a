import { dateOfDay, dayNumberOf, dayMs } from '../../../core/time/civil.ts';
import { parseInstant } from '../../../core/time/instant.ts';
import { fromLocal, offsetAtMs, toLocal, type LocalTime } from '../../../core/time/zone.ts';

/** Whose calendar and language a date is written in. */
export interface DateSettings {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly locale: string;
}

/** What Liquid's strftime directives mean; `%-d` leaves out the padding, `%^b` is upper case. */
const directives: { readonly [letter: string]: (date: LocalTime, ms: number, settings: DateSettings) => string } = {
  Y: ({ year }) => String(year).padStart(4, '0'),
  y: ({ year }) => pad(year % 100),
  m: ({ month }) => pad(month),
  d: ({ day }) => pad(day),
  e: ({ day }) => String(day).padStart(2),
  j: ({ year, dayNumber }) => String(dayNumber - dayNumberOf(year, 1, 1) + 1).padStart(3, '0'),
  H: ({ msOfDay }) => pad(Math.floor(msOfDay / 3_600_000)),
  I: ({ msOfDay }) => pad(((Math.floor(msOfDay / 3_600_000) + 11) % 12) + 1),
  l: ({ msOfDay }) => String(((Math.floor(msOfDay / 3_600_000) + 11) % 12) + 1).padStart(2),
  M: ({ msOfDay }) => pad(Math.floor(msOfDay / 60_000) % 60),
  S: ({ msOfDay }) => pad(Math.floor(msOfDay / 1_000) % 60),
  p: ({ msOfDay }) => (msOfDay < 43_200_000 ? 'AM' : 'PM'),
  P: ({ msOfDay }) => (msOfDay < 43_200_000 ? 'am' : 'pm'),
  B: (date, _, { locale }) => word(locale, { month: 'long', day: 'numeric' }, 'month', date),
  b: (date, _, { locale }) => word(locale, { month: 'short', day: 'numeric' }, 'month', date),
  A: (date, _, { locale }) => word(locale, { weekday: 'long' }, 'weekday', date),
  a: (date, _, { locale }) => word(locale, { weekday: 'short' }, 'weekday', date),
  u: ({ dayNumber }) => String(((((dayNumber + 3) % 7) + 7) % 7) + 1),
  w: ({ dayNumber }) => String((((dayNumber + 4) % 7) + 7) % 7),
  s: (_, ms) => String(Math.floor(ms / 1_000)),
  z: (_, ms, { timeZone }) => offsetText(offsetAtMs(timeZone, ms)),
  Z: (_, __, { timeZone }) => timeZone,
  F: (date) => `${String(date.year).padStart(4, '0')}-${pad(date.month)}-${pad(date.day)}`,
  T: ({ msOfDay }) => new Date(msOfDay).toISOString().slice(11, 19),
  R: ({ msOfDay }) => new Date(msOfDay).toISOString().slice(11, 16),
  '%': () => '%',
};
const aliases: { readonly [letter: string]: string } = { h: 'b', X: 'T' };

const pad = (value: number): string => String(value).padStart(2, '0');

function offsetText(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  return `${offsetMs < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`;
}

const words = new Map<string, string>();

/** A month or week day in the locale's words, in the form that stands beside a day. */
function word(
  locale: string,
  options: Intl.DateTimeFormatOptions,
  part: 'month' | 'weekday',
  { month, dayNumber }: LocalTime,
): string {
  const key = `${locale} ${JSON.stringify(options)} ${part === 'month' ? month : ((dayNumber % 7) + 7) % 7}`;
  let found = words.get(key);
  if (found === undefined) {
    if (words.size > 10_000) words.clear();
    const parts = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).formatToParts(dayNumber * dayMs);
    found = parts.find(({ type }) => type === part)?.value ?? '';
    words.set(key, found);
  }
  return found;
}

/** The instant of a value that a template calls a date; a bare date is the start of that day in the zone. */
function instantOf(value: unknown, { nowMs, timeZone }: DateSettings): number | undefined {
  if (value === 'now' || value === 'today') return nowMs;
  // Liquid counts in seconds; nobody means the 1970s by a number of thirteen digits.
  if (typeof value === 'number') return Math.abs(value) < 1e11 ? value * 1_000 : value;
  if (typeof value !== 'string') return undefined;
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) ?? [];
  if (year === undefined) return parseInstant(value);
  const dayNumber = dayNumberOf(Number(year), Number(month), Number(day));
  const date = dateOfDay(dayNumber);
  if (date.month !== Number(month) || date.day !== Number(day)) return undefined;
  return fromLocal(timeZone, dayNumber, 0);
}

/** A date in strftime's form; undefined for a value that is no date. */
export function formatDate(value: unknown, format: string, settings: DateSettings): string | undefined {
  const ms = instantOf(value, settings);
  if (ms === undefined || !Number.isFinite(ms)) return undefined;
  const local = toLocal(settings.timeZone, ms);
  return format.replace(/%([-^]?)([a-zA-Z%])/g, (found, flag: string, letter: string) => {
    const text = directives[aliases[letter] ?? letter]?.(local, ms, settings);
    if (text === undefined) return found;
    if (flag === '^') return text.toUpperCase();
    return flag === '-' ? text.replace(/^[0 ]+(?=\d)/, '') : text;
  });
}
