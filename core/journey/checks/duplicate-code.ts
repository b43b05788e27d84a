import type { Check } from './check.ts';

/** A pool gives each code once. Those of a file are looked at where the file is read. */
export const duplicateCode: Check = {
  code: 'duplicate-code',
  severity: 'error',
  check: ({ coupons }) =>
    coupons.flatMap(({ file, draft: { codes } }) => {
      if (typeof codes !== 'object') return [];
      const seen = new Set<string>();
      return codes.flatMap((code, index) => {
        if (code === undefined) return [];
        const isRepeated = seen.has(code);
        seen.add(code);
        const message = `The code "${code}" stands in this list already; each is given once.`;
        return isRepeated ? [{ file, path: ['codes', index], message }] : [];
      });
    }),
};
