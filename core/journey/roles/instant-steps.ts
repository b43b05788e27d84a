import type { AudienceStep, EmitStep, EndStep, StartStep, UpdateStep } from '../document.ts';
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

/** Hands the person to another journey, by whose rules they enter; they go on in this one too. */
export const startRole: Role<StartStep> = {
  role: 'act',
  act: (step) => ({ kind: 'start', journeyId: step.start }),
};

/** Puts the person into an audience, or takes them out, whatever its condition says. */
export const audienceRole: Role<AudienceStep> = {
  role: 'act',
  act: ({ audience: { add, remove } }) => ({
    kind: 'audience',
    audienceId: add ?? remove ?? '',
    isIn: add !== undefined,
  }),
};

/** Ends the journey here. */
export const endRole: Role<EndStep> = { role: 'end' };
