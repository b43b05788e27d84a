import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { instantInRound, nextRound, roundsBetween } from '../../../core/journey/schedule.ts';
import { runs } from '../../properties.ts';

const at = (text: string): number => Date.parse(text);
const mondays = { every: 'P1W', on: 'MO', at: '10:00' } as const;
const zones = [
  'Europe/Riga',
  'America/New_York',
  'Asia/Tokyo',
  'Pacific/Kiritimati',
  'Etc/GMT+12',
  'Africa/Casablanca',
];

describe('a round of a schedule', () => {
  it('begins where the day begins first, and ends where it ends last', () => {
    const round = nextRound(mondays, 'UTC', at('2026-11-21T00:00:00Z'));
    expect(round).toEqual({
      id: '2026-11-23T10:00',
      beginsMs: at('2026-11-23T10:00:00+14:00'),
      endsMs: at('2026-11-23T10:00:00-12:00'),
    });
  });

  it('is one instant in the zone of the workspace, or in a named one', () => {
    const inRiga = nextRound({ ...mondays, zone: 'workspace' }, 'Europe/Riga', at('2026-11-21T00:00:00Z'));
    expect(inRiga).toEqual({
      id: '2026-11-23T10:00',
      beginsMs: at('2026-11-23T08:00Z'),
      endsMs: at('2026-11-23T08:00Z'),
    });
    const inTokyo = nextRound({ ...mondays, zone: 'Asia/Tokyo' }, 'Europe/Riga', at('2026-11-21T00:00:00Z'));
    expect(inTokyo?.beginsMs).toBe(at('2026-11-23T01:00Z'));
  });

  it('is for each person ten o’clock on their wall, and lies within it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 0, max: 1439 }),
        (zone, days, minutes) => {
          const time = Temporal.PlainTime.from({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
          const schedule = { every: 'P1D', at: time.toString({ smallestUnit: 'minute' }) };
          const round = nextRound(schedule, 'UTC', at('2026-01-01T00:00Z') + days * 86_400_000)!;
          const ms = instantInRound(schedule, round.id, zone, 'UTC');
          expect(ms).toBeGreaterThanOrEqual(round.beginsMs);
          expect(ms).toBeLessThanOrEqual(round.endsMs);
          const wall = Temporal.PlainDateTime.from(round.id);
          const [earlier, later] = (['earlier', 'later'] as const).map((disambiguation) =>
            wall.toZonedDateTime(zone, { disambiguation }),
          );
          const isGap = !earlier!.toPlainDateTime().equals(wall);
          const gapEnds = Temporal.Instant.fromEpochMilliseconds(earlier!.epochMilliseconds)
            .toZonedDateTimeISO(zone)
            .getTimeZoneTransition('next');
          expect(ms).toBe(isGap ? gapEnds!.epochMilliseconds : earlier!.epochMilliseconds);
          expect(later!.epochMilliseconds).toBeGreaterThanOrEqual(earlier!.epochMilliseconds);
        },
      ),
      runs(2_000),
    );
  });

  it('comes once where the schedule says so', () => {
    const once = { once: '2026-12-01T10:00', zone: 'Europe/Riga' };
    expect(nextRound(once, 'UTC', at('2026-12-01T07:59:59Z'))?.id).toBe('2026-12-01T10:00');
    expect(nextRound(once, 'UTC', at('2026-12-01T08:00:00Z'))).toBeUndefined();
  });

  it('follows the last without gap or double, however time is cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('P1D', 'P3D', 'P1W', 'P1M'),
        fc.constantFrom('profile', 'workspace', 'America/New_York'),
        fc.array(fc.integer({ min: 1, max: 40 * 24 * 60 }), { minLength: 1, maxLength: 12 }),
        (every, zone, minutes) => {
          const schedule = { every, at: '02:30', zone };
          const firstMs = at('2026-01-01T00:00Z');
          const cuts = minutes.reduce<number[]>((all, one) => [...all, all.at(-1)! + one * 60_000], [firstMs]);
          const most = 10_000;
          const pieces = cuts
            .slice(1)
            .flatMap((untilMs, index) =>
              roundsBetween(schedule, 'Europe/Riga', { afterMs: cuts[index]!, untilMs, most }),
            );
          expect(pieces).toEqual(
            roundsBetween(schedule, 'Europe/Riga', { afterMs: firstMs, untilMs: cuts.at(-1)!, most }),
          );
        },
      ),
      runs(500),
    );
  });

  it('is remembered as the last few where many were missed', () => {
    const missed = { afterMs: at('2026-01-01T00:00Z'), untilMs: at('2026-12-31T00:00Z'), most: 2 };
    expect(roundsBetween(mondays, 'UTC', missed).map(({ id }) => id)).toEqual(['2026-12-21T10:00', '2026-12-28T10:00']);
  });
});
