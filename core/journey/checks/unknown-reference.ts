import { closest, didYouMean } from '../../suggest.ts';
import type { Reference } from '../steps/step-kind.ts';
import { capital, type Check } from './check.ts';

/** Every document of one kind that a step names exists. */
const unknownReference = (to: Reference['to'], noun: string = to): Check => ({
  code: `unknown-${noun.replace(' ', '-')}`,
  severity: 'error',
  check: ({ journeys, ids }) =>
    journeys.flatMap(({ file, steps }) =>
      steps.flatMap(({ kind, step, path, name }) =>
        (kind.references?.(step) ?? [])
          .filter((reference) => reference.to === to && !ids[to].has(reference.id))
          .map((reference) => ({
            file,
            path: [...path, ...reference.path],
            message: `${capital(name)} names the ${noun} "${reference.id}", but there is no ${noun} with that name.`,
            ...didYouMean(closest(reference.id, ids[to])),
          })),
      ),
    ),
});
/** Every journey that a step starts exists. */
export const unknownJourney = unknownReference('journey');
/** Every audience that a step changes exists. */
export const unknownAudience = unknownReference('audience');
/** Every pool that a step takes coupons of exists. */
export const unknownCouponPool = unknownReference('coupon', 'coupon pool');
/** Every table that a step looks a row up in exists. */
export const unknownTable = unknownReference('table');
