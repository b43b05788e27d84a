import type { Workspace } from '../journey/document.ts';
import type { IdentifierKind } from './profile.ts';

/** What a workspace says of identifiers, ready for use. */
export interface IdentityRules {
  /** Where a kind stands in the order of strength: the smaller decides. */
  rank(kind: IdentifierKind): number;
  /** Values of a kind that one person may be found by. */
  most(kind: IdentifierKind): number;
  /** Whether two values of the kind are two people, as two user ids are. */
  isUnique(kind: IdentifierKind): boolean;
  isBlocked(value: string): boolean;
  /** From so many known people on, a value that they share tells nobody's identity. */
  readonly sharedBy: number;
}

/** Ids of other systems stand where `*` is. */
const usualOrder = ['userId', '*', 'anonymousId', 'email', 'phone', 'device'];
/** Far above what one person has, so that only a mistake or a shared device meets them. */
const usualMost: ReadonlyMap<IdentifierKind, number> = new Map([
  ['userId', Infinity],
  ['anonymousId', 200],
  ['email', 10],
  ['phone', 10],
  ['device', 50],
]);
const mostOfOthers = 20;
const usuallySharedBy = 3;

/** Mailboxes that nobody reads are nobody's. */
const builtInBlocked = ['noreply@*', 'no-reply@*', 'donotreply@*', 'do-not-reply@*'];

/** Compiles the rules of identity; without any, those that hold everywhere. */
export function identityRules(written: Workspace['identity'] = {}): IdentityRules {
  const order = ['userId', ...(written.order ?? []).filter((kind) => kind !== 'userId')];
  order.push(...usualOrder.filter((kind) => !order.includes(kind)));
  const places = new Map(order.map((kind, place) => [kind, place]));
  const kinds = new Map((written.kinds ?? []).map((one) => [one.kind, one]));
  const blocks = [...builtInBlocked, ...(written.blocked ?? [])].map(blocker);
  const isUnique = (kind: IdentifierKind): boolean => kinds.get(kind)?.unique === true;
  return {
    rank: (kind) => places.get(kind) ?? places.get('*')!,
    most: (kind) => (isUnique(kind) ? 1 : (kinds.get(kind)?.atMost ?? usualMost.get(kind) ?? mostOfOthers)),
    isUnique,
    isBlocked: (value) => {
      const plain = value.trim().toLowerCase();
      return blocks.some((blocked) => blocked(plain));
    },
    sharedBy: written.sharedBy ?? usuallySharedBy,
  };
}

/** A value, or its beginning or end with `*` for the rest. */
function blocker(pattern: string): (value: string) => boolean {
  const plain = pattern.trim().toLowerCase();
  if (plain.endsWith('*')) return (value) => value.startsWith(plain.slice(0, -1));
  if (plain.startsWith('*')) return (value) => value.endsWith(plain.slice(1));
  return (value) => value === plain;
}
