import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isNeverBefore, isNeverShorter } from '../../../core/time/compare-durations.ts';
import { addDuration } from '../../../core/time/duration.ts';
import { runs } from '../../properties.ts';

it.each([
  ['P7D', 'P7D', true],
  ['P1M', 'P1M', true],
  ['P60D', 'P1M', true],
  ['P1M', 'P60D', false],
  ['P30D', 'P1M', false],
  ['P1M', 'P30D', false],
  ['P1M', 'P26D', true],
  ['PT24H', 'P1D', false],
  ['PT48H', 'P1D', true],
  ['PT2H', 'PT1H', true],
  ['a week', 'P1D', false],
])('that %s lasts as long as %s in any case: %s', (one, other, expected) => {
  expect(isNeverShorter(one, other)).toBe(expected);
});

it.each([
  ['P0D', 'P0D', true],
  ['P1D', 'P0D', true],
  ['P0D', 'P1D', false],
  ['P0D', '-P1D', true],
  ['-P1D', 'P0D', false],
  ['-P7D', '-P1D', false],
  ['-P1D', '-P7D', true],
  ['-P1M', '-P30D', false],
])('that %s from a day is as late as %s in any case: %s', (one, other, expected) => {
  expect(isNeverBefore(one, other)).toBe(expected);
});

it('is right of every zone and every beginning', () => {
  // Apia left out a whole day in December 2011; Lord Howe moves its clocks by half an hour.
  const zones = fc.constantFrom('Europe/Riga', 'Pacific/Apia', 'Australia/Lord_Howe', 'America/New_York');
  const part = fc.integer({ min: 0, max: 3 });
  const duration = fc
    .tuple(part, fc.integer({ min: 0, max: 62 }), fc.integer({ min: 0, max: 50 }))
    .map(([months, days, hours]) => `P${months}M${days}DT${hours}H`);
  const begins = fc.integer({ min: Date.UTC(2011, 9), max: Date.UTC(2012, 5) });
  fc.assert(
    fc.property(zones, duration, duration, begins, (zone, one, other, ms) => {
      fc.pre(isNeverShorter(one, other));
      expect(addDuration(ms, one, zone)).toBeGreaterThanOrEqual(addDuration(ms, other, zone));
    }),
    runs(10_000),
  );
});
