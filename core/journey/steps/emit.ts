import { keys } from '../../shape.ts';
import { object, text } from '../../values.ts';
import type { EmitStep } from '../document.ts';
import { stepKeys, type StepKind } from './step-kind.ts';

/** Records an event of the person, as if they had done it. */
export const emit: StepKind<EmitStep> = {
  kind: 'emit',
  key: 'emit',
  schema: stepKeys({
    emit: keys('{ "event": … }', {
      event: text('an event name'),
      properties: object('properties with their values').optional(),
    }),
  }),
  bodies: () => [],
  says: (step) => `Record "${step.emit.event}".`,
};
