import type { Step } from '../document.ts';
import { roles } from './registry.ts';
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
  const kind = Object.keys(step).find((key) => roles.has(key));
  if (kind === undefined) throw new RangeError(`This step cannot be run yet: ${Object.keys(step).join(', ')}`);
  const found = { kind, role: roles.get(kind)! };
  known.set(step, found);
  return found;
}
