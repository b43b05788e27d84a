import type { WeekDay } from '../journey/document.ts';
import { dateOfDay, dayMs, dayNumberOf, weekDayOf, type CivilDate } from './civil.ts';

/** What a clock on the wall and a calendar show at an instant. */
export interface LocalTime extends CivilDate {
  /** Days from 1970-01-01 to the local date. */
  readonly dayNumber: number;
  readonly msOfDay: number;
  readonly weekDay: WeekDay;
}

/** A stretch of time, `[startsMs, endsMs)`, during which a zone keeps one offset. */
interface Span {
  readonly startsMs: number;
  readonly endsMs: number;
  readonly offsetMs: number;
}

const chunkMs = 2 ** 36; // 2.2 years: building one takes under a millisecond
// The shortest stretch in the zone database since 1970 is 6 days 23 hours (Gaza 2040, Recife 2000). The search of
// temporal-polyfill takes longer strides and misses Morocco's month without summer time: hence our own, over Intl.
const strideMs = 5 * dayMs;
// Zones keep their local mean time before this; it also spares us eras.
const firstMs = dayNumberOf(1800, 1, 1) * dayMs;
const widestOffsetMs = 16 * 3_600_000;
// Zone names can come from outside in any mix of cases; the database has about 600.
const zoneLimit = 2_000;

const zones = new Map<string, Map<number, readonly Span[]>>();

function formatterFor(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

function readOffsetMs(formatter: Intl.DateTimeFormat, ms: number): number {
  const match = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/.exec(formatter.format(ms));
  if (!match) throw new RangeError(`No local time for the instant ${ms}.`);
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const localMs = dayNumberOf(year, month, day) * dayMs + ((hour * 60 + minute) * 60 + second) * 1_000;
  return localMs - Math.floor(ms / 1_000) * 1_000;
}

/** The first second in `(lowMs, highMs]` that has another offset than `lowMs`; both ends are whole seconds. */
function findTransitionMs(formatter: Intl.DateTimeFormat, lowMs: number, highMs: number): number {
  const before = readOffsetMs(formatter, lowMs);
  let low = lowMs / 1_000;
  let high = highMs / 1_000;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (readOffsetMs(formatter, middle * 1_000) === before) low = middle;
    else high = middle;
  }
  return high * 1_000;
}

function buildChunk(zone: string, index: number): readonly Span[] {
  const formatter = formatterFor(zone);
  const chunkStartMs = index * chunkMs;
  const chunkEndMs = chunkStartMs + chunkMs;
  const spans: Span[] = [];
  let startsMs = chunkStartMs;
  // Chunk borders lie between seconds; zones change on whole ones.
  let atMs = Math.floor(chunkStartMs / 1_000) * 1_000;
  let offsetMs = readOffsetMs(formatter, atMs);
  while (atMs < chunkEndMs) {
    const nextMs = Math.min(atMs + strideMs, Math.floor(chunkEndMs / 1_000) * 1_000);
    const nextOffsetMs = readOffsetMs(formatter, nextMs);
    if (nextOffsetMs !== offsetMs) {
      const changesMs = findTransitionMs(formatter, atMs, nextMs);
      if (changesMs > startsMs) spans.push({ startsMs, endsMs: changesMs, offsetMs });
      startsMs = Math.max(startsMs, changesMs);
      offsetMs = nextOffsetMs;
    }
    if (nextMs <= atMs) break;
    atMs = nextMs;
  }
  spans.push({ startsMs, endsMs: chunkEndMs, offsetMs });
  return spans;
}

function chunksOf(zone: string): Map<number, readonly Span[]> {
  const known = zones.get(zone);
  if (known) return known;
  if (!isNamed(zone)) throw new RangeError(`"${zone}" is not a time zone.`);
  if (zones.size >= zoneLimit) zones.clear();
  const chunks = new Map<number, readonly Span[]>();
  zones.set(zone, chunks);
  return chunks;
}

function isNamed(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    formatterFor(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The stretch that was asked for last: most questions that follow are about the same. */
let latest: { readonly zone: string; readonly span: Span } | undefined;

function spanAt(zone: string, ms: number): Span {
  if (latest !== undefined && latest.zone === zone && ms >= latest.span.startsMs && ms < latest.span.endsMs)
    return latest.span;
  const span = findSpan(zone, ms);
  latest = { zone, span };
  return span;
}

function findSpan(zone: string, ms: number): Span {
  const chunks = chunksOf(zone);
  const atMs = ms < firstMs ? firstMs : ms;
  const index = Math.floor(atMs / chunkMs);
  let spans = chunks.get(index);
  if (!spans) {
    if (!Number.isFinite(ms)) throw new RangeError(`${ms} is not an instant.`);
    spans = buildChunk(zone, index);
    chunks.set(index, spans);
  }
  for (const span of spans) if (atMs < span.endsMs) return span;
  throw new RangeError(`The zone ${zone} has no offset at ${ms}.`);
}

/** Whether a text names a zone of the IANA database (in any case of letters); bare offsets do not. */
export const isZone = (name: string): boolean => zones.has(name) || isNamed(name);

/** Whether a zone's clock is not changed between two instants, as far as it is known without looking further. */
export function isSteady(zone: string, fromMs: number, toMs: number): boolean {
  const { startsMs, endsMs } = spanAt(zone, fromMs);
  return fromMs >= startsMs && toMs < endsMs;
}

/**
 * How far the local time of a zone is ahead of UTC at an instant, in milliseconds.
 * @throws RangeError for an unknown zone
 */
export const offsetAtMs = (zone: string, ms: number): number => spanAt(zone, ms).offsetMs;
/** An instant after `ms` until which the offset stays as it is: mostly that of the next change. */
export const nextOffsetMs = (zone: string, ms: number): number => spanAt(zone, ms).endsMs;

/**
 * The local date and time of an instant.
 * @throws RangeError for an unknown zone
 */
export function toLocal(zone: string, ms: number): LocalTime {
  const localMs = ms + spanAt(zone, ms).offsetMs;
  const dayNumber = Math.floor(localMs / dayMs);
  const { year, month, day } = dateOfDay(dayNumber);
  return { year, month, day, dayNumber, msOfDay: localMs - dayNumber * dayMs, weekDay: weekDayOf(dayNumber) };
}

/**
 * The instant of a local date and time. A time that a spring change skips means the first instant after the gap; a time
 * that an autumn change repeats means its earlier occurrence.
 * @param dayNumber days from 1970-01-01 to the local date
 * @throws RangeError for an unknown zone
 */
export function fromLocal(zone: string, dayNumber: number, msOfDay: number): number {
  const localMs = dayNumber * dayMs + msOfDay;
  let span = spanAt(zone, localMs - widestOffsetMs);
  for (;;) {
    const ms = localMs - span.offsetMs;
    if (ms < span.startsMs && ms >= firstMs) return span.startsMs;
    if (ms < span.endsMs) return ms;
    span = spanAt(zone, span.endsMs);
  }
}
