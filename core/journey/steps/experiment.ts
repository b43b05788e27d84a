import { fullList, keys } from '../../shape.ts';
import { count, duration, id, percent, word } from '../../values.ts';
import type { ExperimentStep } from '../document.ts';
import { stepKeys, stepList, type StepKind } from './step-kind.ts';

/** Assigns each person to a variant, for good, and walks its steps. */
export const experiment: StepKind<ExperimentStep> = {
  kind: 'experiment',
  key: 'experiment',
  schema: stepKeys({
    experiment: id,
    variants: fullList(
      'a list of { "id": …, "percent": …, "steps": … }',
      keys('{ "id": …, "percent": …, "steps": … }', { id, percent, steps: stepList }),
    ),
    winner: keys('{ "by": …, "after": …, "least": … }', {
      by: word(['goal', 'value', 'click']),
      after: duration,
      least: count(1),
    }).optional(),
  }),
  bodies: (step) =>
    (step.variants ?? []).map((variant, index) => ({ path: ['variants', index, 'steps'], steps: variant?.steps })),
  // Of variants that could not be read nobody knows where they lead.
  isExhaustive: (step) => step.variants !== undefined,
  ways: (step) => step.variants.map((variant) => `${variant.id} ${variant.percent}%`),
  says: (step) => {
    const shares = step.variants.map((variant) => `${variant.id} ${variant.percent}%`);
    return `Experiment "${step.experiment}": ${shares.join(', ')}.`;
  },
};
