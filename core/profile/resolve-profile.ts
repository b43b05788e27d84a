import type { Message } from '../event/event.ts';
import { idOf } from '../hash.ts';
import type { IdentityKey } from '../ports.ts';
import type { Draft } from './draft.ts';
import { claimsOf, identityKey, isJunk, type Claim } from './identity.ts';
import { isWinner, mergeProfiles, mostMovedIdentities, withIdentifier } from './merge.ts';
import { isKnown, newProfile, type Profile } from './profile.ts';

/** Who owns which identity now; changes as messages are folded. */
export type Owners = Map<IdentityKey, string>;

/** Keys whose owners must be read before a message can be folded. */
export function keysOf(message: Message): readonly IdentityKey[] {
  if (message.profileId !== undefined) return [identityKey('profileId', message.profileId)];
  const keys = claimsOf(message)
    .filter((claim) => claim.mayResolve)
    .map((claim) => identityKey(claim.kind, claim.value));
  return message.previousId === undefined
    ? keys
    : [...keys, ...previousKeys(message).map(([kind, value]) => identityKey(kind, value))];
}

/** An alias names an earlier id; only a server key may mean a user by it. */
const previousKeys = (message: Message): readonly (readonly ['userId' | 'anonymousId', string])[] => {
  const value = message.previousId;
  if (value === undefined || isJunk(value)) return [];
  return message.trust === 'server'
    ? [
        ['anonymousId', value],
        ['userId', value],
      ]
    : [['anonymousId', value]];
};

export interface Resolved {
  readonly profileId: string;
  readonly isNew: boolean;
  readonly isMerged: boolean;
}

/** The person a message is about: found, made, or made one of several; identifiers are claimed on the way. */
export function resolveProfile(message: Message, draft: Draft, owners: Owners): Resolved {
  const own = message.profileId === undefined ? undefined : owners.get(identityKey('profileId', message.profileId));
  if (own !== undefined) return { profileId: own, isNew: false, isMerged: false };
  const claims = claimsOf(message);
  const ownerOf = (claim: Claim): string | undefined =>
    claim.mayResolve ? owners.get(identityKey(claim.kind, claim.value)) : undefined;
  let profileId = chooseTarget(claims, ownerOf, draft);
  const isNew = profileId === undefined;
  let isMerged = false;
  if (profileId === undefined) {
    profileId = `p_${idOf(draft.around.attemptId, message.messageId)}`;
    draft.create(newProfile(profileId, message.occurredMs));
  }
  const takeOver = (owner: string, isAsked: boolean): boolean => {
    const winnerId = join(profileId!, owner, isAsked, draft, owners);
    if (winnerId === undefined) return false;
    isMerged = true;
    profileId = winnerId;
    return true;
  };
  for (const [kind, value] of message.type === 'alias' ? previousKeys(message) : []) {
    const owner = owners.get(identityKey(kind, value));
    if (owner !== undefined && owner !== profileId) takeOver(owner, message.trust === 'server');
    if (owner === undefined) draft.own(identityKey(kind, value), profileId, undefined);
    if (owner === undefined) owners.set(identityKey(kind, value), profileId);
    remember(
      draft,
      profileId,
      { kind, value, mayResolve: true, isVerified: message.trust === 'server' },
      message,
      owners.get(identityKey(kind, value)) === profileId,
    );
  }
  for (const claim of claims) {
    const key = identityKey(claim.kind, claim.value);
    const owner = ownerOf(claim);
    if (claim.mayResolve && owner === undefined) {
      draft.own(key, profileId, undefined);
      owners.set(key, profileId);
    } else if (owner !== undefined && owner !== profileId && !takeOver(owner, false)) {
      draft.fact(profileId, 'conflict', claim.kind, { with: owner, eventId: message.messageId }, false);
    }
    remember(draft, profileId, claim, message, claim.mayResolve && owners.get(key) === profileId);
  }
  const profile = draft.profile(profileId);
  if (message.occurredMs < profile.createdMs) draft.set({ ...profile, createdMs: message.occurredMs });
  return { profileId, isNew, isMerged };
}

/**
 * Whose profile a message lands in. A userId finds its own; a new userId takes over a profile that has none;
 * without a userId the strongest identifier that is known decides.
 */
function chooseTarget(
  claims: readonly Claim[],
  ownerOf: (claim: Claim) => string | undefined,
  draft: Draft,
): string | undefined {
  const owned = claims.map((claim) => ({ claim, owner: ownerOf(claim) })).filter((one) => one.owner !== undefined);
  const user = claims.find((claim) => claim.kind === 'userId');
  if (!user) return owned[0]?.owner;
  const byUser = owned.find((one) => one.claim === user)?.owner;
  return byUser ?? owned.find((one) => !isKnown(draft.profile(one.owner!)))?.owner;
}

/**
 * Makes one profile of two, unless both are known users and nobody asked for it.
 * @param isAsked an explicit alias under a server key
 * @returns the winner's id; `undefined` where they stay two
 */
function join(leftId: string, rightId: string, isAsked: boolean, draft: Draft, owners: Owners): string | undefined {
  const [left, right] = [draft.profile(leftId), draft.profile(rightId)];
  if (!isAsked && isKnown(left) && isKnown(right)) return undefined;
  const [winner, loser] = isWinner(left, right) ? [left, right] : [right, left];
  if (loser.identifiers.length > mostMovedIdentities) return undefined;
  const { definitions, nowMs } = draft.around;
  const merged = mergeProfiles(winner, loser, draft.versionOf(winner.profileId) + 1, definitions.leaves, nowMs);
  draft.set(merged.winner);
  draft.set(merged.loser);
  for (const identifier of loser.identifiers) {
    const key = identityKey(identifier.kind, identifier.value);
    if (owners.get(key) !== loser.profileId) continue;
    draft.own(key, winner.profileId, loser.profileId);
    owners.set(key, winner.profileId);
  }
  // Keys that were read with this message may name the loser without standing in its list.
  for (const [key, owner] of owners) {
    if (owner !== loser.profileId) continue;
    draft.own(key, winner.profileId, loser.profileId);
    owners.set(key, winner.profileId);
  }
  draft.notDue(loser.profileId, 'profile');
  draft.fact(winner.profileId, 'enrollment', 'merged', { profileId: loser.profileId }, false);
  endSurplus(winner.profileId, draft);
  return winner.profileId;
}

/** At most one enrollment per journey and key survives a merge: the older stays. */
function endSurplus(profileId: string, draft: Draft): void {
  const kept = new Set<string>();
  const byAge = draft
    .profile(profileId)
    .enrollments.filter((stub) => stub.isActive)
    .toSorted((a, b) => a.enteredMs - b.enteredMs || (a.enrollmentId < b.enrollmentId ? -1 : 1));
  for (const stub of byAge) {
    const place = `${stub.journeyId}/${stub.key ?? ''}`;
    const row = draft.enrollment(stub.enrollmentId);
    if (kept.has(place) && row) draft.end(profileId, stub, row, 'merged');
    kept.add(place);
  }
}

function remember(draft: Draft, profileId: string, claim: Claim, message: Message, resolves: boolean): void {
  const profile: Profile = draft.profile(profileId);
  const identifiers = withIdentifier(profile.identifiers, {
    kind: claim.kind,
    value: claim.value,
    isVerified: claim.isVerified,
    resolves,
    ms: message.occurredMs,
    id: message.messageId,
    ...(claim.platform && { platform: claim.platform }),
  });
  if (identifiers !== profile.identifiers) draft.set({ ...profile, identifiers });
}
