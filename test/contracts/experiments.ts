import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Exposure } from '../../core/experiment/exposure.ts';
import type { Ruling } from '../../core/experiment/ruling.ts';
import { ExposureTally } from '../../core/experiment/variant-counts.ts';
import type { ExperimentStore, ProfileStore } from '../../core/ports.ts';
import { runs } from '../properties.ts';
import { anEnrollment, aProfile, atMs } from './rows.ts';

/** Experiments to be tried, empty, beside the store that people are in. */
export interface OpenExperiments {
  readonly store: ProfileStore;
  readonly experiments: ExperimentStore;
  /** Lets what was decided be seen by everybody. */
  readonly settle: () => void;
  readonly close: () => Promise<void>;
}

/** One enrollment that has met something. */
interface MetRow {
  readonly profileId: string;
  readonly journeyId: string;
  readonly exposures: { readonly [experiment: string]: Exposure };
}

/** What every store of experiments must do, on whatever it stands. */
export function experimentsContract(name: string, open: () => Promise<OpenExperiments>, most: number): void {
  describe(`experiments on ${name}`, () => {
    let opened: OpenExperiments;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    let made = 0;
    /** Commits enrollments of new people, one commit each. */
    const commit = async (rows: readonly MetRow[]): Promise<void> => {
      const run = ++made;
      for (const [index, { exposures, ...row }] of rows.entries()) {
        const profiles = [{ expectedVersion: 0, profile: aProfile(`committer-${run}-${index}`) }];
        const enrollment = anEnrollment(`e-${run}-${index}`, { ...row, exposures });
        const change = { attemptId: `attempt-${run}-${index}`, profiles };
        expect(await opened.store.commit({ ...change, enrollments: [{ row: enrollment, isNew: true }] })).toBe(
          'committed',
        );
      }
    };
    const met = (profileId: string, variant: string, more: Partial<Exposure> = {}): MetRow => ({
      profileId,
      journeyId: 'cart',
      exposures: { offer: { variant, atMs, ...more } },
    });

    describe('counts', () => {
      it('nobody at first, nor those who met nothing', async () => {
        expect(await opened.experiments.counts(['cart'])).toEqual([]);
        await commit([{ profileId: 'p1', journeyId: 'cart', exposures: {} }]);
        expect(await opened.experiments.counts(['cart'])).toEqual([]);
      });

      it('what came of each variant, each person once', async () => {
        await commit([
          met('p1', 'a', { atMs: atMs + 5, goalMs: atMs + 9, value: 20 }),
          met('p1', 'a', { atMs: atMs + 1, goalMs: atMs + 8, value: 10, clickMs: atMs + 7 }),
          met('p2', 'a', { unsubscribedMs: atMs + 2 }),
          met('p3', 'b', { complainedMs: atMs + 2 }),
        ]);
        const offer = { experiment: 'offer', clicks: 0, complaints: 0, unsubscribes: 0 };
        expect(await opened.experiments.counts(['cart'])).toEqual([
          {
            ...{ ...offer, variant: 'a', exposed: 2, firstMs: atMs, goals: 1, clicks: 1, unsubscribes: 1 },
            ...{ valueSum: 30, valueSquares: 900 },
          },
          {
            ...{ ...offer, variant: 'b', exposed: 1, firstMs: atMs, goals: 0, complaints: 1 },
            ...{ valueSum: 0, valueSquares: 0 },
          },
        ]);
      });

      it('what came later in place of what was known before', async () => {
        await commit([met('p1', 'a')]);
        const profiles = [{ expectedVersion: 0, profile: aProfile('p9') }];
        const later = anEnrollment(`e-${made}-0`, { ...met('p1', 'a', { goalMs: atMs + 9, value: 5 }) });
        await opened.store.commit({ attemptId: 'later', profiles, enrollments: [{ row: later, isNew: false }] });
        expect(await opened.experiments.counts(['cart'])).toMatchObject([{ exposed: 1, goals: 1, valueSum: 5 }]);
      });

      const moment = fc.integer({ min: atMs, max: atMs + 1_000 });
      const exposure: fc.Arbitrary<Exposure> = fc.record(
        {
          variant: fc.constantFrom('a', 'b', 'control'),
          atMs: moment,
          goalMs: moment,
          value: fc.integer({ min: 0, max: 1_000 }),
          clickMs: moment,
          unsubscribedMs: moment,
          complainedMs: moment,
        },
        { requiredKeys: ['variant', 'atMs'] },
      );
      const row: fc.Arbitrary<MetRow> = fc.record({
        profileId: fc.constantFrom('p1', 'p2', 'p3', 'p4'),
        journeyId: fc.constantFrom('cart', 'welcome'),
        exposures: fc.dictionary(fc.constantFrom('offer', 'subject'), exposure),
      });

      it('as a plain count over the enrollments does, of one journey or of several', async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (rows) => {
            const fresh = await open();
            const before = opened;
            opened = fresh;
            try {
              await commit(rows);
              for (const journeyIds of [['cart'], ['welcome'], ['cart', 'welcome']]) {
                const tally = new ExposureTally();
                for (const one of rows.filter(({ journeyId }) => journeyIds.includes(journeyId)))
                  tally.add(one.profileId, one.exposures);
                expect(await fresh.experiments.counts(journeyIds)).toEqual(tally.counts());
              }
            } finally {
              opened = before;
              await fresh.close();
            }
          }),
          runs(most),
        );
      });
    });

    describe('decisions', () => {
      const ruling = (over: Partial<Ruling> = {}): Ruling => ({
        experiment: 'offer',
        variant: 'a',
        kind: 'winner',
        atMs,
        because: 'It was the best.',
        ...over,
      });
      const standing = async () => {
        opened.settle();
        return opened.store.rulings();
      };

      it('are none at first', async () => {
        expect(await standing()).toEqual([]);
      });

      it('stand as the first of their kind, whoever comes later', async () => {
        expect(await opened.experiments.rule(ruling())).toBe('ruled');
        expect(await opened.experiments.rule(ruling({ variant: 'b', atMs: atMs + 1 }))).toBe('stands');
        expect(await standing()).toEqual([ruling()]);
      });

      it('stop several variants, each once, and leave other experiments alone', async () => {
        const all = [
          ruling({ kind: 'barred' }),
          ruling({ kind: 'barred', variant: 'b' }),
          ruling({ experiment: 'subject' }),
        ];
        for (const one of all) expect(await opened.experiments.rule(one)).toBe('ruled');
        expect(await opened.experiments.rule({ ...all[0]!, because: 'Again.' })).toBe('stands');
        const found = await standing();
        expect(found).toHaveLength(3);
        expect(found).toEqual(expect.arrayContaining(all));
      });

      it('are made once where several look at the same time', async () => {
        const answers = await Promise.all(
          ['a', 'b', 'c', 'd'].map((variant) => opened.experiments.rule(ruling({ variant }))),
        );
        expect(answers.filter((answer) => answer === 'ruled')).toHaveLength(1);
        expect(await standing()).toHaveLength(1);
      });
    });
  });
}
