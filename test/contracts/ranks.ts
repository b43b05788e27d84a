import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RankProgress, Ranks } from '../../core/ports.ts';
import { unknownCoverage, type Coverage } from '../../core/segment/coverage.ts';

/** A home, and what stands published in it. */
export interface OpenRanks {
  readonly ranks: Ranks;
  readonly publish: (coverage: Coverage) => Promise<void>;
  readonly published: () => Promise<Coverage | undefined>;
  readonly close: () => Promise<void>;
}

const begun = { number: 3, part: 0, startedMs: 1, movedMs: 2, isDone: false, people: 7 };
const first: RankProgress = {
  ...{ ...begun, cursor: 'p7', batches: 1 },
  counts: {
    'points.total': {
      bits: 52,
      values: [
        [-1.5, 3],
        [0.1, 4],
      ],
    },
  },
};
const { cursor: _, ...open } = first;
const over: RankProgress = {
  ...open,
  batches: 2,
  isDone: true,
  people: 9,
  counts: { 'points.total': { bits: 8, values: [] } },
};
const table = { of: 'x', best: 'least' as const, atMs: 5, people: 2, bounds: [2, 0.1], bits: 52 };
const coverage: Coverage = { ...unknownCoverage, number: 3, zone: 'UTC' };
const ranked: Coverage = { ...coverage, number: 4, published: 3, ranked: 4, ranks: { spent: table } };

/** What the tables of ranks ask of a store, on whatever it runs. */
export function ranksContract(name: string, opening: () => Promise<OpenRanks>): void {
  describe(`tables of ranks on ${name}`, () => {
    let opened: OpenRanks;
    beforeEach(async () => {
      opened = await opening();
    });
    afterEach(() => opened.close());

    it('are counted as far as it was last written, part by part', async () => {
      const { ranks } = opened;
      expect(await ranks.progress(3, 0)).toBeUndefined();
      expect(await ranks.advance(first)).toBe('advanced');
      expect(await ranks.progress(3, 0)).toEqual(first);
      expect(await ranks.advance(over)).toBe('advanced');
      expect(await ranks.progress(3, 0)).toEqual(over);
      expect(await ranks.all(3)).toEqual([over]);
    });

    it('count each batch once, whoever comes with it again', async () => {
      const { ranks } = opened;
      await ranks.advance(first);
      expect(await ranks.advance({ ...first, people: 8 })).toBe('stale');
      await ranks.advance(over);
      expect(await ranks.advance({ ...over, people: 8 })).toBe('stale');
      expect(await ranks.advance(first)).toBe('stale');
      expect(await ranks.progress(3, 0)).toEqual(over);
    });

    it('of two who count the same batch at once, let one go on', async () => {
      const answers = await Promise.all([1, 2, 3].map((people) => opened.ranks.advance({ ...first, people })));
      expect(answers.toSorted()).toEqual(['advanced', 'stale', 'stale']);
    });

    it('begin anew with a later pass, after which an earlier one counts no more', async () => {
      const { ranks } = opened;
      await ranks.advance(first);
      await ranks.advance(over);
      expect(await ranks.progress(4, 0)).toBeUndefined();
      expect(await ranks.all(4)).toEqual([]);
      const next = { ...first, number: 4 };
      expect(await ranks.advance(next)).toBe('advanced');
      expect(await ranks.all(4)).toEqual([next]);
      expect(await ranks.all(3)).toEqual([]);
      expect(await ranks.advance({ ...over, batches: 3 })).toBe('stale');
      expect(await ranks.advance(first)).toBe('stale');
    });

    it('come into force all at once, in the place of what they were made by', async () => {
      const { ranks } = opened;
      await opened.publish(coverage);
      expect(await ranks.put({ ...ranked, number: 3 }, 2)).toBe('stale');
      expect(await opened.published()).toEqual(coverage);
      expect(await ranks.put(ranked, 3)).toBe('made');
      expect(await opened.published()).toEqual(ranked);
      expect(await ranks.put(ranked, 3)).toBe('stale');
    });
  });
}
