import type { DurationText } from './condition.ts';
import { addDuration, parseDuration } from '../time/duration.ts';
import { fromLocal, isSteady, offsetAtMs, toLocal } from '../time/zone.ts';

/** The longest stretch that a zone of today repeats: Casey's of March 2010. */
const longestRepeatMs = 3 * 3_600_000;
/** Days of a month that the shortest month lacks: so many may end together with the day before them. */
const longestClamp = 3;

/**
 * The end of a duration, which is never earlier for a later beginning. Wall clocks break that in the hour that an autumn
 * change repeats (a day after its second 02:30 lies before a day after its first 02:59), and months on their last days
 * (a month after the morning of 31 October lies before a month after the evening of the 30th). Windows need it, because
 * they forget older events and expect each to leave in its turn.
 * @param sign -1 subtracts
 */
export const steadyEnd = (ms: number, duration: DurationText, zone: string, sign: 1 | -1): number =>
  steadyEndOf(duration, sign)(ms, zone);

/** The same for a duration that is asked for often. */
export function steadyEndOf(duration: DurationText, sign: 1 | -1): (ms: number, zone: string) => number {
  const { months, days, timeMs } = parseDuration(duration) ?? { months: NaN, days: 0, timeMs: 0 };
  const plainMs = sign * (days * 86_400_000 + timeMs);
  // Nothing that the wall clock shows matters to hours and minutes.
  if (months === 0 && days === 0) return (ms) => ms + plainMs;
  const fromMs = Math.min(0, plainMs) - longestRepeatMs;
  const toMs = Math.max(0, plainMs);
  return (ms, zone) =>
    // Where the clock is not changed nearby, a day is 24 hours and no hour is repeated.
    months === 0 && isSteady(zone, ms + fromMs, ms + toMs)
      ? ms + plainMs
      : latestEnd(ms, duration, zone, sign, months !== 0);
}

function latestEnd(ms: number, duration: DurationText, zone: string, sign: 1 | -1, isOfMonths: boolean): number {
  const endMs = addDuration(ms, duration, zone, sign);
  const beforeMs = isOfMonths ? lastInstantsOfDays(ms, zone) : [];
  const repeatMs = lastInstantBeforeRepeat(ms, zone);
  if (repeatMs !== undefined) beforeMs.push(repeatMs);
  return beforeMs.reduce((latest, earlierMs) => Math.max(latest, addDuration(earlierMs, duration, zone, sign)), endMs);
}

/** An upper bound of a duration's length in any zone, with the clamped ends of months. */
export function longestMs(duration: DurationText): number {
  const { months, days, timeMs } = parseDuration(duration) ?? { months: 0, days: 0, timeMs: 0 };
  return (months * 31 + days + (months + days > 0 ? 2 : 0)) * 86_400_000 + timeMs;
}

/** Where a clock change has set the wall clock back to before some earlier instant's time: the last such instant. */
function lastInstantBeforeRepeat(ms: number, zone: string): number | undefined {
  const offsetMs = offsetAtMs(zone, ms);
  if (offsetMs >= offsetAtMs(zone, ms - longestRepeatMs)) return undefined;
  const changeMs = firstAfter(ms - longestRepeatMs, ms, (atMs) => offsetAtMs(zone, atMs) === offsetMs);
  const repeatedMs = offsetAtMs(zone, changeMs - 1) - offsetMs;
  return ms < changeMs + repeatedMs ? changeMs - 1 : undefined;
}

function lastInstantsOfDays(ms: number, zone: string): number[] {
  const { dayNumber } = toLocal(zone, ms);
  return Array.from({ length: longestClamp }, (_, back) => fromLocal(zone, dayNumber - back, 0) - 1);
}

/**
 * The first instant in `(lowMs, highMs]` at which a claim holds that stays true once it is.
 * @param highMs it holds here
 */
export function firstAfter(lowMs: number, highMs: number, holds: (ms: number) => boolean): number {
  let [low, high] = [lowMs, highMs];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
