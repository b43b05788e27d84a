import type { DurationText } from '../../segment/condition.ts';
import { parseDuration } from '../../time/duration.ts';

const dayMs = 86_400_000;

/** How long a duration is at least; 0 for none. Days count as 24 hours, months as 28 days. */
export function leastMs(text: DurationText | undefined): number {
  const duration = text === undefined ? undefined : parseDuration(text);
  if (!duration) return 0;
  return (duration.months * 28 + duration.days) * dayMs + duration.timeMs;
}

/** How long a duration is at most. Days count as 24 hours, months as 31 days. */
export function mostMs(text: DurationText): number {
  const duration = parseDuration(text);
  if (!duration) return Infinity;
  return (duration.months * 31 + duration.days) * dayMs + duration.timeMs;
}

/**
 * How many stretches of one length, one behind another, are needed at most to cover another. Between clock changes a day may
 * have an hour more or less, which matters only where days are compared with hours.
 */
export function timesIn(whole: DurationText, part: DurationText): number {
  if (whole === part) return 1;
  const isMixed =
    [whole, part].some((text) => text.includes('T')) && ![whole, part].every((text) => text.startsWith('PT'));
  return Math.ceil((mostMs(whole) + (isMixed ? 3_600_000 : 0)) / Math.max(1, leastMs(part)));
}
