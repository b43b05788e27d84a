import { closest, didYouMean } from '../../suggest.ts';
import type { Check } from './check.ts';

/** Every file of codes that a pool names stands in coupons/. */
export const unknownCodesFile: Check = {
  code: 'unknown-codes-file',
  severity: 'error',
  check: ({ coupons, codesFiles }) =>
    coupons.flatMap(({ file, draft: { codes } }) => {
      if (typeof codes !== 'string' || codesFiles.includes(codes)) return [];
      const message = `The pool takes its codes from "${codes}", but there is no coupons/${codes}.`;
      return [{ file, path: ['codes'], message, ...didYouMean(closest(codes, codesFiles)) }];
    }),
};
