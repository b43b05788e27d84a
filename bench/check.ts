import { checkDocuments } from '../core/journey/check.ts';
import { folderOf } from './documents.ts';
import type { Bench, Figure } from './report.ts';

const step = (index: number): object =>
  index % 2 === 0
    ? { id: `s${index}`, send: { email: 'hello' } }
    : {
        id: `s${index}`,
        branch: [{ when: { did: 'Order Completed', atLeast: 1 + (index % 5), within: 'P30D' }, steps: [] }],
      };
const journey = (index: number): object => ({
  id: `j${index}`,
  name: `Journey ${index}`,
  stage: 'decision',
  kind: 'lifecycle',
  entry: { on: { event: 'Product Added' }, again: 'always' },
  steps: Array.from({ length: 50 }, (_, at) => step(at)),
});
/** `check` over 500 journeys of 50 steps. */
export const checkBench: Bench = {
  name: 'check',
  async run(): Promise<readonly Figure[]> {
    const files = folderOf(500, journey);
    const startMs = performance.now();
    const { problems } = checkDocuments(files);
    const seconds = (performance.now() - startMs) / 1000;
    return [
      {
        work: 'check of 500 journeys of 50 steps, cold',
        value: seconds,
        unit: 's',
        aim: '≤ 2',
        note: `${problems.length} problems`,
      },
    ];
  },
};
