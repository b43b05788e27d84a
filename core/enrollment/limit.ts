import { valuesAt } from '../event/event.ts';
import type { Journey } from '../journey/document.ts';
import { traitValue, type TraitView } from '../trait/computed-trait.ts';
import { dayMs, dayNumberOf } from '../time/civil.ts';
import { parseDuration } from '../time/duration.ts';
import { fromLocal, toLocal } from '../time/zone.ts';

/** The stretch of time in which a limit counts, `[startsMs, endsMs)`. */
export interface LimitWindow {
  readonly startsMs: number;
  readonly endsMs: number;
}
export type EntryLimit = NonNullable<Journey['entry']['limit']>;

/** Monday, 5 January 1970. */
const firstMonday = 4;

/**
 * The window that an instant lies in. Windows lie end to end: days and weeks from midnight of a Monday, months from the
 * first of January, both in the workspace's zone; hours from that same Monday's midnight on, exactly.
 * @throws RangeError for a text that is no duration
 */
export function limitWindow(per: string, zone: string, atMs: number): LimitWindow {
  const duration = parseDuration(per);
  if (!duration) throw new RangeError(`"${per}" is not a duration.`);
  const { months, days, timeMs } = duration;
  const local = toLocal(zone, atMs);
  if (months > 0) {
    const index = Math.floor((local.year * 12 + local.month - 1) / months) * months;
    return { startsMs: firstOfMonth(zone, index), endsMs: firstOfMonth(zone, index + months) };
  }
  if (timeMs === 0) {
    const first = Math.floor((local.dayNumber - firstMonday) / days) * days + firstMonday;
    return { startsMs: fromLocal(zone, first, 0), endsMs: fromLocal(zone, first + days, 0) };
  }
  const lengthMs = days * dayMs + timeMs;
  const anchorMs = fromLocal(zone, firstMonday, 0);
  const startsMs = anchorMs + Math.floor((atMs - anchorMs) / lengthMs) * lengthMs;
  return { startsMs, endsMs: startsMs + lengthMs };
}

const firstOfMonth = (zone: string, index: number): number =>
  fromLocal(zone, dayNumberOf(Math.floor(index / 12), (index % 12) + 1, 1), 0);

/** What a person is ranked by: the number at a path such as `profile.traits.score`; whoever has none comes last. */
export function scoreOf(view: TraitView, by: string): number {
  const [, , name = '', ...rest] = by.split('.');
  const found = valuesAt(traitValue(view, name), rest).find((value) => typeof value === 'number');
  return found ?? -Infinity;
}
