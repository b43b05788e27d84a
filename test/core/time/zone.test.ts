import { describe, expect, it } from 'vitest';
import { dateOfDay, dayNumberOf, daysInMonth, parseTimeOfDay, weekDayOf } from '../../../core/time/civil.ts';
import { fromLocal, isZone, offsetAtMs, toLocal } from '../../../core/time/zone.ts';

describe('zones', () => {
  it.each(['Europe/Riga', 'UTC', 'Etc/GMT+5', 'Asia/Calcutta', 'europe/riga'])('knows %s', (zone) => {
    expect(isZone(zone)).toBe(true);
  });

  it.each(['', '+02:00', 'Z', 'Mars/Olympus', '__proto__', 'Europe/Riga\u0000'])('does not know "%s"', (zone) => {
    expect(isZone(zone)).toBe(false);
    expect(() => offsetAtMs(zone, 0)).toThrow(RangeError);
  });

  it('sees Morocco leave summer time for a month, which is shorter than most calendars expect', () => {
    expect(offsetAtMs('Africa/Casablanca', Date.UTC(2026, 1, 1))).toBe(3_600_000);
    expect(offsetAtMs('Africa/Casablanca', Date.UTC(2026, 2, 1))).toBe(0);
    expect(offsetAtMs('Africa/Casablanca', Date.UTC(2026, 3, 1))).toBe(3_600_000);
  });

  it('knows offsets with seconds, and times long before zones', () => {
    expect(offsetAtMs('Africa/Monrovia', 0)).toBe(-(44 * 60 + 30) * 1_000);
    expect(toLocal('Europe/Riga', Date.UTC(-500, 0, 1)).year).toBe(-500);
    expect(toLocal('Europe/Riga', Date.UTC(9999, 0, 1)).year).toBe(9999);
  });

  it('takes a day that was skipped altogether as the first instant after it', () => {
    const skipped = dayNumberOf(2011, 12, 30);
    expect(new Date(fromLocal('Pacific/Apia', skipped, 0)).toISOString()).toBe('2011-12-30T10:00:00.000Z');
    expect(fromLocal('Pacific/Apia', skipped, 43_200_000)).toBe(fromLocal('Pacific/Apia', skipped + 1, 0));
  });

  it('refuses what is no instant', () => {
    expect(() => offsetAtMs('UTC', NaN)).toThrow(RangeError);
    expect(() => offsetAtMs('UTC', Infinity)).toThrow(RangeError);
  });
});

describe('dates', () => {
  it('agrees with Date on every day from 1900 to 2100', () => {
    for (let day = dayNumberOf(1900, 1, 1); day <= dayNumberOf(2100, 12, 31); day += 1) {
      const date = new Date(day * 86_400_000);
      const civil = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
      if (dayNumberOf(civil.year, civil.month, civil.day) !== day) expect.fail(`${date.toISOString()}`);
      expect(dateOfDay(day)).toEqual(civil);
    }
  });

  it('knows leap years and week days', () => {
    expect([daysInMonth(2024, 2), daysInMonth(2100, 2), daysInMonth(2000, 2), daysInMonth(2026, 4)]).toEqual([
      29, 28, 29, 30,
    ]);
    expect([weekDayOf(0), weekDayOf(-1), weekDayOf(dayNumberOf(2026, 11, 22))]).toEqual(['TH', 'WE', 'SU']);
  });

  it('reads times of day', () => {
    expect(['00:00', '09:30', '23:59', '24:00'].map(parseTimeOfDay)).toEqual([0, 34_200_000, 86_340_000, 86_400_000]);
    expect(['9:30', '24:01', '12:60', '12', '12:00:00', ''].map(parseTimeOfDay)).toEqual(Array(6).fill(undefined));
  });
});
