import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { addDuration, parseDuration, subtractDuration } from '../../../core/time/duration.ts';
import { parseInstant, toInstant } from '../../../core/time/instant.ts';
import { fromLocal, toLocal } from '../../../core/time/zone.ts';
import { runs } from '../../properties.ts';

const at = (text: string): number => parseInstant(text) ?? NaN;

describe('parseDuration', () => {
  it.each([
    ['PT24H', { months: 0, days: 0, timeMs: 86_400_000 }],
    ['P1D', { months: 0, days: 1, timeMs: 0 }],
    ['P1Y2M3W4DT5H6M7S', { months: 14, days: 25, timeMs: 18_367_000 }],
    ['-P7D', { months: 0, days: -7, timeMs: 0 }],
    ['P0D', { months: 0, days: 0, timeMs: 0 }],
    ['PT0S', { months: 0, days: 0, timeMs: 0 }],
  ])('reads %s', (text, duration) => {
    expect(parseDuration(text)).toEqual(duration);
  });

  it.each([
    '',
    'P',
    '-P',
    'PT',
    'P1',
    '1D',
    'P1H',
    'PT1D',
    'P1DT',
    'P1D2M',
    'PT1.5H',
    'P-1D',
    '+P1D',
    'p1d',
    ' P1D',
    'P1D ',
    'P1001Y',
  ])('refuses "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('addDuration', () => {
  it('keeps the time on the wall for days and exact time for hours', () => {
    const evening = at('2026-03-28T18:00:00+02:00');
    expect(toInstant(addDuration(evening, 'P1D', 'Europe/Riga'))).toBe('2026-03-29T15:00:00.000Z');
    expect(toInstant(addDuration(evening, 'PT24H', 'Europe/Riga'))).toBe('2026-03-29T16:00:00.000Z');
  });

  it('takes the first instant after a gap and the earlier of two in an overlap', () => {
    const spring = at('2026-03-28T03:30:00+02:00');
    expect(toInstant(addDuration(spring, 'P1D', 'Europe/Riga'))).toBe('2026-03-29T01:00:00.000Z');
    const autumn = at('2026-10-24T03:30:00+03:00');
    expect(toInstant(addDuration(autumn, 'P1D', 'Europe/Riga'))).toBe('2026-10-25T00:30:00.000Z');
  });

  it('clamps to the last day of a shorter month', () => {
    const endOfMonth = at('2026-01-31T12:00:00Z');
    expect(toInstant(addDuration(endOfMonth, 'P1M', 'UTC'))).toBe('2026-02-28T12:00:00.000Z');
    expect(toInstant(addDuration(endOfMonth, 'P25M', 'UTC'))).toBe('2028-02-29T12:00:00.000Z');
    expect(toInstant(subtractDuration(endOfMonth, 'P2M', 'UTC'))).toBe('2025-11-30T12:00:00.000Z');
  });

  it('refuses a text that is no duration', () => {
    expect(() => addDuration(0, 'tomorrow', 'UTC')).toThrow(RangeError);
  });

  it('agrees with Temporal wherever the local time exists', () => {
    // Zones whose changes lie far apart: temporal-polyfill misses Morocco's month without summer time.
    const zones = fc.constantFrom(
      'Europe/Riga',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'Pacific/Apia',
      'UTC',
    );
    const part = fc.integer({ min: 0, max: 40 });
    const duration = fc
      .tuple(fc.boolean(), part, part, part, part, part, part, part)
      .filter(([, ...parts]) => parts.some((value) => value > 0))
      .map(([isNegative, years, months, weeks, days, hours, minutes, seconds]) => {
        return `${isNegative ? '-' : ''}P${years}Y${months}M${weeks}W${days}DT${hours}H${minutes}M${seconds}S`;
      });
    const ms = fc.integer({ min: Date.UTC(2013, 0), max: Date.UTC(2035, 0) });
    const property = fc.property(zones, duration, ms, fc.constantFrom<1 | -1>(1, -1), (zone, text, startMs, sign) => {
      const start = Temporal.Instant.fromEpochMilliseconds(startMs).toZonedDateTimeISO(zone);
      const signed = sign === 1 ? Temporal.Duration.from(text) : Temporal.Duration.from(text).negated();
      const dates = { years: signed.years, months: signed.months, weeks: signed.weeks, days: signed.days };
      const landing = start.toPlainDateTime().add(dates);
      fc.pre(landing.toZonedDateTime(zone).toPlainDateTime().equals(landing));
      expect(addDuration(startMs, text, zone, sign)).toBe(start.add(signed).epochMilliseconds);
    });
    fc.assert(property, runs(10_000));
  });
});

describe('fromLocal', () => {
  it('undoes toLocal, but for the later of two equal local times', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const property = fc.property(zones, fc.integer({ min: Date.UTC(1970, 0), max: Date.UTC(2100, 0) }), (zone, ms) => {
      const local = toLocal(zone, ms);
      const back = fromLocal(zone, local.dayNumber, local.msOfDay);
      expect(back).toBeLessThanOrEqual(ms);
      expect(toLocal(zone, back)).toEqual(local);
    });
    fc.assert(property, runs(10_000));
  });
});
