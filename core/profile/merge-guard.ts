import type { IdentityRules } from './identity-rules.ts';
import { historyIds, isKnown, type Identifier, type IdentifierKind, type Profile } from './profile.ts';

/** Why a value does not make one person of two, or finds nobody. */
export type Apart = 'two-users' | 'two-values' | 'too-many-values' | 'shared-value' | 'too-much-to-move' | 'kept-apart';

type Value = Pick<Identifier, 'kind' | 'value'>;

/** Identity rows that one message may move to others; more and its merges are refused. */
export const mostMovedIdentities = 40;

const findsBy = ({ identifiers }: Profile, kind: IdentifierKind): readonly Identifier[] =>
  identifiers.filter((one) => one.kind === kind && one.resolves);

/** Why a value that is nobody's may not become one by which this person is found. */
export function whyNotTheirs(profile: Profile, { kind, value }: Value, rules: IdentityRules): Apart | undefined {
  const standing = findsBy(profile, kind);
  if (standing.some((one) => one.value === value) || standing.length < rules.most(kind)) return undefined;
  return rules.isUnique(kind) ? 'two-values' : 'too-many-values';
}

/** Whether so many known people use the value that it tells nobody's identity. */
export const isShared = (owner: Profile, { kind, value }: Value, rules: IdentityRules): boolean =>
  (owner.identifiers.find((one) => one.kind === kind && one.value === value)?.others?.length ?? 0) + 1 >=
  rules.sharedBy;

/** Whether somebody took the two apart before: then only who asks for it makes one of them again. */
const isKeptFrom = ({ apart = [] }: Profile, other: Profile): boolean =>
  historyIds(other).some((id) => apart.includes(id));

/** Why two people stay two, though a message says that they are one and nobody asked for it. */
export function whyApart(left: Profile, right: Profile, rules: IdentityRules): Apart | undefined {
  if (isKnown(left) && isKnown(right)) return 'two-users';
  if (isKeptFrom(left, right) || isKeptFrom(right, left)) return 'kept-apart';
  for (const kind of new Set(right.identifiers.map((one) => one.kind))) {
    const values = new Set([...findsBy(left, kind), ...findsBy(right, kind)].map((one) => one.value));
    // One who has more than is allowed, by an alias, does not keep others from adding nothing.
    const most = Math.max(rules.most(kind), findsBy(left, kind).length, findsBy(right, kind).length);
    if (values.size > most) return rules.isUnique(kind) ? 'two-values' : 'too-many-values';
  }
  return undefined;
}

/** Notes on the owner's side that another known person uses the value; so many that it is shared are enough. */
export function notedAsOthers(owner: Profile, { kind, value }: Value, by: string, rules: IdentityRules): Profile {
  const at = owner.identifiers.findIndex((one) => one.kind === kind && one.value === value && one.resolves);
  const standing = owner.identifiers[at];
  if (!standing) return owner;
  const { others = [] } = standing;
  if (others.includes(by) || others.length + 1 >= rules.sharedBy) return owner;
  return { ...owner, identifiers: owner.identifiers.with(at, { ...standing, others: [...others, by] }) };
}
