import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Place, Places, RoundProgress, Rounds, Walked } from '../../core/ports.ts';
import { runs } from '../properties.ts';

/** Stores of a home, with members of the segment `vips`. */
export interface OpenRounds {
  readonly rounds: Rounds;
  readonly places: Places;
  /** How many parts a list of members has. */
  readonly parts: number;
  readonly join: (profileIds: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

const round = { journeyId: 'news', roundId: '2026-03-09T10:00' };
const aPlace = (enrollmentId: string, over: Partial<Place> = {}): Place => ({
  journeyId: 'news',
  startsMs: 0,
  endsMs: 86_400_000,
  enrollmentId,
  ...over,
});
const aPart = (over: Partial<RoundProgress> = {}): RoundProgress => ({
  ...round,
  part: 0,
  startedMs: 1_000,
  sinceMs: 0,
  movedMs: 2_000,
  isDone: false,
  counts: { entered: 3 },
  ...over,
});

/** What schedules and limits ask of a store, on whatever it runs. */
export function roundsContract(name: string, open: () => Promise<OpenRounds>): void {
  describe(`rounds and places on ${name}`, () => {
    let opened: OpenRounds;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    /** Page after page, as a walk takes them. */
    async function walked(page: (after: string | undefined) => Promise<readonly Walked[]>): Promise<readonly string[]> {
      const found: string[] = [];
      for (let after: string | undefined; ;) {
        const people = await page(after);
        found.push(...people.map(({ profileId }) => profileId));
        after = people.at(-1)?.cursor;
        if (after === undefined) return found;
      }
    }

    it('know until when a schedule was looked at', async () => {
      expect(await opened.rounds.looked('news')).toBeUndefined();
      await opened.rounds.look('news', { sinceMs: 1, untilMs: 2, schedule: 'P1D' });
      await opened.rounds.look('news', { sinceMs: 1, untilMs: 3, schedule: 'P1W' });
      expect(await opened.rounds.looked('news')).toEqual({ sinceMs: 1, untilMs: 3, schedule: 'P1W' });
    });

    it('tell the parts of a round, and those of the latest', async () => {
      await opened.rounds.advance(aPart({ part: 0, cursor: 'p7' }));
      await opened.rounds.advance(aPart({ part: 0, cursor: 'p9', isDone: true }));
      await opened.rounds.advance(aPart({ part: 'ranked' }));
      const later = aPart({ roundId: '2026-03-16T10:00' });
      await opened.rounds.advance(later);
      const parts = await opened.rounds.progress(round.journeyId, round.roundId);
      expect(parts.toSorted((a) => (a.part === 0 ? -1 : 1))).toEqual([
        aPart({ part: 0, cursor: 'p9', isDone: true }),
        aPart({ part: 'ranked' }),
      ]);
      expect(await opened.rounds.latest('news')).toEqual([later]);
      expect(await opened.rounds.latest('other')).toEqual([]);
    });

    it('walk over every member once, page by page', async () => {
      const people = Array.from({ length: 23 }, (_, n) => `p${n}`);
      await opened.join(people);
      const found = await Promise.all(
        Array.from({ length: opened.parts }, (_, part) =>
          walked((after) => opened.rounds.members('vips', part, after, 4)),
        ),
      );
      expect(found.flat().toSorted()).toEqual(people.toSorted());
      expect(await opened.rounds.members('others', 0, undefined, 4)).toEqual([]);
    });

    it('put people in order: the highest first, whoever has no score last, each once', async () => {
      const scores = [3, -Infinity, 1e12, -4.5, 0, -0, 3.25, Number.MIN_VALUE, -1e-9];
      const candidates = scores.map((score, index) => ({ profileId: `p${index}`, score }));
      await opened.rounds.rank(round, candidates);
      await opened.rounds.rank(round, candidates.slice(2, 5));
      const order = await walked((after) => opened.rounds.ranked(round, after, 2));
      const inOrder = order.map((id) => scores[Number(id.slice(1))]!);
      expect(order).toHaveLength(scores.length);
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => b - a));
      expect(await opened.rounds.ranked({ ...round, roundId: '2026-03-16T10:00' }, undefined, 5)).toEqual([]);
    });

    it('give a place to as many as a limit says, whoever asks at the same time, and to each of them again', async () => {
      const ask = (of: string): Promise<boolean> => opened.places.take(aPlace(of), 3);
      const first = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(ask));
      expect(first.filter(Boolean)).toHaveLength(3);
      expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map(ask))).toEqual(first);
    });

    it('take a place back once, and count windows and journeys apart', async () => {
      await opened.places.take(aPlace('a'), 1);
      expect(await opened.places.take(aPlace('b'), 1)).toBe(false);
      expect(await opened.places.take(aPlace('b', { startsMs: 86_400_000, endsMs: 172_800_000 }), 1)).toBe(true);
      expect(await opened.places.take(aPlace('b', { journeyId: 'other' }), 1)).toBe(true);
      for (let times = 0; times < 3; times++) await opened.places.give(aPlace('a'));
      await opened.places.give(aPlace('nobody'));
      expect([await opened.places.take(aPlace('b'), 1), await opened.places.take(aPlace('c'), 1)]).toEqual([
        true,
        false,
      ]);
    });

    it('never hold more than the limit, whatever is taken and given', async () => {
      const steps = fc.array(fc.tuple(fc.boolean(), fc.constantFrom('a', 'b', 'c', 'd')), { maxLength: 20 });
      let windows = 0;
      await fc.assert(
        fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (all, atMost) => {
          const startsMs = ++windows * 1_000;
          const held = new Set<string>();
          for (const [isTaking, of] of all) {
            const place = aPlace(of, { startsMs, endsMs: startsMs + 1e12 });
            const isRoom = held.has(of) || held.size < atMost;
            if (!isTaking) await opened.places.give(place);
            else expect(await opened.places.take(place, atMost)).toBe(isRoom);
            if (isTaking && isRoom) held.add(of);
            if (!isTaking) held.delete(of);
          }
        }),
        runs(100),
      );
    });
  });
}
