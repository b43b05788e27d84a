import type { Posterior } from './posterior.ts';

/** How one of several compares. */
export interface Standing {
  /** The probability that it is the best of them. */
  readonly best: number;
  /** What is lost, on average, by choosing it although another may be better: E[max of all − its own]. */
  readonly loss: number;
}

/**
 * How several rates or means compare, the higher the better: by quadrature, so that the same counts always say the same.
 * @returns in the same order; `best` sums to 1
 */
export function standings(posteriors: readonly Posterior[]): readonly Standing[] {
  const panels = panelsOf(posteriors);
  const most = meanOfMost(posteriors, panels);
  return posteriors.map((own) => {
    const others = posteriors.filter((one) => one !== own);
    const best = integrate(panels, (x) => {
      const density = own.density(x);
      return density === 0 ? 0 : others.reduce((product, one) => product * one.below(x), density);
    });
    return { best, loss: Math.max(0, most - own.mean) };
  });
}

/** The mean of the greatest: its least bound, and then the area above its distribution. */
function meanOfMost(posteriors: readonly Posterior[], panels: readonly number[]): number {
  const above = integrate(panels, (x) => 1 - posteriors.reduce((product, one) => product * one.below(x), 1));
  return panels[0]! + above;
}

/** Widths in standard deviations at which a distribution is cut, on either side: those of rare things have long tails. */
const cuts = [0, 0.75, 1.5, 2.5, 3.5, 4.5, 5.5, 7, 9, 12, 16, 22, 30, 40];

function panelsOf(posteriors: readonly Posterior[]): readonly number[] {
  const edges = posteriors.flatMap(({ mean, spread, range: [least, most] }) =>
    cuts.flatMap((cut) => [-cut, cut].map((at) => Math.min(most, Math.max(least, mean + at * spread)))),
  );
  return [...new Set(edges)].sort((a, b) => a - b);
}

/** Gauss–Legendre's ten points of half an interval, and their weights (M. Abramowitz and I. Stegun, table 25.4). */
const points = [
  [0.1488743389816312, 0.2955242247147529],
  [0.4333953941292472, 0.2692667193099963],
  [0.6794095682990244, 0.219086362515982],
  [0.8650633666889845, 0.1494513491505806],
  [0.9739065285171717, 0.0666713443086881],
] as const;

function integrate(edges: readonly number[], of: (x: number) => number): number {
  let total = 0;
  for (let index = 1; index < edges.length; index++) {
    const half = (edges[index]! - edges[index - 1]!) / 2;
    const middle = edges[index - 1]! + half;
    for (const [point, weight] of points)
      total += half * weight * (of(middle - half * point) + of(middle + half * point));
  }
  return total;
}
