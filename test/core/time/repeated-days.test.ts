import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { weekDays, type WeekDay } from '../../../core/journey/document.ts';
import { isOfWholeDays, repeatedDay, type RepeatedDays } from '../../../core/time/repeated-days.ts';
import { runs } from '../../properties.ts';

const epoch = Temporal.PlainDate.from('1970-01-01');
const dayOf = (text: string): number => epoch.until(Temporal.PlainDate.from(text)).days;
const dateOf = (day: number): Temporal.PlainDate => epoch.add({ days: day });

/** The rule as the documents tell it, by another calendar and day by day. */
function isRepeated({ every, on }: RepeatedDays, day: number): boolean {
  const date = dateOf(day);
  const names = on === undefined ? undefined : typeof on === 'string' ? [on] : on;
  const isNamed = (one: Temporal.PlainDate): boolean => names?.includes(weekDays[one.dayOfWeek - 1]!) ?? true;
  const duration = Temporal.Duration.from(every);
  const sinceMonday = Temporal.PlainDate.from('1970-01-05').until(date).days;
  const months = duration.years * 12 + duration.months;
  if (months > 0) {
    const isMonth = (date.year * 12 + date.month - 1) % months === 0;
    const earlier = Array.from({ length: date.day - 1 }, (_, before) => date.subtract({ days: before + 1 }));
    return isMonth && (names ? isNamed(date) && !earlier.some(isNamed) : date.day === 1);
  }
  const days = duration.weeks * 7 + duration.days;
  if (days % 7 !== 0) return ((sinceMonday % days) + days) % days === 0 && isNamed(date);
  const isWeek = ((Math.floor(sinceMonday / 7) % (days / 7)) + days / 7) % (days / 7) === 0;
  return isWeek && (names ? isNamed(date) : date.dayOfWeek === 1);
}

const everys = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map((n) => `P${n}D`),
  fc.integer({ min: 1, max: 9 }).map((n) => `P${n}W`),
  fc.integer({ min: 1, max: 15 }).map((n) => `P${n}M`),
  fc.constant('P1Y'),
);
const days: fc.Arbitrary<WeekDay | WeekDay[] | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(...weekDays),
  fc.subarray([...weekDays], { minLength: 1 }),
);

describe('repeatedDay', () => {
  it('is the first day that another calendar calls one of them', () => {
    fc.assert(
      fc.property(everys, days, fc.integer({ min: 10_000, max: 40_000 }), (every, on, fromDay) => {
        let day = fromDay;
        while (!isRepeated({ every, on }, day)) day++;
        expect(repeatedDay({ every, on }, fromDay)).toBe(day);
      }),
      runs(2_000),
    );
  });

  it.each([
    ['every second Monday is the same whoever asks', { every: 'P2W', on: 'MO' }, '2026-11-24', '2026-12-07'],
    ['a month means its first day', { every: 'P1M' }, '2026-11-02', '2026-12-01'],
    ['a month with week days means the first of them', { every: 'P1M', on: ['MO', 'TU'] }, '2026-11-21', '2026-12-01'],
    ['a week means its Monday', { every: 'P1W' }, '2026-11-24', '2026-11-30'],
    ['a year means the first of January', { every: 'P1Y' }, '2026-01-02', '2027-01-01'],
    [
      'every day may be every working day',
      { every: 'P1D', on: ['MO', 'TU', 'WE', 'TH', 'FR'] },
      '2026-11-21',
      '2026-11-23',
    ],
  ] as const)('%s', (_, repeated, from, found) => {
    expect(dateOf(repeatedDay(repeated, dayOf(from))).toString()).toBe(found);
  });

  it('refuses what is no number of days or of months', () => {
    for (const every of ['PT6H', 'P1DT1H', 'P1M1D', 'P0D', 'weekly']) {
      expect(isOfWholeDays(every)).toBe(false);
      expect(() => repeatedDay({ every }, 0)).toThrow(RangeError);
    }
  });
});
