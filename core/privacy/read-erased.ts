import type { Message } from '../event/event.ts';
import type { DecisionPorts, IdentityKey, Loaded } from '../ports.ts';
import { identityKey } from '../profile/identity-key.ts';
import type { IdentityRules } from '../profile/identity-rules.ts';
import { historyIds } from '../profile/profile.ts';
import { namedIn, type NamedKey } from '../profile/resolve-profile.ts';
import { isUndated, tombstoneOf, type Tombstone } from './erasure.ts';
import { withoutNames } from './without-names.ts';

/** Whom some messages name: rows of identities, profiles, and the ids under which somebody was named who is erased. */
export interface Named {
  readonly rows: ReadonlyMap<IdentityKey, string>;
  readonly profiles: ReadonlyMap<string, Loaded>;
  /** With the instant at which they asked. */
  readonly erased: ReadonlyMap<string, number>;
}
/** What is known of people who were erased, as far as some messages name them. */
export interface Erased {
  /** What may be kept of a message, which has none of their names any more; `undefined` where nothing may. */
  readonly kept: (message: Message) => Message | undefined;
  /** Whether a message of which nothing is kept had come before. */
  readonly isKnown: (message: Message) => boolean;
  /** Identities that were theirs and are nobody's, with the instant of the erasure. */
  readonly erasedKeys: ReadonlyMap<IdentityKey, number>;
  /** What is to be remembered: messages of which nothing is kept, and identities that are theirs, as is told by what they name beside them. */
  readonly found: readonly Tombstone[];
}

const nobody: Erased = { kept: (message) => message, isKnown: () => false, erasedKeys: new Map(), found: [] };

/** Kinds of which a person has more than is known: what names such an id beside somebody erased gives it away. */
const kindsToFind: ReadonlySet<string> = new Set(['anonymousId', 'device']);

/**
 * Looks whether messages are about people who were erased. Whose a message is, its strongest identifier says that is
 * somebody's, or was somebody's who was erased: theirs is not kept, and out of one of the living goes what was theirs.
 * Only identities that nobody has are asked for, and addresses that a message may not find anybody by.
 */
export async function readErased(
  { profiles, ids }: Pick<DecisionPorts, 'profiles' | 'ids'>,
  messages: readonly Message[],
  people: Named,
  rules: IdentityRules,
): Promise<Erased> {
  const hashOf = (key: IdentityKey): string => ids.tombstone(tombstoneOf.identity(key));
  const named = new Map(messages.map((message) => [message, namedIn(message, rules)]));
  const reborn = rebornIn(people);
  const asked = [...named.values()].flatMap((all) => {
    const isListed = listedBy(all, people);
    return all.filter(({ key, mayResolve }) => (mayResolve ? !people.rows.has(key) : !isListed(key)));
  });
  const tombstones = await read(profiles, [...new Set(asked.map(({ key }) => key))], hashOf);
  const addresses = asked.filter(({ key, mayResolve }) => !mayResolve && !tombstones.has(key)).map(({ key }) => key);
  for (const [key, askedMs] of await readFenced(profiles, addresses)) tombstones.set(key, askedMs);
  if (tombstones.size + reborn.size + people.erased.size === 0) return nobody;
  const isAnyNamed = (message: Message): boolean =>
    named.get(message)!.some(({ key }) => tombstones.has(key) || reborn.has(key));
  const again = messages.filter(isAnyNamed);
  const hashOfMessage = ({ messageId }: Message): string => ids.tombstone(tombstoneOf.message(messageId));
  const seen = await read(profiles, again, hashOfMessage);
  const ofMessage = (message: Message): Judged => {
    const seenMs = seen.get(message) ?? people.erased.get(message.profileId ?? '');
    return seenMs === undefined ? judge(message, named.get(message)!, { ...people, tombstones, reborn }) : { seenMs };
  };
  // What one of them gives away may be all that the next one names.
  const found = new Map<IdentityKey, number>();
  let judged = new Map(messages.map((message) => [message, ofMessage(message)]));
  for (;;) {
    const more = await alsoTheirs(profiles, judged, named, people.rows, tombstones);
    if (more.size === 0) break;
    for (const [key, atMs] of more) {
      tombstones.set(key, atMs);
      found.set(key, atMs);
    }
    judged = new Map(messages.map((message) => [message, ofMessage(message)]));
  }
  const dropped = new Map<string, number>();
  for (const [message, { seenMs }] of judged)
    if (seenMs !== undefined && !seen.has(message)) dropped.set(hashOfMessage(message), seenMs);
  return {
    isKnown: (message) => seen.has(message),
    kept: (message) => {
      const { seenMs, dead } = judged.get(message)!;
      if (seenMs !== undefined) return undefined;
      return dead ? withoutNames(message, (key) => dead.has(key)) : message;
    },
    erasedKeys: new Map([...tombstones].filter(([key]) => !people.rows.has(key))),
    found: [...dropped, ...[...found].map(([key, atMs]) => [hashOf(key), atMs] as const)].map(([hash, atMs]) => ({
      hash,
      atMs,
    })),
  };
}

