import { conditionSlot } from '../../segment/condition-kinds.ts';
import { fullList, keys } from '../../shape.ts';
import type { BranchStep } from '../document.ts';
import { conditionWords } from '../condition-words.ts';
import { stepKeys, stepList, type StepKind } from './step-kind.ts';

/** Takes the first way whose condition holds, else `otherwise`. */
export const branch: StepKind<BranchStep> = {
  kind: 'branch',
  key: 'branch',
  schema: stepKeys({
    branch: fullList(
      'a list of { "when": …, "steps": … }',
      keys('{ "when": …, "steps": … }', { when: conditionSlot('missing-condition'), steps: stepList }),
    ),
    otherwise: stepList.optional(),
  }),
  bodies: (step) => [
    ...(step.branch ?? []).map((way, index) => ({ path: ['branch', index, 'steps'], steps: way?.steps })),
    { path: ['otherwise'], steps: step.otherwise },
  ],
  conditions: (step) =>
    (step.branch ?? []).map((way, index) => ({ path: ['branch', index, 'when'], condition: way?.when })),
  isExhaustive: (step) => step.otherwise !== undefined,
  ways: (step, words) => [...step.branch.map((way) => conditionWords(way.when, words)), 'otherwise'],
  says: (step) => {
    const ways = step.branch.length === 1 ? 'One way' : `The first of ${step.branch.length} ways`;
    return `${ways} whose condition holds${step.otherwise === undefined ? '.' : ', else another.'}`;
  },
};
