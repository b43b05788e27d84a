import type { Message } from '../event/event.ts';
import type { IdentityKey } from '../ports.ts';
import type { Draft } from './draft.ts';
import { identityKey } from './identity-key.ts';
import { claimsOf, isJunk, type Claim } from './identity.ts';
import type { IdentityRules } from './identity-rules.ts';
import { reweighed } from './consent.ts';
import type { Owners } from './owners.ts';
import { isAddress, isWinner, mergeProfiles, withIdentifier } from './merge.ts';
import { foundBy, undoOf, type MergeRow } from './merge-log.ts';
import { isShared, mostMovedIdentities, notedAsOthers, whyApart, whyNotTheirs, type Apart } from './merge-guard.ts';
import { isKnown, newProfile, type IdentifierKind, type Profile } from './profile.ts';

/** Keys whose owners must be read before a message can be folded. */
export function keysOf(message: Message, rules: IdentityRules): readonly IdentityKey[] {
  if (message.profileId !== undefined) return [identityKey('profileId', message.profileId)];
  return namedIn(message, rules)
    .filter(({ mayResolve }) => mayResolve)
    .map(({ key }) => key);
}

/** An identifier that a message names. */
export interface NamedKey extends Pick<Claim, 'kind' | 'mayResolve'> {
  readonly key: IdentityKey;
  /** The earlier id of an alias, which counts less than all that names the person now. */
  readonly isPrevious: boolean;
}
/** All that a message names somebody by, the strongest first; nothing of events of our own making. */
export function namedIn(message: Message, rules: IdentityRules): readonly NamedKey[] {
  if (message.profileId !== undefined) return [];
  const claims = claimsOf(message, rules).map(({ kind, value, mayResolve }): NamedKey => {
    return { kind, key: identityKey(kind, value), mayResolve, isPrevious: false };
  });
  if (message.previousId === undefined) return claims;
  const previous = previousKeys(message, rules).map(([kind, value]): NamedKey => {
    return { kind, key: identityKey(kind, value), mayResolve: true, isPrevious: true };
  });
  return [...claims, ...previous];
}

/** An alias names an earlier id; only a server key may mean a user by it. */
const previousKeys = (
  message: Message,
  rules: IdentityRules,
): readonly (readonly ['userId' | 'anonymousId', string])[] => {
  const value = message.previousId;
  if (value === undefined || isJunk(value) || rules.isBlocked(value)) return [];
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
  /** In order; whoever stayed of one may be merged by the next. */
  readonly merges: readonly MergeRow[];
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
  if (own !== undefined) return { profileId: own, isNew: false, merges: [], isConsentChanged: false };
  const { identity: rules, coverage } = draft.around.definitions;
  const claims = claimsOf(message, rules);
  const ownerOf = (claim: Claim): string | undefined =>
    claim.mayResolve ? owners.of(identityKey(claim.kind, claim.value)) : undefined;
  const known: Known = { ownerOf, erasedMs: (claim) => owners.erasedMs(identityKey(claim.kind, claim.value)) };
  let profileId = chooseTarget(claims, ownerOf, draft);
  const isNew = profileId === undefined;
  if (profileId === undefined) {
    profileId = profileIdOf(message);
    const { number } = coverage;
    draft.create({ ...newProfile(profileId, message.occurredMs), ...(number > 0 && { filled: number }) });
  }
  const room: Room = { moved: 0 };
  const refused = new Set<Claim>();
  const conflict = (claim: Pick<Claim, 'kind'>, reason: Apart, owner?: string): void => {
    const detail = { ...(owner !== undefined && { with: owner }), reason, eventId: message.messageId };
    draft.fact(profileId!, 'conflict', claim.kind, detail, false);
  };
  const give = (claim: Claim): void => {
    const reason = whyNotTheirs(draft.profile(profileId!), claim, rules);
    if (reason === undefined) {
      owners.give(identityKey(claim.kind, claim.value), profileId!);
      remember([claim], message, draft, profileId!, known);
      return;
    }
    refused.add(claim);
    conflict(claim, reason);
  };
  // First of all, so that everything below knows who they are, and who they cannot be.
  const user = claims.find((claim) => claim.kind === 'userId');
  if (user) {
    if (ownerOf(user) === undefined) give(user);
    else remember([user], message, draft, profileId, known);
  }
  const unowned = claims.filter((claim) => claim.mayResolve && ownerOf(claim) === undefined);
  for (const claim of unowned) if (rules.isUnique(claim.kind)) give(claim);
  const merges: MergeRow[] = [];
  const takeOver = (owner: string, claim: Pick<Claim, 'kind' | 'value'>, isAsked: boolean): void => {
    const reason = { claim, isAsked, eventId: message.messageId, place: merges.length };
    const joined = join(profileId!, owner, reason, draft, owners, room);
    if (joined.merge) {
      merges.push(joined.merge);
      profileId = joined.merge.profileId;
      return;
    }
    conflict(claim, joined.apart, owner);
    if (joined.apart === 'two-users') draft.set(notedAsOthers(draft.profile(owner), claim, profileId!, rules));
  };
  // An earlier id that was somebody's who was erased stays nobody's: with it would come what happened before.
  const previous = (message.type === 'alias' ? previousKeys(message, rules) : []).filter(([kind, value]) => {
    const key = identityKey(kind, value);
    return owners.of(key) !== undefined || owners.erasedMs(key) === undefined;
  });
  for (const [kind, value] of previous) {
    const key = identityKey(kind, value);
    const owner = owners.of(key);
    if (owner === undefined) owners.give(key, profileId);
    else if (owner !== profileId) takeOver(owner, { kind, value }, message.trust === 'server');
  }
  for (const claim of claims) {
    const owner = ownerOf(claim);
    if (owner === undefined) {
      if (claim.mayResolve && !refused.has(claim)) give(claim);
    } else if (owner !== profileId) takeOver(owner, claim, false);
  }
  const isConsentChanged = remember(
    // Of what does not find the person, only what reaches them is worth keeping.
    [
      ...claims.filter((claim) => !refused.has(claim) || isAddress(claim)),
      ...previous.filter(([kind]) => kind === 'anonymousId').map(formerId(message)),
    ],
    message,
    draft,
    profileId,
    known,
  );
  return { profileId, isNew, merges, isConsentChanged };
}

