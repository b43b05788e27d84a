import type { DurationText } from './condition.ts';
import { addDuration, parseDuration } from '../time/duration.ts';
import { offsetAtMs } from '../time/zone.ts';

/** The longest hour that a zone of today repeats: Casey's of March 2010. */
const longestRepeatMs = 3 * 3_600_000;

/**
 * The end of a duration, which is never earlier for a later beginning. Wall clocks break that in the hour that an autumn
 * change repeats: a day after its second 02:30 lies before a day after its first 02:59. Windows need it, because they
 * forget older events and expect each to leave once.
 * @param sign -1 subtracts
 */
export function steadyEnd(ms: number, duration: DurationText, zone: string, sign: 1 | -1): number {
  const endMs = addDuration(ms, duration, zone, sign);
  const offsetMs = offsetAtMs(zone, ms);
  if (offsetMs >= offsetAtMs(zone, ms - longestRepeatMs) || isExact(duration)) return endMs;
  const changeMs = firstAfter(ms - longestRepeatMs, ms, (atMs) => offsetAtMs(zone, atMs) === offsetMs);
  const repeatedMs = offsetAtMs(zone, changeMs - 1) - offsetMs;
  if (ms >= changeMs + repeatedMs) return endMs;
  return Math.max(endMs, addDuration(changeMs - 1, duration, zone, sign));
}

/** Hours, minutes and seconds alone ask no wall clock. */
function isExact(text: DurationText): boolean {
  const duration = parseDuration(text);
  return duration !== undefined && duration.months === 0 && duration.days === 0;
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
