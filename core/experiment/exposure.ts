import type { Enrollment } from '../enrollment/enrollment.ts';
import type { Delivery } from '../message/delivery.ts';

/** That a person met a variant inside of one enrollment, and what came of it. Each outcome is kept once, the first. */
export interface Exposure {
  readonly variant: string;
  readonly atMs: number;
  /** When the journey's goal was reached, after the exposure and within the goal's window. */
  readonly goalMs?: number;
  /** What the goal's event was worth, in major units; absent where it named no amount. */
  readonly value?: number;
  readonly clickMs?: number;
  readonly unsubscribedMs?: number;
  readonly complainedMs?: number;
}

/** Of one enrollment, by the experiment's name. */
export type Exposures = { readonly [experiment: string]: Exposure };

/** What a person's answer to a message says of the variants that they had met by then. */
export type Outcome = 'clickMs' | 'unsubscribedMs' | 'complainedMs';

/** An enrollment whose person has met a variant; in a list that repeats, the first time counts. */
export function withExposure(row: Enrollment, experiment: string, variant: string, atMs: number): Enrollment {
  if (row.exposures && Object.hasOwn(row.exposures, experiment)) return row;
  return { ...row, exposures: { ...row.exposures, [experiment]: { variant, atMs } } };
}

/** An enrollment whose goal was reached: to the credit of every variant met before. */
export const withGoalOutcome = (row: Enrollment, goalMs: number, value: number | undefined): Enrollment =>
  eachExposure(row, (exposure) =>
    exposure.goalMs === undefined ? { ...exposure, goalMs, ...(value !== undefined && { value }) } : exposure,
  );

/**
 * An enrollment after an answer to one of its messages. A message that left before a variant was met says nothing of it.
 * @returns the same row where it says nothing new
 */
export const withAnswer = (
  row: Enrollment,
  delivery: Pick<Delivery, 'atMs'>,
  outcome: Outcome,
  atMs: number,
): Enrollment =>
  eachExposure(row, (exposure) =>
    exposure[outcome] === undefined && exposure.atMs <= delivery.atMs ? { ...exposure, [outcome]: atMs } : exposure,
  );

function eachExposure(row: Enrollment, change: (exposure: Exposure) => Exposure): Enrollment {
  const before = row.exposures;
  if (!before) return row;
  const after = Object.entries(before).map(([name, exposure]) => [name, change(exposure)] as const);
  return after.every(([name, exposure]) => exposure === before[name])
    ? row
    : { ...row, exposures: Object.fromEntries(after) };
}