/**
 * Whose profile a message lands in. A userId finds its own; a new userId takes over a profile that has none; else the
 * strongest identifier decides that is known, is not shared by many, and whose owner is not somebody else by another.
 */
function chooseTarget(
  claims: readonly Claim[],
  ownerOf: (claim: Claim) => string | undefined,
  draft: Draft,
): string | undefined {
  const { identity: rules } = draft.around.definitions;
  const owned = claims.flatMap((claim) => {
    const owner = ownerOf(claim);
    return owner === undefined ? [] : [{ claim, owner, profile: draft.profile(owner) }];
  });
  const user = claims.find((claim) => claim.kind === 'userId');
  const byUser = owned.find((one) => one.claim === user);
  if (byUser || owned.length === 0) return byUser?.owner;
  const telling = owned.filter(({ claim, profile }) => !isShared(profile, claim, rules));
  const isSomebodyElse = (profile: Profile): boolean =>
    (user !== undefined && isKnown(profile)) ||
    claims.some((claim) => rules.isUnique(claim.kind) && whyNotTheirs(profile, claim, rules) !== undefined);
  const found = telling.find(({ profile }) => !isSomebodyElse(profile));
  if (found) return found.owner;
  // A new value that tells more than the known ones do is somebody new.
  const isNamed = claims.some(
    (claim) => claim.mayResolve && ownerOf(claim) === undefined && (rules.isUnique(claim.kind) || telling.length === 0),
  );
  return user || isNamed ? undefined : owned[0]!.owner;
}

/** What is known of the identifiers that a message carries. */
interface Known {
  readonly ownerOf: (claim: Claim) => string | undefined;
  /** Until when somebody had it who was erased. */
  readonly erasedMs: (claim: Claim) => number | undefined;
}

/** How much one message has moved. */
interface Room {
  moved: number;
}
type Joined = { readonly merge: MergeRow } | { readonly merge?: undefined; readonly apart: Apart };
/** What says that two are one: a value of an event, which may be an alias under a server key that asks for it. */
interface Reason {
  readonly claim: Pick<Claim, 'kind' | 'value'>;
  readonly isAsked: boolean;
  readonly eventId: string;
  /** How many the same message has made before. */
  readonly place: number;
}

/** Makes one profile of two, unless a rule keeps them apart. */
function join(
  leftId: string,
  rightId: string,
  { claim, isAsked, eventId, place }: Reason,
  draft: Draft,
  owners: Owners,
  room: Room,
): Joined {
  const [left, right] = [draft.profile(leftId), draft.profile(rightId)];
  const { definitions, nowMs } = draft.around;
  const rules = definitions.identity;
  const apart = isAsked
    ? undefined
    : (whyApart(left, right, rules) ?? (isShared(right, claim, rules) ? 'shared-value' : undefined));
  if (apart !== undefined) return { apart };
  const [winner, loser] = isWinner(left, right) ? [left, right] : [right, left];
  room.moved += loser.identifiers.length;
  if (room.moved > mostMovedIdentities) {
    room.moved -= loser.identifiers.length;
    return { apart: 'too-much-to-move' };
  }
  const version = draft.versionOf(winner.profileId) + 1;
  const merged = mergeProfiles(winner, loser, version, definitions.leaves, nowMs);
  draft.set(merged.winner);
  draft.set(merged.loser);
  owners.moveAll(loser.profileId, winner.profileId);
  draft.notDue(loser.profileId, 'profile');
  const { kind, value } = claim;
  const rule = isAsked ? 'alias' : 'identifier';
  const { profileId } = winner;
  draft.fact(profileId, 'enrollment', 'merged', { profileId: loser.profileId, eventId, by: kind, rule }, false);
  endSurplus(winner.profileId, draft);
  const by = { kind, value };
  const mergedId = loser.profileId;
  const undo = undoOf(winner, loser, draft.versionOf(mergedId) + 1, place);
  const identifiers = foundBy(loser);
  return { merge: { profileId, mergedId, version, atMs: nowMs, eventId, by, rule, identifiers, ...undo } };
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
  { ownerOf, erasedMs }: Known,
): boolean {
  const profile = draft.profile(profileId);
  const isLinking = claims.filter((claim) => ownerOf(claim) === profileId).length > 1;
  const identifiers = claims.reduce((all, claim) => {
    const resolves = ownerOf(claim) === profileId;
    const afterMs = erasedMs(claim);
    return withIdentifier(all, {
      kind: claim.kind,
      value: claim.value,
      isVerified: claim.isVerified,
      resolves,
      ms: message.occurredMs,
      id: message.messageId,
      ...(resolves && isLinking && { linkedMs: message.occurredMs }),
      ...(afterMs !== undefined && { afterMs }),
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
