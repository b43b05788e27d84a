import { inject } from 'vitest';

/** Whether this is the deep run, which uses the full counts that the issues name. */
export const isDeep = Boolean(process.env['SOJOURN_DEEP']);

/** How often a property or fault test runs: `full` in the deep run, 1/20 of it in `npm test`. */
export const times = (full: number): number => (isDeep ? full : Math.max(1, Math.ceil(full / 20)));

/** fast-check parameters with the run's printed seed. */
export const runs = (full: number): { numRuns: number; seed: number } => ({
  numRuns: times(full),
  seed: inject('seed'),
});
