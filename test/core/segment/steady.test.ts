import { describe, expect, it } from 'vitest';
import { steadyEnd } from '../../../core/segment/steady.ts';
import { addDuration } from '../../../core/time/duration.ts';

describe('a steady end', () => {
  const riga = (text: string): number => steadyEnd(Date.parse(text), 'P1D', 'Europe/Riga', 1);

  it('is the end of the duration on any ordinary day', () => {
    expect(new Date(riga('2026-11-21T12:00:00Z')).toISOString()).toBe('2026-11-22T12:00:00.000Z');
  });

  it('is not earlier for the second 03:30 of an autumn change than for the first 03:59', () => {
    const [first, second] = ['2026-10-25T00:59:59.999Z', '2026-10-25T01:30:00Z'];
    expect(addDuration(Date.parse(second), 'P1D', 'Europe/Riga')).toBeLessThan(
      addDuration(Date.parse(first), 'P1D', 'Europe/Riga'),
    );
    expect(riga(second)).toBe(riga(first));
    expect(new Date(riga('2026-10-25T02:00:00Z')).toISOString()).toBe('2026-10-26T02:00:00.000Z');
  });

  it('is not earlier for the last day of a month than for the day before', () => {
    const month = (text: string): string => new Date(steadyEnd(Date.parse(text), 'P1M', 'UTC', 1)).toISOString();
    expect(month('2026-01-28T20:00:00Z')).toBe('2026-02-28T20:00:00.000Z');
    expect(month('2026-01-31T01:00:00Z')).toBe('2026-02-28T23:59:59.999Z');
    expect(month('2026-02-01T00:00:00Z')).toBe('2026-03-01T00:00:00.000Z');
  });

  it('of hours and minutes asks no wall clock', () => {
    const ms = Date.parse('2026-10-25T01:30:00Z');
    expect(steadyEnd(ms, 'PT24H', 'Europe/Riga', 1)).toBe(ms + 86_400_000);
  });
});
