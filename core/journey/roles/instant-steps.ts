import type { EmitStep, EndStep, UpdateStep } from '../document.ts';
import type { Role } from './role.ts';

/** Sets traits of the person. */
export const updateRole: Role<UpdateStep> = {
  role: 'act',
  act: (step) => ({ kind: 'traits', traits: step.update.traits }),
};

/** Lets an event of the person happen. */
export const emitRole: Role<EmitStep> = {
  role: 'act',
  act: (step) => ({ kind: 'emit', event: step.emit.event, properties: step.emit.properties ?? {} }),
};

/** Ends the journey here. */
export const endRole: Role<EndStep> = { role: 'end' };