/** What becomes of a message: somebody's who was erased at an instant, or it loses some names, or neither. */
interface Judged {
  readonly seenMs?: number;
  readonly dead?: ReadonlySet<IdentityKey>;
}
function judge(
  message: Message,
  named: readonly NamedKey[],
  people: Named & Pick<Known, 'tombstones' | 'reborn'>,
): Judged {
  const dead = new Set<IdentityKey>();
  let isLiving = false;
  for (const one of named) {
    const { key } = one;
    const isOwned = one.mayResolve && people.rows.has(key);
    const erasedMs = isOwned ? people.erased.get(people.rows.get(key)!) : people.tombstones.get(key);
    const untilMs = isOwned ? people.reborn.get(key) : erasedMs;
    const isFromBefore =
      (isOwned && erasedMs !== undefined) ||
      (untilMs !== undefined && message.occurredMs <= untilMs) ||
      // Of somebody who has come back, or is somebody else, it says what is so now.
      (!isOwned && !isLiving && untilMs !== undefined && isUndated(message));
    if (isFromBefore && !isLiving) return { seenMs: erasedMs ?? untilMs! };
    // A new person takes over nothing by an earlier id of somebody who was erased: with it would come what was theirs.
    if (isFromBefore || (one.isPrevious && !isOwned && untilMs !== undefined)) dead.add(key);
    else if (isOwned) isLiving = true;
  }
  // An earlier id that somebody living has as well is theirs.
  if (named.some(({ key, isPrevious }) => isPrevious && people.rows.has(key) && !dead.has(key)))
    for (const { key, isPrevious } of named) if (isPrevious && !people.rows.has(key)) dead.delete(key);
  return dead.size > 0 ? { dead } : {};
}
interface Known {
  readonly tombstones: ReadonlyMap<IdentityKey, number>;
  /** Identities that somebody new has, and somebody who was erased had before. */
  readonly reborn: ReadonlyMap<IdentityKey, number>;
}

/** Browsers and devices that messages of people who were erased name, which are nobody's and not known to be theirs. */
async function alsoTheirs(
  profiles: DecisionPorts['profiles'],
  judged: ReadonlyMap<Message, Judged>,
  named: ReadonlyMap<Message, readonly NamedKey[]>,
  rows: ReadonlyMap<IdentityKey, string>,
  tombstones: ReadonlyMap<IdentityKey, number>,
): Promise<ReadonlyMap<IdentityKey, number>> {
  const all = new Map<IdentityKey, number>();
  for (const [message, { seenMs }] of judged) {
    if (seenMs === undefined) continue;
    for (const { key, kind } of named.get(message)!)
      if (kindsToFind.has(kind) && !rows.has(key) && !tombstones.has(key))
        all.set(key, Math.max(seenMs, all.get(key) ?? -Infinity));
  }
  if (all.size === 0) return all;
  const owners = await profiles.owners([...all.keys()]);
  return new Map([...all].filter(([key]) => !owners.has(key)));
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

const rebornIn = ({ profiles }: Named): ReadonlyMap<IdentityKey, number> =>
  new Map(
    [...profiles.values()].flatMap(({ profile }) =>
      profile.identifiers.flatMap(({ kind, value, resolves, afterMs }) =>
        resolves && afterMs !== undefined ? [[identityKey(kind, value), afterMs] as const] : [],
      ),
    ),
  );

/** What a message's own person is known by already, by its strongest identifier that finds one: nearly all of it. */
function listedBy(named: readonly NamedKey[], { rows, profiles }: Named): (key: IdentityKey) => boolean {
  const owner = named.map(({ key, mayResolve }) => (mayResolve ? rows.get(key) : undefined)).find(Boolean);
  const profile = [...profiles.values()].find((one) => owner !== undefined && historyIds(one.profile).includes(owner));
  return (key) => profile?.profile.identifiers.some(({ kind, value }) => identityKey(kind, value) === key) === true;
}

/** Which of these find somebody who is being erased and has no tombstones yet, with the instant at which they asked. */
async function readFenced(
  profiles: DecisionPorts['profiles'],
  keys: readonly IdentityKey[],
): Promise<ReadonlyMap<IdentityKey, number>> {
  const found = new Map<IdentityKey, number>();
  if (keys.length === 0) return found;
  for (const [key, owner] of await profiles.owners([...new Set(keys)])) {
    const erasure = (await profiles.load(owner))?.profile.erasure;
    if (erasure) found.set(key, erasure.askedMs);
  }
  return found;
}
