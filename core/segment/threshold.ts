/** How many events: a threshold, from either side. */
export interface Threshold {
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly exactly?: number;
}
/** Whether a count is one that a threshold asks for. */
export function reaches(threshold: Threshold, count: number): boolean {
  if (threshold.exactly !== undefined) return count === threshold.exactly;
  if (threshold.atLeast !== undefined && count < threshold.atLeast) return false;
  return threshold.atMost === undefined || count <= threshold.atMost;
}
/** The largest count that needs to be told from a smaller one. */
export const ceiling = (threshold: Threshold): number =>
  Math.max(threshold.atLeast ?? 0, (threshold.atMost ?? -1) + 1, (threshold.exactly ?? -1) + 1);

/** Counts at which truth is another than at one less, the largest first: from one of them to the next it stays the same. */
export const turningCounts = (threshold: Threshold): readonly number[] =>
  Array.from({ length: ceiling(threshold) }, (_, index) => ceiling(threshold) - index).filter(
    (count) => reaches(threshold, count) !== reaches(threshold, count - 1),
  );
