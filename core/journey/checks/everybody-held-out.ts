import type { Check } from './check.ts';

/** Somebody is not held out. */
export const everybodyHeldOut: Check = {
  code: 'everybody-held-out',
  severity: 'warning',
  check: ({ workspace, journeys }) =>
    [...(workspace ? [workspace] : []), ...journeys]
      .filter(({ draft }) => draft.holdout === 100)
      .map(({ file }) => ({
        file,
        path: ['holdout'],
        message: 'This holds out everybody, so nobody is sent anything. A tenth is 10.',
      })),
};
