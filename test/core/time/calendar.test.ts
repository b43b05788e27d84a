import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nextTimeOfDay, quietUntil, window } from '../../../core/time/calendar.ts';
import { parseInstant, toInstant } from '../../../core/time/instant.ts';

const at = (text: string): number => parseInstant(text) ?? NaN;
const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : toInstant(ms));
const riga = 'Europe/Riga';

describe('nextTimeOfDay', () => {
  it('counts now itself', () => {
    const ten = at('2026-06-01T10:00:00+03:00');
    expect(nextTimeOfDay(ten, { at: '10:00' }, riga)).toBe(ten);
    expect(nextTimeOfDay(ten + 1, { at: '10:00' }, riga)).toBe(ten + 86_400_000);
  });

  it('waits for a named day', () => {
    const monday = at('2026-06-01T10:00:01+03:00');
    expect(iso(nextTimeOfDay(monday, { at: '10:00', days: ['MO', 'WE'] }, riga))).toBe('2026-06-03T07:00:00.000Z');
    expect(iso(nextTimeOfDay(monday, { at: '10:00', days: 'MO' }, riga))).toBe('2026-06-08T07:00:00.000Z');
  });

  it('refuses nonsense', () => {
    expect(() => nextTimeOfDay(0, { at: '25:00' }, riga)).toThrow(RangeError);
    expect(() => nextTimeOfDay(0, { at: '10:00', days: [] }, riga)).toThrow(RangeError);
    expect(() => nextTimeOfDay(0, { at: '10:00' }, 'Mars/Olympus')).toThrow(RangeError);
  });
});

describe('window', () => {
  it('includes its start and not its end', () => {
    const office = { from: '09:00', to: '18:00' };
    const morning = at('2026-06-01T09:00:00+03:00');
    expect(window(morning, office, riga)).toEqual({ isInside: true, endsMs: at('2026-06-01T18:00:00+03:00') });
    expect(window(morning - 1, office, riga)).toEqual({ isInside: false, startsMs: morning });
    const evening = at('2026-06-01T18:00:00+03:00');
    expect(window(evening, office, riga)).toEqual({ isInside: false, startsMs: at('2026-06-02T09:00:00+03:00') });
  });

  it('crosses midnight from the day that it is named for', () => {
    const friday = { from: '22:00', to: '06:00', days: 'FR' } as const;
    const saturdayNight = at('2026-06-06T05:59:59+03:00');
    expect(window(saturdayNight, friday, riga)).toEqual({ isInside: true, endsMs: at('2026-06-06T06:00:00+03:00') });
    const fridayMorning = at('2026-06-05T05:00:00+03:00');
    expect(window(fridayMorning, friday, riga)).toEqual({ isInside: false, startsMs: at('2026-06-05T22:00:00+03:00') });
  });

  it('does not occur on the day whose clock change swallows it', () => {
    const inTheGap = { from: '03:10', to: '03:50' };
    const before = at('2026-03-29T02:00:00+02:00');
    expect(window(before, inTheGap, riga)).toEqual({ isInside: false, startsMs: at('2026-03-30T03:10:00+03:00') });
  });
});

describe('quietUntil', () => {
  const night = { from: '21:00', to: '09:00' };

  it('says nothing by day and names the morning by night', () => {
    expect(quietUntil(at('2026-06-01T12:00:00+03:00'), night, riga)).toBeUndefined();
    expect(quietUntil(at('2026-06-01T09:00:00+03:00'), night, riga)).toBeUndefined();
    expect(iso(quietUntil(at('2026-06-01T21:00:00+03:00'), night, riga))).toBe('2026-06-02T06:00:00.000Z');
  });

  it('joins periods that touch', () => {
    const weekend = { from: '00:00', to: '24:00', days: ['SA', 'SU'] } as const;
    expect(iso(quietUntil(at('2026-06-06T12:00:00+03:00'), weekend, riga))).toBe('2026-06-07T21:00:00.000Z');
    const alsoWeekend = { from: '00:00', to: '00:00', days: ['SA', 'SU'] } as const;
    expect(iso(quietUntil(at('2026-06-06T12:00:00+03:00'), alsoWeekend, riga))).toBe('2026-06-07T21:00:00.000Z');
  });

  it('looks a week ahead where it is always quiet', () => {
    const now = at('2026-06-06T12:00:00+03:00');
    const until = quietUntil(now, { from: '00:00', to: '24:00' }, riga);
    expect(until).toBeGreaterThan(now + 6 * 86_400_000);
  });
});

interface Rules {
  sms_quiet_hours: {
    test_cases: { timezone: string; utc: string; allowed: boolean }[];
    next_open_cases: { timezone: string; utc: string; next_open_utc: string }[];
  };
}
const rulesFile = new URL('../../../../shared/data/compliance/messaging_and_privacy.json', import.meta.url);
const hasRules = existsSync(rulesFile);
if (!hasRules)
  console.warn('SKIPPED: the published quiet-hours cases are not on this machine, so they were not checked.');

describe.skipIf(!hasRules)('the published cases of 47 CFR 64.1200 (8 to 21 local time)', () => {
  const rules = hasRules ? (JSON.parse(readFileSync(rulesFile, 'utf8')) as Rules).sms_quiet_hours : undefined;
  const closed = { from: '21:00', to: '08:00' };

  it('allows and refuses as they say', () => {
    const cases = rules?.test_cases ?? [];
    expect(cases.length).toBeGreaterThan(0);
    for (const { timezone, utc, allowed } of cases)
      expect([utc, quietUntil(at(utc), closed, timezone) === undefined]).toEqual([utc, allowed]);
  });

  it('opens when they say', () => {
    const cases = rules?.next_open_cases ?? [];
    expect(cases.length).toBeGreaterThan(0);
    for (const { timezone, utc, next_open_utc: opens } of cases)
      expect(quietUntil(at(utc), closed, timezone)).toBe(at(opens));
  });
});
