import { valuesAt } from '../event/event.ts';
import { holidayDates } from '../profile/holidays.ts';
import { traitValue } from '../trait/computed-trait.ts';
import { addDuration, parseDuration } from '../time/duration.ts';
import { midnightIn, readDate } from '../time/said-date.ts';
import { toLocal } from '../time/zone.ts';
import type { View } from './compile-condition.ts';
import type { DayOfCondition } from './condition.ts';

/** A stretch of time around one occurrence of a day, `[from, to)`. */
interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Whether it is now around a day that comes back every year: a date of the person, or a holiday of their country. */
export const isAround = (condition: DayOfCondition, view: View): boolean =>
  stretchesOf(condition, view).some(({ fromMs, toMs }) => view.nowMs >= fromMs && view.nowMs < toMs);

/** The first instant after now at which that may change; `Infinity` for never. */
export const nextEdgeMs = (condition: DayOfCondition, view: View): number =>
  Math.min(
    typeof condition.dayOf === 'string'
      ? (view.computed.get(condition.dayOf.split('.', 1)[0] ?? '')?.nextChangeMs(view) ?? Infinity)
      : Infinity,
    ...stretchesOf(condition, view)
      .flatMap(({ fromMs, toMs }) => [fromMs, toMs])
      .filter((ms) => ms > view.nowMs),
  );

/** The stretches of the years around now, as far as the offsets reach. */
function stretchesOf(condition: DayOfCondition, view: View): readonly Stretch[] {
  const { nowMs, zone } = view;
  const year = toLocal(zone, nowMs).year;
  const reach = 1 + Math.max(yearsIn(condition.from), yearsIn(condition.to));
  const years = Array.from({ length: 2 * reach + 1 }, (_, index) => year - reach + index);
  return datesOf(condition, view).flatMap((text) => {
    const said = readDate(text, zone);
    if (!said) return [];
    // A holiday that moves is listed year by year; what a person says comes back from its own year on.
    const isListed = said.year !== undefined && typeof condition.dayOf !== 'string';
    const of = isListed ? [said.year] : years.filter((one) => one >= (said.year ?? -Infinity));
    return of.map((one): Stretch => {
      const midnightMs = midnightIn(said, one!, zone);
      return {
        fromMs: addDuration(midnightMs, condition.from, zone),
        toMs: addDuration(midnightMs, condition.to, zone),
      };
    });
  });
}

function yearsIn(offset: string): number {
  const { months, days, timeMs } = parseDuration(offset) ?? { months: 0, days: 0, timeMs: 0 };
  return Math.ceil((Math.abs(months) * 31 + Math.abs(days) + Math.abs(timeMs) / 86_400_000) / 365);
}

function datesOf({ dayOf }: DayOfCondition, view: View): readonly string[] {
  if (typeof dayOf !== 'string') return holidayDates(view.profile, view.calendars, dayOf.holiday);
  const [name = '', ...rest] = dayOf.split('.');
  const values = valuesAt(traitValue(view, name), rest);
  return values.filter((value) => typeof value === 'string');
}
