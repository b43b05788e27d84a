import type { TestProject } from 'vitest/node';

/**
 * One seed for the whole run, printed. It is the same unless `SOJOURN_SEED` says another, so that a red run is red because
 * of the change; `SOJOURN_SEED=random` explores.
 */
export function setup(project: TestProject): void {
  const asked = process.env['SOJOURN_SEED'] ?? '20261123';
  const seed = asked === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(asked);
  if (!Number.isSafeInteger(seed)) throw new Error(`SOJOURN_SEED is a whole number or "random", not "${asked}"`);
  console.log(`property seed: SOJOURN_SEED=${seed}`);
  project.provide('seed', seed);
}

declare module 'vitest' {
  interface ProvidedContext {
    seed: number;
  }
}
