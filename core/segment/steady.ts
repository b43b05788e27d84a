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
export function steadyEnd(ms: number, duration: DurationText, zone: string, sign: 1 | -1): number {
  const parsed = parseDuration(duration);
  if (parsed?.months === 0) {
    const plainMs = ms + sign * (parsed.days * 86_400_000 + parsed.timeMs);
    // Where the clock is not changed nearby, a day is 24 hours and no hour is repeated.
    if (parsed.days === 0 || isSteady(zone, Math.min(ms, plainMs) - longestRepeatMs, Math.max(ms, plainMs)))
      return plainMs;
  }
  const endMs = addDuration(ms, duration, zone, sign);
  const { months } = parsed ?? { months: 0 };
  const beforeMs = months === 0 ? [] : lastInstantsOfDays(ms, zone);
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
