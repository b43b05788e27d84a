/** Damerau's distance (optimal string alignment): letters added, lost, changed or swapped with their neighbour. */
function distance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (isSame ? 0 : 1));
      const isSwap =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (isSwap) cost = Math.min(cost, beforeLast[column - 2]! + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length]!;
}

/** One slip for each three letters, three at most; words of one or two letters may differ in case alone. */
const slipsAllowed = (word: string): number => Math.min(3, Math.floor(word.length / 3));
const longestWord = 64;

/**
 * The candidate that a mistyped word was most likely meant to be; the first of several equally close ones.
 * @returns undefined unless one is close: a wrong guess is worse than none
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > longestWord) return undefined;
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bestSlips = slipsAllowed(word) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestSlips) continue;
    const slips = distance(lower, candidate.toLowerCase());
    if (slips < bestSlips) [best, bestSlips] = [candidate, slips];
  }
  return best === word ? undefined : best;
}

/** A guess as the sentence that a problem ends with. */
export const didYouMean = (guess: string | undefined): { readonly suggestion: string } | Record<string, never> =>
  guess === undefined ? {} : { suggestion: `Did you mean "${guess}"?` };
