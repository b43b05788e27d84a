import { addDuration } from '../../time/duration.ts';
import type { WaitForStep } from '../document.ts';
import type { Role } from './role.ts';

/** Holds the person until an event or a condition, or until its time is over. */
export const waitForRole: Role<WaitForStep> = {
  role: 'hold',
  ways: (step) => ({ event: step.then ?? [], timeout: step.otherwise ?? [] }),
  hold: (step, view) => ({ wakeMs: addDuration(view.nowMs, step.within, view.zone, 1) }),
  lasts: ({ within }) => within,
  awaits: ({ waitFor }) => ('event' in waitFor ? waitFor : undefined),
  watches: ({ waitFor }) => ('when' in waitFor ? waitFor.when : undefined),
  saves: (step) => step.save,
};
