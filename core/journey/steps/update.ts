import { keys } from '../../shape.ts';
import { object } from '../../values.ts';
import type { UpdateStep } from '../document.ts';
import { stepKeys, type StepKind } from './step-kind.ts';

/** Sets traits of the person. */
export const update: StepKind<UpdateStep> = {
  kind: 'update',
  key: 'update',
  schema: stepKeys({ update: keys('{ "traits": … }', { traits: object('traits with their values') }) }),
  bodies: () => [],
  says: (step) => `Set ${Object.keys(step.update.traits).join(', ')}.`,
};
