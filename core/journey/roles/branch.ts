import type { BranchStep, Steps } from '../document.ts';
import { compiledOnce } from '../../segment/compile-condition.ts';
import type { Role } from './role.ts';

/** Takes the first way whose condition holds, else `otherwise`. */
export const branchRole: Role<BranchStep> = {
  role: 'choose',
  ways: (step) => {
    const ways: { [way: string]: Steps } = { otherwise: step.otherwise ?? [] };
    step.branch.forEach((option, index) => (ways[String(index)] = option.steps));
    return ways;
  },
  choose: (step, view) => {
    const index = step.branch.findIndex((option) => compiledOnce(option.when).isTrue(view));
    return { way: index < 0 ? 'otherwise' : String(index) };
  },
  asks: (step) => step.branch.map((option) => option.when),
};
