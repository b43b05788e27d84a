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
