import { experiment } from '../steps/experiment.ts';
import { ofKind } from '../walk.ts';
import type { Check } from './check.ts';

// Percents such as 33.4 are not exact in binary: a billionth is below any that a person writes.
const tolerance = 1e-9;

/** The variants of an experiment add up to 100 percent. */
export const variantTotal: Check = {
  code: 'variant-total',
  severity: 'error',
  check: ({ journeys }) =>
    journeys.flatMap(({ file, steps }) =>
      ofKind(steps, experiment).flatMap(({ step, path }) => {
        const shares = (step.variants ?? []).map((variant) => ({ id: variant?.id ?? '?', percent: variant?.percent }));
        const percents = shares.map(({ percent }) => percent).filter((percent) => percent !== undefined);
        const total = percents.reduce((sum, percent) => sum + percent, 0);
        if (!step.variants || percents.length < shares.length || Math.abs(total - 100) <= tolerance) return [];
        const said = shares.map(({ id, percent }) => `${id}: ${percent}`).join(', ');
        const rounded = Number(total.toFixed(6));
        const message = `The variants of "${step.experiment ?? '?'}" add up to ${rounded} percent (${said}). They must add up to 100.`;
        return [{ file, path, message }];
      }),
    ),
};
