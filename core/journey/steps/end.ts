import { yes } from '../../values.ts';
import type { EndStep } from '../document.ts';
import { endRole } from '../roles/instant-steps.ts';
import { stepKeys, type StepKind } from './step-kind.ts';

/** Ends the enrollment as completed. */
export const end: StepKind<EndStep> = {
  kind: 'end',
  role: endRole,
  key: 'end',
  schema: stepKeys({ end: yes }),
  bodies: () => [],
  isExhaustive: () => true,
  says: () => 'End.',
};
