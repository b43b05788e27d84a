import { yes } from '../../values.ts';
import type { EndStep } from '../document.ts';
import { stepKeys, type StepKind } from './step-kind.ts';

/** Ends the enrollment as completed. */
export const end: StepKind<EndStep> = {
  kind: 'end',
  key: 'end',
  schema: stepKeys({ end: yes }),
  bodies: () => [],
  isExhaustive: () => true,
  says: () => 'End.',
};
