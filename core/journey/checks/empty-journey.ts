import type { Check } from './check.ts';

/** A journey does something. */
export const emptyJourney: Check = {
  code: 'empty-journey',
  severity: 'warning',
  check: ({ journeys }) =>
    journeys
      .filter(({ draft }) => draft.steps?.length === 0)
      .map(({ file }) => ({
        file,
        path: ['steps'],
        message: 'The journey has no steps: people enter and are through at once.',
      })),
};
