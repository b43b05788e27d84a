import { keyedShareOf, shareOf } from '../hash.ts';

/** A variant and its part of a hundred. */
export interface Share {
  readonly id: string;
  /** 0–100. */
  readonly percent: number;
}

/**
 * The variant that an experiment assigns to a person: by a hash of the person under the experiment's name, so that no two
 * experiments sort people alike. It is for those who were not assigned before: a draw is kept for good.
 * @param variants their percents add up to 100
 * @returns the id of one of them
 */
export function assignVariant(experiment: string, profileId: string, variants: readonly Share[]): string {
  let left = keyedShareOf(`experiment/${experiment}`, profileId) * 100;
  for (const variant of variants) {
    left -= variant.percent;
    if (left < 0) return variant.id;
  }
  // Percents such as 33.3 × 3 leave a sliver, which goes to the last one that has a part.
  return variants.findLast(({ percent }) => percent > 0)?.id ?? 'control';
}

/** Whether a person is held out at this percent (0–100), by a stable hash. */
export const isHeldOut = (scope: string, profileId: string, percent: number): boolean =>
  shareOf('holdout', scope, profileId) * 100 < percent;
