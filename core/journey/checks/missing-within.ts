import { wait } from '../steps/wait.ts';
import { ofKind } from '../walk.ts';
import { capital, type Check } from './check.ts';

/** A wait for the best time says how long it may last. */
export const missingWithin: Check = {
  code: 'missing-within',
  severity: 'error',
  check: ({ journeys }) =>
    journeys.flatMap(({ file, steps }) =>
      ofKind(steps, wait).flatMap(({ step, path, name }) => {
        const held = step.wait;
        if (typeof held !== 'object' || !('until' in held) || held.until !== 'best-time' || 'within' in held) return [];
        const message = `${capital(name)} does not say within what time it looks for the best hour. Add "within": "P1D".`;
        return [{ file, path: [...path, 'wait'], message }];
      }),
    ),
};
