import type { Step } from '../document.ts';
import { branchRole } from './branch.ts';
import { experimentRole } from './experiment.ts';
import { emitRole, endRole, updateRole } from './instant-steps.ts';
import type { Role } from './role.ts';
import { sendRole } from './send.ts';
import { waitForRole } from './wait-for.ts';
import { waitRole } from './wait.ts';

/** Step kinds that run today, by the key that tells them apart. */
const roles: { readonly [key: string]: Role<never> } = {
  wait: waitRole,
  waitFor: waitForRole,
  send: sendRole,
  branch: branchRole,
  experiment: experimentRole,
  update: updateRole,
  emit: emitRole,
  end: endRole,
};

/** A step's kind and role. @throws RangeError for a kind that `check` refuses */
export function roleOf(step: Step): { readonly kind: string; readonly role: Role<Step> } {
  const kind = Object.keys(roles).find((key) => key in step);
  if (kind === undefined) throw new RangeError(`This step cannot be run yet: ${Object.keys(step).join(', ')}`);
  return { kind, role: roles[kind] as unknown as Role<Step> };
}
