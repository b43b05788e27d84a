import { standings } from './best.ts';
import { measured, type Measure, type Measured } from './measure.ts';
import { mixtureRatio, tunedSpread } from './sequential.ts';
import type { VariantCounts } from './variant-counts.ts';

/** What is known when a winner is looked for. */
export interface WinnerInput {
  /** Of the variants that may win, `control` among them; one that nobody has met yet stands at nothing. */
  readonly counts: readonly VariantCounts[];
  readonly by: Measure;
  /** When the document lets a winner be chosen; `Infinity` before the first exposure. */
  readonly fromMs: number;
  /** People that every variant must have had. */
  readonly least: number;
  readonly nowMs: number;
}

/** Whether one variant has won, and why it has or has not. */
export type WinnerDecision =
  | { readonly kind: 'winner'; readonly variant: string; readonly because: string }
  /** The time or the number of people that the document asks for has not come. */
  | { readonly kind: 'too-early'; readonly because: string }
  /** No variant is clearly the best: the shares stay as they are. */
  | { readonly kind: 'unclear'; readonly because: string };

/** How often at most an experiment without a difference is given a winner, however often one looks. */
export const falseWinners = 0.05;

/**
 * Whether a variant has won: from the time and the number of people on that the document asks for, as soon as the best is
 * told apart from each of the others by a test that may be looked at as often as one likes.
 */
export function decideWinner(input: WinnerInput): WinnerDecision {
  const { counts, by, least } = input;
  if (input.nowMs < input.fromMs) return { kind: 'too-early', because: 'The time to choose a winner has not come.' };
  const few = counts.find(({ exposed }) => exposed < least);
  if (few) return { kind: 'too-early', because: `"${few.variant}" has had ${few.exposed} of ${least} people.` };
  if (counts.length < 2) return { kind: 'unclear', because: 'There is nothing to compare with.' };
  const all = measured(counts, by);
  const leader = all.reduce((best, one) => (one.posterior.mean > best.posterior.mean ? one : best));
  const others = all.filter((one) => one !== leader);
  const near = others.filter((one) => !isClear(leader, one, least, all.length));
  const said = `${sayMeasured(leader, by)}; ${others.map((one) => sayMeasured(one, by)).join(', ')}`;
  if (near.length > 0) {
    const names = near.map((one) => `"${one.counts.variant}"`).join(' and ');
    return { kind: 'unclear', because: `${said}. ${names} may still be as good.` };
  }
  const { best } = standings(all.map(({ posterior }) => posterior))[all.indexOf(leader)]!;
  return {
    kind: 'winner',
    variant: leader.counts.variant,
    because: `${said}. It is the best with a probability of ${(100 * best).toFixed(2)} percent.`,
  };
}

/**
 * The leader must be told apart from each of the others, by chance upwards with half of `alpha` and whichever of the
 * variants it is: 2α / k each keeps the whole at α.
 */
function isClear(leader: Measured, other: Measured, least: number, variants: number): boolean {
  const alpha = (2 * falseWinners) / variants;
  const difference = leader.posterior.mean - other.posterior.mean;
  const variance = leader.variance / leader.counts.exposed + other.variance / other.counts.exposed;
  if (variance === 0) return false;
  const spread = tunedSpread(leader.variance + other.variance, least, alpha);
  return difference > 0 && mixtureRatio(difference, variance, spread) >= 1 / alpha;
}

function sayMeasured({ counts }: Measured, by: Measure): string {
  const { variant, exposed, goals, clicks, valueSum } = counts;
  if (by === 'value') return `"${variant}" ${(valueSum / exposed).toFixed(2)} a person of ${exposed}`;
  const happened = by === 'goal' ? goals : clicks;
  return `"${variant}" ${happened} of ${exposed} (${((100 * happened) / exposed).toFixed(1)} percent)`;
}
