import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant, toInstant } from '../../../core/time/instant.ts';
import { runs } from '../../properties.ts';

describe('parseInstant', () => {
  it.each([
    ['2012-12-02T00:30:08.276Z', Date.UTC(2012, 11, 2, 0, 30, 8, 276)],
    ['2026-12-09T18:00+01:00', Date.UTC(2026, 11, 9, 17)],
    ['2026-12-09T18:00:00.123456789-0330', Date.UTC(2026, 11, 9, 21, 30, 0, 123)],
    ['2026-12-09t18:00:00.5+01', Date.UTC(2026, 11, 9, 17, 0, 0, 500)],
    ['2024-02-29T00:00:00z', Date.UTC(2024, 1, 29)],
  ])('reads %s', (text, ms) => {
    expect(parseInstant(text)).toBe(ms);
  });

  it.each([
    '2025-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-00-10T00:00:00Z',
    '2025-01-00T00:00:00Z',
    '2025-01-01T24:00:00Z',
    '2025-01-01T12:60:00Z',
    '2025-01-01T12:00:60Z',
    '2025-01-01T12:00:00+24:00',
    '2025-01-01T12:00:00',
    '2025-01-01 12:00:00Z',
    '2025-01-01',
    '1735689600000',
    '20250101T120000Z',
    '2025-01-01T12:00:00Z\n',
    '２０２５-01-01T12:00:00Z',
    '',
  ])('refuses "%s"', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('reads back what toInstant writes', () => {
    const instants = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(instants, (ms) => {
        expect(parseInstant(toInstant(ms))).toBe(ms);
      }),
      runs(10_000),
    );
  });
});
