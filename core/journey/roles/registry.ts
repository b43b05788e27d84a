import type { Step } from '../document.ts';
import { callRole, couponRole, lookupRole, taskRole } from './ask-steps.ts';
import { branchRole } from './branch.ts';
import { cascadeRole, cascadeSendRole, cascadeWaitRole, stretchRole } from './cascade.ts';
import { experimentRole } from './experiment.ts';
import { audienceRole, emitRole, endRole, startRole, updateRole } from './instant-steps.ts';
import { repeatRole, repeatRoundRole, repeatWaitRole } from './repeat.ts';
import type { Role } from './role.ts';
import { sendRole } from './send.ts';
import { waitForRole } from './wait-for.ts';
import { waitRole } from './wait.ts';

/**
 * The part that each kind of step plays, by the key that tells it. Apart from the kinds themselves, so that what only
 * runs journeys carries no schemas.
 */
export const roles: ReadonlyMap<string, Role<Step>> = new Map<string, Role<never>>(
  Object.entries({
    wait: waitRole,
    waitFor: waitForRole,
    send: sendRole,
    cascade: cascadeRole,
    branch: branchRole,
    experiment: experimentRole,
    repeat: repeatRole,
    update: updateRole,
    audience: audienceRole,
    emit: emitRole,
    coupon: couponRole,
    call: callRole,
    lookup: lookupRole,
    task: taskRole,
    start: startRole,
    end: endRole,
    // What others unfold into: no document holds these.
    stretch: stretchRole,
    cascadeSend: cascadeSendRole,
    cascadeWait: cascadeWaitRole,
    repeatRound: repeatRoundRole,
    repeatWait: repeatWaitRole,
  }),
) as ReadonlyMap<string, Role<Step>>;
