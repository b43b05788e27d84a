import type { TestProject } from 'vitest/node';

/** One seed for the whole run, printed, so that a failing property can be run again with `SOJOURN_SEED`. */
export function setup(project: TestProject): void {
  const seed = Number(process.env['SOJOURN_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`property seed: SOJOURN_SEED=${seed}`);
  project.provide('seed', seed);
}

declare module 'vitest' {
  interface ProvidedContext {
    seed: number;
  }
}
