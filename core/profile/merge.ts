import { mergeGroups } from '../group/group.ts';
import { joinHanded } from '../message/breaker.ts';
import type { Leaf } from '../segment/leaf.ts';
import { joinConsent, reweighed } from './consent.ts';
import {
  historyIds,
  isKnown,
  isLater,
  newProfile,
  ownValue,
  type Identifier,
  type Profile,
  type Stamped,
  type Touchpoint,
} from './profile.ts';

type Record<T> = { readonly [key: string]: T };

/** Which of two profiles stays: the known one, else the older, else the smaller id. */
export function isWinner(left: Profile, right: Profile): boolean {
  if (isKnown(left) !== isKnown(right)) return isKnown(left);
  if (left.createdMs !== right.createdMs) return left.createdMs < right.createdMs;
  return left.profileId < right.profileId;
}

/**
 * One profile of two: nothing is lost, and the stricter side wins in consent, conversion and holdout.
 * @param leaves how each condition's states are joined; a state of an unknown leaf is kept as it is
 * @returns the winner, and the loser turned into a pointer at it
 */
export function mergeProfiles(
  winner: Profile,
  loser: Profile,
  winnerVersion: number,
  leaves: ReadonlyMap<string, Leaf>,
  nowMs: number,
): { readonly winner: Profile; readonly loser: Profile } {
  // Whichever was filled less: what it lacks, the two together lack.
  const { filled: ours = 0, apart: _, ...standing } = winner;
  const filled = Math.min(ours, loser.filled ?? 0);
  const merged: Profile = {
    ...standing,
    createdMs: Math.min(winner.createdMs, loser.createdMs),
    mergedIds: [
      ...winner.mergedIds,
      ...loser.mergedIds.map((one) => ({ ...one, version: winnerVersion })),
      { profileId: loser.profileId, version: winnerVersion, atMs: nowMs },
    ],
    identifiers: joinIdentifiers(winner.identifiers, loser.identifiers),
    traits: joinLater(winner.traits, loser.traits),
    ...optional('timeZone', later(winner.timeZone, loser.timeZone)),
    ...optional('locale', later(winner.locale, loser.locale)),
    ...optional('convertedMs', least(winner.convertedMs, loser.convertedMs)),
    ...optional('filled', filled > 0 ? filled : undefined),
    ...optional('nextDateMs', least(winner.nextDateMs, loser.nextDateMs)),
    touchpoints: join(winner.touchpoints, loser.touchpoints, joinTouchpoints),
    groups: mergeGroups(winner.groups, loser.groups),
    conditions: joinConditions(winner, loser, leaves),
    segments: join(winner.segments, loser.segments, Math.min),
    audiences: join(winner.audiences, loser.audiences, Math.min),
    ...((winner.overrides || loser.overrides) && {
      overrides: joinLater(winner.overrides ?? {}, loser.overrides ?? {}),
    }),
    enrollments: [...winner.enrollments, ...loser.enrollments],
    ...optional('wants', joinLists(winner.wants, loser.wants)),
    ...optional('handed', joinHanded(winner.handed, loser.handed)),
    slots: [...winner.slots, ...loser.slots].toSorted((a, b) => a.ms - b.ms),
    assignments: join(loser.assignments, winner.assignments, (theirs, ours) => (theirs === 'held-out' ? theirs : ours)),
    ...optional('apart', joinApart(winner, loser)),
    ...((winner.isErased || loser.isErased) && { isErased: true }),
  };
  const consent = join(winner.consent, loser.consent, (ours, theirs) => joinConsent(merged, ours, theirs));
  return {
    winner: reweighed({ ...merged, consent }),
    loser: { ...newProfile(loser.profileId, loser.createdMs), mergedInto: winner.profileId },
  };
}

const optional = <K extends string, T>(key: K, value: T | undefined): { readonly [key in K]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: T };
const joinLists = <T>(left: readonly T[] | undefined, right: readonly T[] | undefined): readonly T[] | undefined =>
  left && right ? [...left, ...right] : (left ?? right);
