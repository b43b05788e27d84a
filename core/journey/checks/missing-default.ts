import { branch } from '../steps/branch.ts';
import { ofKind } from '../walk.ts';
import { capital, type Check } from './check.ts';

/**
 * A branch with several ways says what becomes of those who take none. One way alone is an "if": everybody else goes on,
 * as anybody would guess.
 */
export const missingDefault: Check = {
  code: 'missing-default',
  severity: 'warning',
  check: ({ journeys }) =>
    journeys.flatMap(({ file, steps }) =>
      ofKind(steps, branch).flatMap(({ step, path, name }) => {
        const ways = step.branch?.length ?? 0;
        if (ways < 2 || 'otherwise' in step) return [];
        const message = `${capital(name)} has ${ways} ways and does not say what becomes of people who take none. Add "otherwise": [ … ]; an empty list says that they just go on.`;
        return [{ file, path, message }];
      }),
    ),
};
