import { assignVariant } from '../../experiment/assign.ts';
import type { ExperimentStep, Steps } from '../document.ts';
import type { Role } from './role.ts';

/** Takes the way of the person's variant, drawn once and kept. */
export const experimentRole: Role<ExperimentStep> = {
  role: 'choose',
  ways: (step) => {
    const ways: { [way: string]: Steps } = { otherwise: [] };
    for (const variant of step.variants) ways[variant.id] = variant.steps;
    return ways;
  },
  choose: (step, view) => {
    const name = `experiment:${step.experiment}`;
    const value =
      view.profile.assignments[name] ?? assignVariant(step.experiment, view.profile.profileId, step.variants);
    return { way: step.variants.some((variant) => variant.id === value) ? value : 'otherwise', draw: { name, value } };
  },
  asks: () => [],
};
