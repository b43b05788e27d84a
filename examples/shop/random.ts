/** A small seeded source of chance: the same seed gives the same numbers on every machine. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** Whether something of this probability (0–1) happens. */
  chance(probability: number): boolean;
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** Picks by weight. */
  weighted<T>(choices: readonly (readonly [T, number])[]): T;
  /** Bell-shaped, mean 0, spread 1. */
  bell(): number;
  /** Skewed to the right, like incomes and pauses between orders: half of the answers are below `median`. */
  skewed(median: number, spread: number): number;
  /** Time to the next of events that come at random, `mean` on average. */
  pause(mean: number): number;
  /** Hexadecimal digits. */
  hex(digits: number): string;
}

/** Chance for one stream of one seed; streams do not disturb each other. */
export function createRandom(seed: number, stream = 0): Random {
  let state = scatter(seed ^ scatter(stream + 0x9e3779b9));
  // mulberry32 (Tommy Ettinger, public domain): 32 bits of state are plenty for one person's year.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
  const bell = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    bell,
    chance: (probability) => next() < probability,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (choices) => choices[Math.floor(next() * choices.length)] ?? choices[0],
    weighted: (choices) => pickWeighted(choices, next()),
    skewed: (median, spread) => median * Math.exp(spread * bell()),
    pause: (mean) => -mean * Math.log(1 - next()),
    hex: (digits) => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join(''),
  };
}

function pickWeighted<T>(choices: readonly (readonly [T, number])[], share: number): T {
  let left = share * choices.reduce((total, [, weight]) => total + weight, 0);
  for (const [choice, weight] of choices) {
    left -= weight;
    if (left < 0) return choice;
  }
  const last = choices.at(-1);
  if (!last) throw new RangeError('There is nothing to choose from.');
  return last[0];
}

/** Spreads every bit over all others (Murmur3's finaliser), so that neighbouring seeds have nothing in common. */
function scatter(word: number): number {
  let hash = word | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
