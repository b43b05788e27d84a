import { canonicalJson } from '../../json.ts';
import { experiment } from '../steps/experiment.ts';
import { ofKind } from '../walk.ts';
import { capital, type Check } from './check.ts';

/** Two experiments with one name would share one assignment, so they must have the same variants. */
export const duplicateExperiment: Check = {
  code: 'duplicate-experiment',
  severity: 'error',
  check: ({ journeys }) => {
    const first = new Map<string, { readonly file: string; readonly variants: string }>();
    return journeys.flatMap(({ file, steps }) =>
      ofKind(steps, experiment).flatMap(({ step, path, name }) => {
        const shares = step.variants?.map((variant) => [variant?.id, variant?.percent]);
        if (step.experiment === undefined || shares?.flat().includes(undefined) !== false) return [];
        const variants = canonicalJson(shares);
        const before = first.get(step.experiment);
        if (!before) {
          first.set(step.experiment, { file, variants });
          return [];
        }
        if (before.variants === variants) return [];
        const where = before.file === file ? 'earlier in this journey' : `in ${before.file}`;
        const message = `${capital(name)} is the experiment "${step.experiment}", which has other variants ${where}. People keep their variant by the experiment's name: give this one a name of its own.`;
        return [{ file, path: [...path, 'experiment'], message }];
      }),
    );
  },
};
