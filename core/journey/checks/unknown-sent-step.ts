import { closest, didYouMean } from '../../suggest.ts';
import { waitFor } from '../steps/wait-for.ts';
import { ofKind } from '../walk.ts';
import { capital, type Check } from './check.ts';
import { mayPrecede } from './may-precede.ts';

/** An answer is awaited of a message that an earlier step sends. */
export const unknownSentStep: Check = {
  code: 'unknown-sent-step',
  severity: 'error',
  check: ({ journeys }) =>
    journeys.flatMap((journey) => {
      const { file, steps, isWhole } = journey;
      return ofKind(steps, waitFor).flatMap((place) => {
        const { step, path, name } = place;
        const of = step.waitFor && 'of' in step.waitFor ? step.waitFor.of : undefined;
        if (of === undefined || !isWhole) return [];
        const here = steps.findIndex((one) => one.path === path);
        const sending = steps
          .filter((_, index) => mayPrecede(journey, index, here))
          .filter((one) => (one.kind.messages?.(one.step) ?? []).length > 0)
          .flatMap((one) => one.step.id ?? []);
        if (sending.includes(of)) return [];
        const message = `${capital(name)} waits for what comes of step "${of}", but no earlier step with that id sends anything.`;
        return [{ file, path: [...path, 'waitFor', 'of'], message, ...didYouMean(closest(of, sending)) }];
      });
    }),
};
