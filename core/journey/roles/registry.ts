import type { Step } from '../document.ts';
import { branchRole } from './branch.ts';
import { experimentRole } from './experiment.ts';
import { emitRole, endRole, updateRole } from './instant-steps.ts';
import type { Role } from './role.ts';
import { sendRole } from './send.ts';
import { waitForRole } from './wait-for.ts';
import { waitRole } from './wait.ts';

/**
 * The part that each kind of step plays, by the key that tells it; kinds of a later release have none. Apart from the
 * kinds themselves, so that what only runs journeys carries no schemas.
 */
export const roles: ReadonlyMap<string, Role<Step>> = new Map<string, Role<never>>(
  Object.entries({
    wait: waitRole,
    waitFor: waitForRole,
    send: sendRole,
    branch: branchRole,
    experiment: experimentRole,
    update: updateRole,
    emit: emitRole,
    end: endRole,
  }),
) as ReadonlyMap<string, Role<Step>>;
