import { meanPosterior, ratePosterior, type Posterior } from './posterior.ts';
import type { VariantCounts } from './variant-counts.ts';

/** What variants are compared by: how many reach the goal or click, or what a person is worth. */
export type Measure = 'goal' | 'value' | 'click';

/** Of one variant by one measure. */
export interface Measured {
  readonly counts: VariantCounts;
  readonly posterior: Posterior;
  /** Of one person's outcome. */
  readonly variance: number;
}

/** What the counts say of each variant, in the same order. */
export const measured = (all: readonly VariantCounts[], by: Measure): readonly Measured[] =>
  by === 'value' ? valued(all) : all.map((counts) => rated(counts, by === 'goal' ? counts.goals : counts.clicks));

function rated(counts: VariantCounts, happened: number): Measured {
  const posterior = ratePosterior(happened, counts.exposed);
  return { counts, posterior, variance: posterior.mean * (1 - posterior.mean) };
}

/** Sums of money have long tails: a small variant that has met no large one yet must not pass for a sure one. */
function valued(all: readonly VariantCounts[]): readonly Measured[] {
  const people = all.reduce((sum, { exposed }) => sum + exposed, 0);
  const squares = all.reduce((sum, counts) => sum + squaresAroundMean(counts), 0);
  const pooled = squares / Math.max(1, people - all.length);
  return all.map((counts) => {
    const { exposed, valueSum } = counts;
    const variance = Math.max(pooled, squaresAroundMean(counts) / Math.max(1, exposed - 1));
    const mean = exposed === 0 ? 0 : valueSum / exposed;
    return { counts, posterior: meanPosterior(mean, Math.sqrt(variance / Math.max(1, exposed))), variance };
  });
}

/** Never less than nothing, which a rounding error could make it. */
const squaresAroundMean = ({ exposed, valueSum, valueSquares }: VariantCounts): number =>
  exposed === 0 ? 0 : Math.max(0, valueSquares - valueSum ** 2 / exposed);
