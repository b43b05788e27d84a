import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const isDeep = Boolean(process.env['SOJOURN_DEEP']);

/** Those whose counts grow with the run; the others have run in `npm test`, and would run the same again. */
const growing = (): string[] => {
  const isOfProperties = (file: string): boolean => readFileSync(file, 'utf8').includes('/properties.ts');
  const contracts = globSync('test/contracts/*.ts')
    .filter(isOfProperties)
    .map((file) => basename(file));
  return globSync('test/**/*.test.ts').filter(
    (file) =>
      isOfProperties(file) || contracts.some((name) => readFileSync(file, 'utf8').includes(`/contracts/${name}'`)),
  );
};

/** Those that take minutes, so that none of them is left over for one core at the end. */
const longest = [
  'local/crash',
  'enrollment/interleavings',
  'local/power-cut',
  'journey/operators',
  'migrate-enrollments/versions',
  'cli/online-retail',
];
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.findIndex((name) => moduleId.includes(name));
      return place < 0 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((left, right) => rank(left) - rank(right));
  }
}

/** `npm test` runs 1/20 of each property's count; `SOJOURN_DEEP=1` (npm run test:deep) runs them all. */
export default defineConfig({
  test: {
    include: isDeep ? growing() : ['test/**/*.test.ts'],
    exclude: ['test/aws/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: isDeep ? 1_800_000 : 120_000,
    hookTimeout: 120_000,
    globalSetup: ['test/seed.ts'],
    sequence: { sequencer: LongestFirst },
  },
});
