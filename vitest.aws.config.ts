import { defineConfig } from 'vitest/config';

/** `npm run test:aws`: what needs the doubles of AWS, which its set-up installs under `.cache/`. */
export default defineConfig({
  test: {
    include: ['test/aws/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: process.env['SOJOURN_DEEP'] ? 1_800_000 : 120_000,
    hookTimeout: 120_000,
    globalSetup: ['test/seed.ts', 'test/aws/doubles/global-setup.ts'],
  },
});
