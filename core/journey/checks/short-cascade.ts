import { cascade } from '../steps/cascade.ts';
import { ofKind } from '../walk.ts';
import { capital, type Check } from './check.ts';

/** A cascade has something to fall back on. */
export const shortCascade: Check = {
  code: 'short-cascade',
  severity: 'warning',
  check: ({ journeys }) =>
    journeys.flatMap(({ file, steps }) =>
      ofKind(steps, cascade).flatMap(({ step, path, name }) => {
        if (step.cascade?.length !== 1) return [];
        const message = `${capital(name)} has one message and nothing to follow it. Add others, or write a "send".`;
        return [{ file, path: [...path, 'cascade'], message }];
      }),
    ),
};
