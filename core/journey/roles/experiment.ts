import { assignVariant } from '../../experiment/assign.ts';
import { currentShares } from '../../experiment/ruling.ts';
import type { ExperimentStep, Steps } from '../document.ts';
import type { Role } from './role.ts';

/** Whose variant is gone goes on; no variant can have this id. */
const nowhere = '*';

/** Takes the way of the person's variant, drawn once and kept. */
export const experimentRole: Role<ExperimentStep> = {
  role: 'choose',
  ways: (step) => {
    const ways: { [way: string]: Steps } = { [nowhere]: [] };
    for (const variant of step.variants) ways[variant.id] = variant.steps;
    return ways;
  },
  draws: true,
  choose: ({ experiment, variants }, { profile, rulings = [] }) => {
    const name = `experiment:${experiment}`;
    const own = rulings.filter((ruling) => ruling.experiment === experiment);
    const value =
      profile.assignments[name] ?? assignVariant(experiment, profile.profileId, currentShares(variants, own));
    const draw = { name, value };
    // A variant that this version of the journey does not have leads nowhere, and nobody meets it.
    if (!variants.some((variant) => variant.id === value)) return { way: nowhere, draw };
    return { way: value, draw, met: { experiment, variant: value } };
  },
  asks: () => [],
};
