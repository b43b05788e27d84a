import type { Check } from './check.ts';

/** A limit ranks people who come in together: those of a schedule. */
export const rankWithoutSchedule: Check = {
  code: 'rank-without-schedule',
  severity: 'warning',
  check: ({ journeys }) =>
    journeys.flatMap(({ file, draft }) => {
      const { on, limit } = draft.entry ?? {};
      if (!on || 'schedule' in on || limit?.by === undefined) return [];
      const message = `People come into this journey one by one, so nobody is ranked by "${limit.by}": the first to come get the places. Only an entry by schedule lets many in at once.`;
      return [{ file, path: ['entry', 'limit', 'by'], message }];
    }),
};
