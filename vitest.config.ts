import { defineConfig } from 'vitest/config';

/** `npm test` runs 1/20 of each property's count; `SOJOURN_DEEP=1` (npm run test:deep) runs them all. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/aws/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: process.env['SOJOURN_DEEP'] ? 1_800_000 : 120_000,
    hookTimeout: 120_000,
    globalSetup: ['test/seed.ts'],
  },
});
