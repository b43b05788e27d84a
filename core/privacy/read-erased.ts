import type { Message } from '../event/event.ts';
import type { DecisionPorts, IdentityKey, Loaded } from '../ports.ts';
import { isFromBefore, tombstoneOf } from './erasure.ts';
import { identityKey } from '../profile/identity-key.ts';
import type { IdentityRules } from '../profile/identity-rules.ts';
import { keysOf } from '../profile/resolve-profile.ts';

/** Whom some messages name: rows of identities, profiles, and the ids under which somebody was named who is erased. */
export interface Named {
  readonly rows: ReadonlyMap<IdentityKey, string>;
  readonly profiles: ReadonlyMap<string, Loaded>;
  readonly erased: ReadonlySet<string>;
}
/** What is known of people who were erased, as far as some messages name them. */
export interface Erased {
  /** Whether nothing may be kept of a message. */
  readonly isGone: (message: Message) => boolean;
  /** Identities that were theirs and are nobody's, with the instant of the erasure. */
  readonly erasedKeys: ReadonlyMap<IdentityKey, number>;
}
const nobody: Erased = { isGone: () => false, erasedKeys: new Map() };

/**
 * Looks whether messages are about people who were erased. Only identities that nobody has are asked for, which are
 * those of new people, and those that somebody new has had since.
 */
export async function readErased(
  { profiles, ids }: Pick<DecisionPorts, 'profiles' | 'ids'>,
  messages: readonly Message[],
  people: Named,
  rules: IdentityRules,
): Promise<Erased> {
  const keys = new Map(messages.map((message) => [message, keysOf(message, rules)]));
  const isBeingErased = (message: Message): boolean =>
    (message.profileId !== undefined && people.erased.has(message.profileId)) ||
    keys.get(message)!.some((key) => people.erased.has(people.rows.get(key) ?? ''));
  const unowned = [...new Set([...keys.values()].flat())].filter((key) => !people.rows.has(key));
  const found = await read(profiles, unowned, (key) => ids.tombstone(tombstoneOf.identity(key)));
  const erasedMs = new Map([...found, ...reborn(people)]);
  if (erasedMs.size === 0) return people.erased.size === 0 ? nobody : { ...nobody, isGone: isBeingErased };
  const named = messages.filter((message) => keys.get(message)!.some((key) => erasedMs.has(key)));
  const seen = await read(profiles, named, ({ messageId }) => ids.tombstone(tombstoneOf.message(messageId)));
  const isGone = (message: Message): boolean =>
    isBeingErased(message) ||
    seen.has(message) ||
    keys.get(message)!.some((key) => isFromBefore(message, erasedMs.get(key) ?? -Infinity));
  const gone = new Set(messages.filter(isGone));
  return { isGone: (message) => gone.has(message), erasedKeys: found };
}

/** Which of these have a tombstone, with the instant of the erasure. */
async function read<T>(
  profiles: DecisionPorts['profiles'],
  all: readonly T[],
  hashOf: (one: T) => string,
): Promise<Map<T, number>> {
  if (all.length === 0) return new Map();
  const hashes = new Map(all.map((one) => [one, hashOf(one)]));
  const found = await profiles.tombstones([...new Set(hashes.values())]);
  return new Map(all.flatMap((one) => (found.has(hashes.get(one)!) ? [[one, found.get(hashes.get(one)!)!]] : [])));
}

/** Identities that somebody new has, and somebody who was erased had before. */
const reborn = ({ profiles }: Named): readonly (readonly [IdentityKey, number])[] =>
  [...profiles.values()].flatMap(({ profile }) =>
    profile.identifiers.flatMap(({ kind, value, afterMs }) =>
      afterMs === undefined ? [] : [[identityKey(kind, value), afterMs] as const],
    ),
  );
