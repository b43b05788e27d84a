import { betaBelow, logBeta } from './beta.ts';

/** What is believed of a rate or a mean after what was seen. */
export interface Posterior {
  readonly mean: number;
  /** Standard deviation. */
  readonly spread: number;
  /** The least and the most that it can be. */
  readonly range: readonly [least: number, most: number];
  density(x: number): number;
  /** The probability that it is less. */
  below(x: number): number;
}

/** A rate of which `successes` of `trials` were seen, when every rate was as likely before: Beta(1 + s, 1 + n − s). */
export function ratePosterior(successes: number, trials: number): Posterior {
  const [a, b] = [1 + successes, 1 + trials - successes];
  const scale = logBeta(a, b);
  return {
    mean: a / (a + b),
    spread: Math.sqrt((a * b) / ((a + b) ** 2 * (a + b + 1))),
    range: [0, 1],
    density: (x) => (x < 0 || x > 1 ? 0 : Math.exp((a - 1) * safeLog(x) + (b - 1) * safeLog(1 - x) - scale)),
    below: (x) => betaBelow(x, a, b),
  };
}
/** `0 · log 0` is nothing. */
const safeLog = (x: number): number => (x <= 0 ? -1e300 : Math.log(x));

/** A mean with its standard error, by the central limit theorem. */
export function meanPosterior(mean: number, standardError: number): Posterior {
  // Where nothing varied, anything narrower than a rounding error would be no density at all.
  const spread = Math.max(standardError, 1e-9 * Math.max(1, Math.abs(mean)));
  return {
    mean,
    spread,
    range: [-Infinity, Infinity],
    density: (x) => Math.exp(-(((x - mean) / spread) ** 2) / 2) / (spread * Math.sqrt(2 * Math.PI)),
    below: (x) => normalBelow((x - mean) / spread),
  };
}

/** The probability that a standard normal lies below z. @see G. Marsaglia, Evaluating the Normal Distribution, 2004 */
export function normalBelow(z: number): number {
  if (z < -37) return 0;
  if (z > 37) return 1;
  if (Math.abs(z) > 6) return z < 0 ? tail(-z) : 1 - tail(z);
  let [sum, term] = [z, z];
  for (let odd = 3; Math.abs(term) > 1e-18; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-(z * z) / 2)) / Math.sqrt(2 * Math.PI);
}
/** Far out the series cancels itself; the continued fraction does not. */
function tail(z: number): number {
  let below = z;
  for (let part = 40; part >= 1; part--) below = z + part / below;
  return Math.exp(-(z * z) / 2) / (below * Math.sqrt(2 * Math.PI));
}

/** The interval that holds it with a probability, with as much left out below as above. */
export function credibleInterval(posterior: Posterior, probability: number): readonly [number, number] {
  const out = (1 - probability) / 2;
  return [quantile(posterior, out), quantile(posterior, 1 - out)];
}

function quantile({ below, mean, spread, range }: Posterior, probability: number): number {
  let [low, high] = [Math.max(range[0], mean - 40 * spread), Math.min(range[1], mean + 40 * spread)];
  // Halving 80 spreads sixty times leaves less than a double can tell apart.
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (below(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
