import { capital, type Check } from './check.ts';
import { mayPrecede } from './may-precede.ts';
import { sentTemplates } from './templates-of.ts';

const reads = /\{\{-?\s*coupon\.([A-Za-z]\w*)\s*-?\}\}/g;

/** A coupon that a message prints was taken by a step before it: else the message would be stopped for its missing value. */
export const couponNotTaken: Check = {
  code: 'coupon-not-taken',
  severity: 'error',
  check: (input) =>
    input.journeys.flatMap((journey) => {
      if (!journey.isWhole) return [];
      const taken = journey.steps.flatMap(({ kind, step }, index) =>
        (kind.saves?.(step) ?? []).map(({ name }) => ({ name, index })),
      );
      return sentTemplates(input, journey).flatMap(({ path, index, files }) => {
        const names = new Set(files.flatMap(({ text }) => [...text.matchAll(reads)].map(([, name = '']) => name)));
        return [...names]
          .filter((name) => !taken.some((one) => one.name === name && mayPrecede(journey, one.index, index)))
          .map((name) => ({
            file: journey.file,
            path,
            message: capital(
              `this message prints {{ coupon.${name} }}, but no step before it takes a coupon "as": "${name}".`,
            ),
          }));
      });
    }),
};