/** Profiles that were taken out of one of the two, but for those that are now part of them. */
function joinApart(winner: Profile, loser: Profile): readonly string[] | undefined {
  const own = new Set([...historyIds(winner), ...historyIds(loser)]);
  const apart = [...new Set([...(winner.apart ?? []), ...(loser.apart ?? [])])].filter((id) => !own.has(id)).sort();
  return apart.length === 0 ? undefined : apart.slice(-mostApart);
}
/** Profiles that are remembered to have been taken out of one. */
export const mostApart = 20;
const least = (left: number | undefined, right: number | undefined): number | undefined =>
  left === undefined || right === undefined ? (left ?? right) : Math.min(left, right);
function later<T>(left: Stamped<T> | undefined, right: Stamped<T> | undefined): Stamped<T> | undefined {
  if (!left || !right) return left ?? right;
  return isLater(right.ms, right.id, left) ? right : left;
}

function join<T>(left: Record<T>, right: Record<T>, both: (left: T, right: T) => T): Record<T> {
  const all: { [key: string]: T } = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const standing = ownValue(all, key);
    all[key] = standing === undefined ? value : both(standing, value);
  }
  return all;
}
const joinLater = <T>(left: Record<Stamped<T>>, right: Record<Stamped<T>>): Record<Stamped<T>> =>
  join(left, right, (ours, theirs) => later(ours, theirs)!);

function joinTouchpoints(left: Touchpoint, right: Touchpoint): Touchpoint {
  const first = isLater(right.firstMs, right.firstId, { ms: left.firstMs, id: left.firstId }) ? left : right;
  const last = isLater(right.lastMs, right.lastId, { ms: left.lastMs, id: left.lastId }) ? right : left;
  return { ...first, lastMs: last.lastMs, lastId: last.lastId };
}

function joinIdentifiers(left: readonly Identifier[], right: readonly Identifier[]): readonly Identifier[] {
  return right.reduce<readonly Identifier[]>(withIdentifier, left);
}

/** Kinds that messages are written to: of several, the one asserted last is used. */
export const isAddress = ({ kind }: Pick<Identifier, 'kind'>): boolean =>
  kind === 'email' || kind === 'phone' || kind === 'device';

/** Adds an identifier, or refreshes the one that stands. */
export function withIdentifier(all: readonly Identifier[], one: Identifier): readonly Identifier[] {
  const at = all.findIndex((standing) => standing.kind === one.kind && standing.value === one.value);
  if (at < 0) return [...all, one];
  const standing = all[at]!;
  // An id that comes with every event must not make the profile's cold part be written with every event.
  const isStamped = isAddress(one) ? isLater(one.ms, one.id, standing) : isLater(standing.ms, standing.id, one);
  const others = [...new Set([...(standing.others ?? []), ...(one.others ?? [])])];
  const linkedMs = Math.min(one.linkedMs ?? Infinity, standing.linkedMs ?? Infinity);
  const afterMs = Math.max(one.afterMs ?? -Infinity, standing.afterMs ?? -Infinity);
  const gains =
    afterMs > (standing.afterMs ?? -Infinity) ||
    (one.isVerified && !standing.isVerified) ||
    (one.resolves && !standing.resolves) ||
    linkedMs < (standing.linkedMs ?? Infinity) ||
    others.length > (standing.others?.length ?? 0);
  if (!isStamped && !gains) return all;
  const stamp = isStamped ? one : standing;
  return all.with(at, {
    ...stamp,
    isVerified: one.isVerified || standing.isVerified,
    resolves: one.resolves || standing.resolves,
    ...(linkedMs < Infinity && { linkedMs }),
    ...(afterMs > -Infinity && { afterMs }),
    ...(others.length > 0 && { others }),
  });
}

function joinConditions(winner: Profile, loser: Profile, leaves: ReadonlyMap<string, Leaf>): Profile['conditions'] {
  const states: { [key: string]: Profile['conditions'][string] } = { ...winner.conditions };
  for (const [key, theirs] of Object.entries(loser.conditions)) {
    const leaf = leaves.get(key);
    const joined = leaf ? leaf.merge(states[key], theirs) : (states[key] ?? theirs);
    if (joined !== undefined) states[key] = joined;
  }
  return states;
}
