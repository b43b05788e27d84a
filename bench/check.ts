import { checkDocuments } from '../core/journey/check.ts';
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
const workspace = {
  name: 'Bench',
  timeZone: 'UTC',
  locale: 'en',
  currency: 'EUR',
  conversion: [{ event: 'Order Completed' }],
  sender: { email: { from: 'a@shop.example', postalAddress: '1 Road' } },
};

/** `check` over 500 journeys of 50 steps. */
export const checkBench: Bench = {
  name: 'check',
  async run(): Promise<readonly Figure[]> {
    const files = [
      { path: 'workspace.json', text: JSON.stringify(workspace) },
      {
        path: 'templates/hello/email.mjml',
        text: '---\nsubject: Hello\n---\n<mjml><mj-body><mj-text>{{ links.unsubscribe }}</mj-text></mj-body></mjml>',
      },
      ...Array.from({ length: 500 }, (_, index) => ({
        path: `journeys/j${index}.journey.json`,
        text: JSON.stringify(journey(index), null, 2),
      })),
    ];
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
