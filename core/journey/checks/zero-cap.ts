import type { Check } from './check.ts';

/** A cap lets something through. */
export const zeroCap: Check = {
  code: 'zero-cap',
  severity: 'warning',
  check: ({ workspace }) =>
    (workspace?.draft.frequencyCaps ?? []).flatMap((cap, index) => {
      if (!workspace || cap?.atMost !== 0) return [];
      const message = 'This cap lets no message through at all.';
      return [{ file: workspace.file, path: ['frequencyCaps', index, 'atMost'], message }];
    }),
};
