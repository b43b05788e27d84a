import { text } from '../../values.ts';
import type { StartStep } from '../document.ts';
import { stepKeys, type StepKind } from './step-kind.ts';

/** Hands the person over to another journey. */
export const start: StepKind<StartStep> = {
  kind: 'start',
  key: 'start',
  schema: stepKeys({ start: text('the id of a journey') }),
  bodies: () => [],
  references: (step) => (step.start === undefined ? [] : [{ path: ['start'], to: 'journey', id: step.start }]),
  says: (step) => `Start "${step.start}".`,
};
