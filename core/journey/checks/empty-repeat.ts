import { repeat } from '../steps/repeat.ts';
import { ofKind } from '../walk.ts';
import { capital, type Check } from './check.ts';

/** A repeated list does something. */
export const emptyRepeat: Check = {
  code: 'empty-repeat',
  severity: 'warning',
  check: ({ journeys }) =>
    journeys.flatMap(({ file, steps }) =>
      ofKind(steps, repeat).flatMap(({ step, path, name }) => {
        if (step.repeat?.steps?.length !== 0) return [];
        const message = `${capital(name)} has no steps to repeat. Add some, or write a "wait" or a "waitFor".`;
        return [{ file, path: [...path, 'repeat', 'steps'], message }];
      }),
    ),
};
