import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standings } from '../../../core/experiment/best.ts';
import { betaBelow } from '../../../core/experiment/beta.ts';
import { credibleInterval, meanPosterior, normalBelow, ratePosterior } from '../../../core/experiment/posterior.ts';
import { mixtureRatio } from '../../../core/experiment/sequential.ts';
import { runs } from '../../properties.ts';

type Seen = readonly [successes: number, trials: number];
interface Reference {
  readonly bayes: readonly {
    readonly control: Seen;
    readonly variant: Seen;
    readonly prob_variant_beats_control: number;
    readonly expected_loss_choose_variant: number;
    readonly expected_loss_choose_control: number;
    readonly cred95_control: readonly [number, number];
    readonly cred95_variant: readonly [number, number];
  }[];
  readonly msprt: readonly {
    readonly control: Seen;
    readonly variant: Seen;
    readonly tau2: number;
    readonly lambda_n: number;
    readonly always_valid_p_at_this_look: number;
  }[];
}
const file = '../shared/data/ab/statistics_reference.json';
const isThere = existsSync(file);
if (!isThere) console.warn(`SKIPPED: ${file} is not there, so no statistic was compared with a reference value.`);
const reference = isThere ? (JSON.parse(readFileSync(file, 'utf8')) as Reference) : { bayes: [], msprt: [] };

describe.skipIf(!isThere)('statistics, against reference values', () => {
  it.each(reference.bayes)('says which of $control and $variant is better, and what is lost by either', (row) => {
    const [control, variant] = [ratePosterior(...row.control), ratePosterior(...row.variant)];
    const [ofControl, ofVariant] = standings([control, variant]);
    expect(ofVariant?.best).toBeCloseTo(row.prob_variant_beats_control, 10);
    expect(ofVariant?.loss).toBeCloseTo(row.expected_loss_choose_variant, 12);
    expect(ofControl?.loss).toBeCloseTo(row.expected_loss_choose_control, 12);
    const intervals = [
      [control, row.cred95_control],
      [variant, row.cred95_variant],
    ] as const;
    for (const [posterior, [low, high]] of intervals) {
      const [from, to] = credibleInterval(posterior, 0.95);
      expect(from).toBeCloseTo(low, 12);
      expect(to).toBeCloseTo(high, 12);
    }
  });

  it.each(reference.msprt)('says how likely the difference of $control and $variant is', (row) => {
    const [[a, n], [b, m]] = [row.control, row.variant];
    const [p, q] = [a / n, b / m];
    const ratio = mixtureRatio(q - p, (p * (1 - p)) / n + (q * (1 - q)) / m, row.tau2);
    expect(ratio).toBeCloseTo(row.lambda_n, 12);
    expect(1 / ratio).toBeCloseTo(row.always_valid_p_at_this_look, 12);
  });
});

describe('standings', () => {
  const seen = fc.nat({ max: 5_000 }).chain((n) => fc.tuple(fc.nat({ max: n }), fc.constant(n)));

  it('are probabilities that sum to one, and losses that are nothing less', () => {
    fc.assert(
      fc.property(fc.array(seen, { minLength: 1, maxLength: 4 }), (all) => {
        const found = standings(all.map(([s, n]) => ratePosterior(s, n)));
        expect(found.reduce((sum, { best }) => sum + best, 0)).toBeCloseTo(1, 9);
        expect(found.every(({ best, loss }) => best >= 0 && loss >= 0)).toBe(true);
      }),
      runs(2_000),
    );
  });

  it('of two rates are the exact sum over the successes of one', () => {
    // P(B > A) = Σ over i < αB of B(αA + i, βA + βB) / ((βB + i) B(1 + i, βB) B(αA, βA)) (E. Miller), summed as a product of ratios.
    const exact = ([a, n]: Seen, [b, m]: Seen): number => {
      const [alpha, beta, other] = [1 + a, 1 + n - a, 1 + m - b];
      let term = 1;
      for (let k = 0; k < other; k++) term *= (beta + k) / (alpha + beta + k);
      let sum = 0;
      for (let i = 0; i <= b; i++) {
        sum += term;
        term *= ((alpha + i) / (alpha + beta + other + i)) * ((other + i) / (i + 1));
      }
      return sum;
    };
    const small = fc.nat({ max: 150 }).chain((n) => fc.tuple(fc.nat({ max: n }), fc.constant(n)));
    fc.assert(
      fc.property(small, small, (a, b) => {
        const [, ofB] = standings([ratePosterior(...a), ratePosterior(...b)]);
        expect(ofB!.best).toBeCloseTo(exact(a, b), 9);
      }),
      runs(2_000),
    );
  });

  it('of two means are the normal distribution of their difference', () => {
    const mean = fc.tuple(fc.double({ min: -50, max: 50, noNaN: true }), fc.double({ min: 0.1, max: 20, noNaN: true }));
    fc.assert(
      fc.property(mean, mean, (a, b) => {
        const [, ofB] = standings([meanPosterior(...a), meanPosterior(...b)]);
        expect(ofB!.best).toBeCloseTo(normalBelow((b[0] - a[0]) / Math.hypot(a[1], b[1])), 9);
      }),
      runs(2_000),
    );
  });

  it('know the larger of two means that leave no doubt', () => {
    expect(standings([meanPosterior(0, 0), meanPosterior(1, 0)])[1]!.best).toBeCloseTo(1, 6);
  });
});

describe('distributions', () => {
  it('know the tables of the normal', () => {
    for (const [z, below] of [
      [0, 0.5],
      [1.959963984540054, 0.975],
      [-2.575829303548901, 0.005],
    ] as const)
      expect(normalBelow(z)).toBeCloseTo(below, 14);
    expect(normalBelow(-8) / 6.220960574271785e-16).toBeCloseTo(1, 12);
    expect([normalBelow(-40), normalBelow(40)]).toEqual([0, 1]);
  });

  it('of a rate after n successes of n is x to the power of n + 1', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, x) => {
        expect(betaBelow(x, n + 1, 1)).toBeCloseTo(x ** (n + 1), 11);
        expect(betaBelow(x, 1, n + 1)).toBeCloseTo(1 - (1 - x) ** (n + 1), 11);
      }),
      runs(5_000),
    );
  });
});
