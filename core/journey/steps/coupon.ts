import { keys } from '../../shape.ts';
import { savedName, text } from '../../values.ts';
import type { CouponStep } from '../document.ts';
import { stepKeys, stepList, type StepKind } from './step-kind.ts';

/** Takes a code from a pool of coupons; `otherwise` when the pool is empty. */
export const coupon: StepKind<CouponStep> = {
  kind: 'coupon',
  key: 'coupon',
  schema: stepKeys({
    coupon: keys('{ "pool": …, "as": … }', { pool: text('the id of a coupon pool'), as: savedName }),
    otherwise: stepList.optional(),
  }),
  bodies: (step) => [{ path: ['otherwise'], steps: step.otherwise }],
  references: ({ coupon: taken }) =>
    taken?.pool === undefined ? [] : [{ path: ['coupon', 'pool'], to: 'coupon', id: taken.pool }],
  saves: ({ coupon: taken }) => (taken?.as === undefined ? [] : [{ path: ['coupon', 'as'], name: taken.as }]),
  ways: () => ['none is left', 'a code'],
  says: (step) => `Take a coupon of "${step.coupon.pool}".`,
};
