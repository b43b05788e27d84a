import { kindOf } from '../../kinds.ts';
import { triggerKinds } from '../triggers.ts';
import type { Check } from './check.ts';

/** An entry that can happen over and over says whether a person may come in again. */
export const missingAgain: Check = {
  code: 'missing-again',
  severity: 'error',
  check: ({ journeys }) =>
    journeys.flatMap(({ file, draft }) => {
      const { entry } = draft;
      // A broken "again" is still a key here, without a value.
      if (!entry?.on || 'again' in entry || !kindOf(triggerKinds, entry.on)?.needsAgain) return [];
      const message =
        'The entry does not say whether a person may enter again. Add "again": "never", "always" or { "after": "P7D" }.';
      return [{ file, path: ['entry'], message }];
    }),
};
