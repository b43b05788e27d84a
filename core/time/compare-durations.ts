import type { DurationText } from '../segment/condition.ts';
import { parseDuration, type Duration } from './duration.ts';

/**
 * Whether a duration lasts as long as another one or longer, whenever and in whichever zone both begin. `P1M` and `P30D` are neither
 * way round: it depends on the month.
 * @returns false for texts that are no durations
 */
export function isNeverShorter(one: DurationText, other: DurationText): boolean {
  const [left, right] = [parseDuration(one), parseDuration(other)];
  if (!left || !right) return false;
  const isEachLonger = left.months >= right.months && left.days >= right.days && left.timeMs >= right.timeMs;
  return isEachLonger || shortestMs(left) >= longestMs(right);
}

/** Whether an offset, `-P7D` being one back, leads as far as another one or further, from whatever instant. */
export function isNeverBefore(one: DurationText, other: DurationText): boolean {
  const [isBack, isOtherBack] = [one.startsWith('-'), other.startsWith('-')];
  if (isBack !== isOtherBack) return isOtherBack;
  return isBack ? isNeverShorter(other.slice(1), one.slice(1)) : isNeverShorter(one, other);
}

const dayMs = 86_400_000;
/** Clocks were moved by up to a whole day, where a zone changed its side of the date line. */
const slackMs = dayMs;
const shortestMs = ({ months, days, timeMs }: Duration): number =>
  (months * 28 + days) * dayMs + timeMs - (months + days > 0 ? slackMs : 0);
const longestMs = ({ months, days, timeMs }: Duration): number =>
  (months * 31 + days) * dayMs + timeMs + (months + days > 0 ? slackMs : 0);
