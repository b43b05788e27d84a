import type { Step } from '../document.ts';
import { stepKindOf } from '../walk.ts';
import type { Role } from './role.ts';

/** A step's kind, by name, and the part it plays. */
export interface KnownRole {
  readonly kind: string;
  readonly role: Role<Step>;
}
const known = new WeakMap<Step, KnownRole>();

/** What a checked step does when a person reaches it. @throws RangeError for a kind that `check` refuses */
export function roleOf(step: Step): KnownRole {
  const standing = known.get(step);
  if (standing) return standing;
  const found = stepKindOf(step);
  if (!found?.role) throw new RangeError(`This step cannot be run yet: ${Object.keys(step).join(', ')}`);
  const role = { kind: found.kind, role: found.role };
  known.set(step, role);
  return role;
}
