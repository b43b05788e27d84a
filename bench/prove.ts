import type { Step } from '../core/journey/document.ts';
import { checkAllButRules } from '../core/journey/check.ts';
import { proverOf } from '../core/journey/prove/prove.ts';
import type { Rule } from '../core/journey/prove/rules.ts';
import { readWorkflows } from '../functions/parts/read-workflows.ts';
import { folderOf } from './documents.ts';
import type { Bench, Figure } from './report.ts';

const rules: readonly Rule[] = [
  { id: 'never', never: { send: { kind: 'acquisition' } }, after: { conversion: true } },
  { id: 'at-most', atMost: 200, sends: { channel: 'email' }, within: 'P7D' },
  { id: 'nothing', after: { event: 'Email Complained' }, nothing: true },
];

/** Sends, waits and questions by turns. */
function step(index: number): Step {
  const id = `s${index}`;
  if (index % 4 === 0) return { id, send: { email: 'hello' } };
  if (index % 4 === 1) return { id, wait: `P${1 + (index % 5)}D` };
  if (index % 4 === 2) return { id, branch: [{ when: { did: `Page ${index % 3} Viewed` }, steps: [] }], otherwise: [] };
  return { id, waitFor: { event: `Page ${index % 3} Viewed` }, within: 'P2D', then: [], otherwise: [] };
}
const journey = (index: number): object => ({
  id: `j${index}`,
  name: `Journey ${index}`,
  stage: 'decision',
  kind: index % 2 === 0 ? 'acquisition' : 'lifecycle',
  entry: { on: { event: 'Product Added' }, again: { after: 'P30D' } },
  exit: [{ when: { did: 'Email Complained' } }],
  steps: Array.from({ length: 20 }, (_, at) => step(at)),
});
const many = folderOf(100, journey);

function figures(
  what: string,
  files: Parameters<typeof checkAllButRules>[0],
  own?: readonly Rule[],
): readonly Figure[] {
  const { documents, rules: written } = checkAllButRules(files);
  if (!documents) throw new Error(`${what} have problems.`);
  const beganMs = performance.now();
  const proofOf = proverOf(documents);
  const compiledMs = performance.now() - beganMs;
  const proofs = (own ?? written?.rules ?? []).map((rule): Figure => {
    const fromMs = performance.now();
    const { verdict } = proofOf(rule);
    return { work: `${what}: ${rule.id}`, value: performance.now() - fromMs, unit: 'ms', note: verdict.kind };
  });
  return [{ work: `${what}: compiled`, value: compiledMs, unit: 'ms' }, ...proofs];
}

/** `prove` over the shipped journeys, and over a hundred of twenty steps. */
export const proveBench: Bench = {
  name: 'prove',
  async run(): Promise<readonly Figure[]> {
    return [
      ...figures('shipped journeys', readWorkflows('workflows')),
      ...figures('100 journeys of 20 steps', many, rules),
    ];
  },
};
