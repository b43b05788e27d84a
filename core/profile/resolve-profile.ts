import type { Message } from '../event/event.ts';
import type { IdentityKey } from '../ports.ts';
import type { Draft } from './draft.ts';
import { identityKey } from './identity-key.ts';
import { claimsOf, isJunk, type Claim } from './identity.ts';
import { reweighed } from './consent.ts';
import type { Owners } from './owners.ts';
import { isWinner, mergeProfiles, mostMovedIdentities, withIdentifier } from './merge.ts';
import { isKnown, newProfile, type IdentifierKind } from './profile.ts';

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
  /** Identifiers turned out to be one person's, and what they said was weighed anew. */
  readonly isConsentChanged: boolean;
}

/** The person a message is about: found, made, or made one of several; identifiers are claimed on the way. */
export function resolveProfile(
  message: Message,
  draft: Draft,
  owners: Owners,
  profileIdOf: (message: Message) => string,
): Resolved {
  const own = message.profileId === undefined ? undefined : draft.holderOf(message.profileId);
  if (own !== undefined) return { profileId: own, isNew: false, isMerged: false, isConsentChanged: false };
  const claims = claimsOf(message);
  const ownerOf = (claim: Claim): string | undefined =>
    claim.mayResolve ? owners.of(identityKey(claim.kind, claim.value)) : undefined;
  let profileId = chooseTarget(claims, ownerOf, draft);
  const isNew = profileId === undefined;
  let isMerged = false;
  if (profileId === undefined) {
    profileId = profileIdOf(message);
    const { number } = draft.around.definitions.coverage;
    draft.create({ ...newProfile(profileId, message.occurredMs), ...(number > 0 && { filled: number }) });
  }
  // First of all, so that everything below knows a known person.
  const user = claims.find((claim) => claim.kind === 'userId');
  if (user) {
    if (ownerOf(user) === undefined) owners.give(identityKey('userId', user.value), profileId);
    remember([user], message, draft, profileId, ownerOf);
  }
  const takeOver = (owner: string, isAsked: boolean): boolean => {
    const winnerId = join(profileId!, owner, isAsked, draft, owners);
    if (winnerId === undefined) return false;
    isMerged = true;
    profileId = winnerId;
    return true;
  };
  const previous = message.type === 'alias' ? previousKeys(message) : [];
  for (const [kind, value] of previous) {
    const key = identityKey(kind, value);
    const owner = owners.of(key);
    if (owner === undefined) owners.give(key, profileId);
    else if (owner !== profileId) takeOver(owner, message.trust === 'server');
  }
  for (const claim of claims) {
    const owner = ownerOf(claim);
    if (claim.mayResolve && owner === undefined) owners.give(identityKey(claim.kind, claim.value), profileId);
    else if (owner !== undefined && owner !== profileId && !takeOver(owner, false)) {
      draft.fact(profileId, 'conflict', claim.kind, { with: owner, eventId: message.messageId }, false);
    }
  }
  const isConsentChanged = remember(
    [...claims, ...previous.slice(0, 1).map(formerId(message))],
    message,
    draft,
    profileId,
    ownerOf,
  );
  return { profileId, isNew, isMerged, isConsentChanged };
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
  owners.moveAll(loser.profileId, winner.profileId);
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

/** The earlier id of an alias, as an anonymous one: a user id shows itself in the messages that carry it. */
const formerId =
  (message: Message) =>
  ([kind, value]: readonly [IdentifierKind, string]): Claim => ({
    kind,
    value,
    mayResolve: true,
    isVerified: message.trust === 'server',
  });

/**
 * Writes what a message calls the person into the profile; identifiers named together are linked from then on.
 * @returns whether that changed what stands of consent
 */
function remember(
  claims: readonly Claim[],
  message: Message,
  draft: Draft,
  profileId: string,
  ownerOf: (claim: Claim) => string | undefined,
): boolean {
  const profile = draft.profile(profileId);
  const isLinking = claims.filter((claim) => ownerOf(claim) === profileId).length > 1;
  const identifiers = claims.reduce((all, claim) => {
    const resolves = ownerOf(claim) === profileId;
    return withIdentifier(all, {
      kind: claim.kind,
      value: claim.value,
      isVerified: claim.isVerified,
      resolves,
      ms: message.occurredMs,
      id: message.messageId,
      ...(resolves && isLinking && { linkedMs: message.occurredMs }),
      ...(claim.platform && { platform: claim.platform }),
      ...(claim.webPush && { webPush: claim.webPush }),
    });
  }, profile.identifiers);
  const createdMs = Math.min(profile.createdMs, message.occurredMs);
  if (identifiers === profile.identifiers && createdMs === profile.createdMs) return false;
  const next = reweighed({ ...profile, identifiers, createdMs });
  draft.set(next);
  return next.consent !== profile.consent;
}
