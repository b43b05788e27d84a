import { controlVariant } from './ruling.ts';
import { evidenceOfHarm } from './sequential.ts';
import type { VariantCounts } from './variant-counts.ts';

/** A variant that is to be stopped, and why. */
export interface Harm {
  readonly variant: string;
  readonly by: 'complaints' | 'unsubscribes';
  readonly because: string;
}

/** How often at most an experiment whose variants are alike has one stopped, however often one looks. */
export const falseStops = 0.05;

/**
 * What is borne in any case, as a share of the people who met a variant. Complaints: mailbox providers ask senders to stay
 * below 0.1 percent. Unsubscribes: twice what a newsletter commonly loses.
 */
export const tolerated = { complaints: 0.001, unsubscribes: 0.01 } as const;

/**
 * Variants to stop: those that make clearly more people complain or unsubscribe than the rest do, and clearly more than is
 * borne in any case. `control` is never stopped, nor the last that is left.
 * @param counts of the variants that are not stopped yet
 */
export function decideGuardrails(counts: readonly VariantCounts[]): readonly Harm[] {
  const open = counts.filter(({ variant }) => variant !== controlVariant);
  const least = falseStops / (2 * Math.max(1, open.length));
  const found: Harm[] = [];
  for (const by of ['complaints', 'unsubscribes'] as const) {
    // The worst first: once it is gone, the others are compared without it.
    for (const own of open.toSorted((a, b) => rateOf(b, by) - rateOf(a, by))) {
      const left = counts.filter(({ variant }) => !found.some((harm) => harm.variant === variant));
      if (!left.includes(own) || left.length < 2 || !isHarmful(own, left, by, 1 / least)) continue;
      found.push({ variant: own.variant, by, because: sayHarm(own, left, by) });
    }
  }
  return found;
}

function isHarmful(own: VariantCounts, left: readonly VariantCounts[], by: Harm['by'], enough: number): boolean {
  const people = left.reduce((sum, { exposed }) => sum + exposed, 0);
  if (own.exposed === 0 || own.exposed === people) return false;
  const all = left.reduce((sum, counts) => sum + counts[by], 0);
  return (
    evidenceOfHarm({ own: own[by], all }, own.exposed / people) >= enough &&
    evidenceOfHarm({ own: own[by], all: own.exposed }, tolerated[by]) >= enough
  );
}

const rateOf = (counts: VariantCounts, by: Harm['by']): number => counts[by] / Math.max(1, counts.exposed);

function sayHarm(own: VariantCounts, left: readonly VariantCounts[], by: Harm['by']): string {
  const rest = left.filter((one) => one !== own);
  const [happened, people] = [by, 'exposed' as const].map((key) => rest.reduce((sum, one) => sum + one[key], 0));
  const verb = by === 'complaints' ? 'complained' : 'unsubscribed';
  return `${own[by]} of ${own.exposed} people ${verb}, and ${happened} of ${people} elsewhere.`;
}
