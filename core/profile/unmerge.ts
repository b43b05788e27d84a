import type { StoredEvent } from '../event/event.ts';
import type { Change, IdentityKey, Loaded } from '../ports.ts';
import { Draft, type Surroundings } from './draft.ts';
import { fillUp, isToBeFilled } from './fill-up.ts';
import { identityKey } from './identity-key.ts';
import type { MergeRow } from './merge-log.ts';
import { newProfile, type Profile } from './profile.ts';
import { Recall, type Remembered } from './recall.ts';
import { remakeOrdered, reseedWatches } from './reseed.ts';
import { divide } from './divide.ts';
import { sortOut, takeApart, type Link } from './take-apart.ts';

/** Somebody who is to be taken out of another, with all that was read for it. */
export interface UnmergeInput extends Surroundings {
  readonly loaded: Loaded;
  /** From the one who is taken out upwards. */
  readonly links: readonly Link[];
  /** What was moved to them by earlier commits of the same undoing. */
  readonly own: readonly StoredEvent[];
  /** Who owns what finds the person. */
  readonly owners: ReadonlyMap<IdentityKey, string>;
  readonly remembered: Remembered;
  readonly isFilling: boolean;
}
export interface UnmergeDecision {
  readonly change: Change;
  /** Names of events that are to be read first: this is no decision then. */
  readonly missing: readonly string[];
}

/** Makes two profiles of one again: each as if the merge had not been, but for what stays on both. */
export function decideUnmerge(input: UnmergeInput): UnmergeDecision {
  const { loaded, links, own, definitions, nowMs } = input;
  const now = loaded.profile;
  const { row } = links[0]!;
  const { loser, loserVersion } = row.undo;
  const [restId, partId] = [now.profileId, loser.profileId];
  const pointer = { ...newProfile(partId, loser.createdMs), mergedInto: row.profileId };
  const draft = new Draft(input, [loaded, { profile: pointer, version: loserVersion }]);
  const sides = sortOut(links, own, definitions.identity);
  const gone = new Set([partId, ...loser.mergedIds.map((one) => one.profileId)]);
  draft.set({ ...now, mergedIds: now.mergedIds.filter((one) => !gone.has(one.profileId)) });
  draft.set(loser);
  const moves = links.flatMap(({ row: { profileId }, events }) =>
    events
      .filter(({ eventId }) => sides.theirs.has(eventId))
      .map(({ eventId }) => ({ eventId, from: profileId, to: partId, version: loserVersion + 1 })),
  );
  const recall = new Recall({
    names: input.remembered.names,
    events: whoseNow(input.remembered.events, sides.theirs, partId),
  });
  const past = (profileId: string) => recall.of(profileId, draft, []);
  const apart = takeApart(links, own, sides, {
    part: { definitions, now, isOthers: sides.isOurs, past: past(partId) },
    rest: { definitions, now, isOthers: sides.isTheirs, past: past(restId) },
  });
  const enrolled = (enrollmentId: string): boolean => gone.has(draft.enrollment(enrollmentId)?.profileId ?? '');
  const divided = divide(now, apart, links, enrolled);
  for (const profile of [divided.rest, divided.part]) {
    draft.set(profile);
    settleAnew(draft, profile, now, input.isFilling, past(profile.profileId));
  }
  endForeign(draft, restId, new Set([...sides.theirs, ...own.map(({ eventId }) => eventId)]));
  draft.fact(restId, 'enrollment', 'unmerged', { profileId: partId }, false);
  draft.fact(partId, 'enrollment', 'unmerged', { profileId: restId }, false);
  const { undo: _, ...undone } = { ...row, by: { kind: row.by.kind }, identifiers: [], undoneMs: nowMs };
  const merges: readonly MergeRow[] = [undone, ...apart.merges];
  const identities = identitiesOf(draft.profile(partId), now, input.owners);
  return { missing: recall.missing, change: draft.change({ identities, merges, moves }) };
}

/** A journey that an event of the one who is taken out began with the other is neither's: it ends, and says nothing of them. */
function endForeign(draft: Draft, restId: string, theirs: ReadonlySet<string>): void {
  for (const stub of draft.profile(restId).enrollments) {
    const row = draft.enrollment(stub.enrollmentId);
    if (!row?.event || !theirs.has(row.event.eventId)) continue;
    if (stub.isActive) draft.end(restId, stub, row, 'unmerged');
    const { event: _, ...rest } = draft.enrollment(stub.enrollmentId) ?? row;
    draft.putEnrollment({ ...rest, saved: {} });
  }
}

/** What was remembered, under whom it lies once the moves are made. */
const whoseNow = (
  events: readonly StoredEvent[],
  theirs: ReadonlySet<string>,
  partId: string,
): readonly StoredEvent[] =>
  events.map((event) => (theirs.has(event.eventId) ? { ...event, profileId: partId } : event));

/** Memberships, watched conditions and dates of somebody whose past has become another: no news to journeys. */
function settleAnew(
  draft: Draft,
  { profileId, segments, audiences }: Profile,
  now: Profile,
  isFilling: boolean,
  past: ReturnType<Recall['of']>,
): void {
  const { definitions } = draft.around;
  if (isFilling && isToBeFilled(draft.profile(profileId), definitions)) fillUp(draft, profileId, past);
  remakeOrdered(draft, profileId, past);
  draft.settle(profileId, definitions.rules, true);
  const settled = draft.profile(profileId);
  // Whoever is in it still was so before.
  draft.set({
    ...settled,
    segments: since(settled.segments, segments, now.segments),
    audiences: since(settled.audiences, audiences, now.audiences),
  });
  reseedWatches(draft, profileId, past);
  draft.resolve(profileId, undefined, { isProfileChanged: true, isRewatched: true });
}

const since = (settled: Profile['segments'], own: Profile['segments'], now: Profile['segments']): Profile['segments'] =>
  Object.fromEntries(Object.entries(settled).map(([id, ms]) => [id, own[id] ?? now[id] ?? ms]));

/** What found the one who is taken out finds them again. */
const identitiesOf = (
  part: Profile,
  now: Profile,
  owners: ReadonlyMap<IdentityKey, string>,
): NonNullable<Change['identities']> => {
  const ids = new Set([now.profileId, ...now.mergedIds.map((one) => one.profileId)]);
  return part.identifiers.flatMap((one) => {
    const key = identityKey(one.kind, one.value);
    const from = owners.get(key);
    return one.resolves && from !== undefined && ids.has(from) ? [{ key, profileId: part.profileId, from }] : [];
  });
};
