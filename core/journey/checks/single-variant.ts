import { experiment } from '../steps/experiment.ts';
import { ofKind } from '../walk.ts';
import { capital, type Check } from './check.ts';

/** An experiment compares something. */
export const singleVariant: Check = {
  code: 'single-variant',
  severity: 'warning',
  check: ({ journeys }) =>
    journeys.flatMap(({ file, steps }) =>
      ofKind(steps, experiment).flatMap(({ step, path, name }) => {
        if (step.variants?.length !== 1) return [];
        const message = `${capital(name)} has one variant, so there is nothing to compare it with. Add a "control" with "steps": [].`;
        return [{ file, path: [...path, 'variants'], message }];
      }),
    ),
};
