import type { StoredEvent } from '../event/event.ts';
import type { IdentityKey } from '../ports.ts';
import type { IdentityRules } from './identity-rules.ts';
import { foundBy, keptOf, keysFinding, type MergeRow, type MergeUndo } from './merge-log.ts';
import { mergeProfiles } from './merge.ts';
import { historyIds, type Profile } from './profile.ts';
import { keysOf } from './resolve-profile.ts';
import { messageOf, replayEvent, type Replay } from './replay.ts';

/** A merge that can be undone. */
export type KeptMerge = MergeRow & { readonly undo: MergeUndo };
export const isKept = (row: MergeRow): row is KeptMerge => row.undo !== undefined;

/** A merge on the way from whoever is taken out to the person whose part they are. */
export interface Link {
  readonly row: KeptMerge;
  /** What was accepted for the one that stayed, from the merge on. */
  readonly events: readonly StoredEvent[];
  /** What became part of the one that stayed after it, in order. */
  readonly later: readonly KeptMerge[];
}

/** In the order in which the merges of one profile happened. */
export const byTurn = (left: KeptMerge, right: KeptMerge): number =>
  left.version - right.version || left.undo.place - right.undo.place;

/** Whose the identifiers and events are that came since. */
export interface Sides {
  /** Events that are part of the one who is taken out. */
  readonly theirs: ReadonlySet<string>;
  readonly isTheirs: (key: IdentityKey) => boolean;
  readonly isOurs: (key: IdentityKey) => boolean;
}

/**
 * Whose each event was: of the one who is taken out where it named them and nobody else. What an event names beside them
 * is theirs from then on. What names neither stays.
 * @param links from the one who is taken out upwards
 * @param own what has been moved to them already
 */
export function sortOut(links: readonly Link[], own: readonly StoredEvent[], rules: IdentityRules): Sides {
  const { loser } = links[0]!.row.undo;
  const ids = new Set(historyIds(loser));
  const theirKeys = new Set(keysFinding(loser));
  const ourKeys = new Set<IdentityKey>();
  const theirs = new Set<string>();
  const keysNamed = (event: StoredEvent): readonly IdentityKey[] => keysOf(messageOf(event), rules);
  const learn = (keys: readonly IdentityKey[], into: Set<IdentityKey>, other: ReadonlySet<IdentityKey>): void => {
    for (const key of keys) if (!other.has(key)) into.add(key);
  };
  for (const event of own) learn(keysNamed(event), theirKeys, ourKeys);
  for (const [index, { row, events, later }] of links.entries()) {
    // What came up from the link below is theirs, or was sorted out there.
    const others = [row.undo.winner, ...later.map(({ undo }) => undo.loser), ...(index > 0 ? [row.undo.loser] : [])];
    for (const one of others) learn(keysFinding(one), ourKeys, theirKeys);
    for (const event of events.toSorted(byReceipt)) {
      const keys = keysNamed(event);
      const about = event.named?.profileId;
      const isTheirs =
        about === undefined
          ? keys.some((key) => theirKeys.has(key)) && !keys.some((key) => ourKeys.has(key))
          : ids.has(about);
      if (isTheirs) theirs.add(event.eventId);
      if (isTheirs) learn(keys, theirKeys, ourKeys);
      else learn(keys, ourKeys, theirKeys);
    }
  }
  return { theirs, isTheirs: (key) => theirKeys.has(key), isOurs: (key) => ourKeys.has(key) };
}
const byReceipt = (left: StoredEvent, right: StoredEvent): number =>
  left.version - right.version || left.receivedMs - right.receivedMs || (left.eventId < right.eventId ? -1 : 1);

export interface Apart {
  /** Who is taken out, and the one they were part of without them: what events and merges say of each. */
  readonly part: Profile;
  readonly rest: Profile;
  /** Merges that hold either of them, as they would have happened without. */
  readonly merges: readonly KeptMerge[];
}

/**
 * Two profiles of one: both as they were at the merge, and what came since is done again, to each what was theirs.
 * @param own what has been moved to the one who is taken out already
 */
export function takeApart(
  links: readonly Link[],
  own: readonly StoredEvent[],
  sides: Sides,
  replay: { readonly part: Replay; readonly rest: Replay },
): Apart {
  /**
   * @param yet events that come after these
   * @param apart those who were no part of the profile by then: what finds them was not this one's, whoever named it
   */
  const fold = (
    profile: Profile,
    events: readonly StoredEvent[],
    by: Replay,
    yet: readonly StoredEvent[],
    apart: readonly Profile[],
  ): Profile => {
    const foreign = new Set(apart.flatMap(keysFinding));
    for (const key of keysFinding(profile)) foreign.delete(key);
    const isOthers: Replay['isOthers'] = (key) => foreign.has(key) || by.isOthers(key);
    const ids = new Set(historyIds(profile));
    // What comes later may turn out to be another's, and an event is not its own past.
    const ahead = new Set([...events, ...yet].map(({ eventId }) => eventId));
    const past: Replay['past'] = (names) =>
      by.past(names).filter(({ profileId, eventId }) => ids.has(profileId) && !ahead.has(eventId));
    return events.reduce((state, event) => {
      const next = replayEvent(state, event, { ...by, past, isOthers });
      ahead.delete(event.eventId);
      return next;
    }, profile);
  };
  const { leaves } = replay.rest.definitions;
  const moved = links.flatMap(({ events }) => events).filter(({ eventId }) => sides.theirs.has(eventId));
  const part = fold(links[0]!.row.undo.loser, [...own, ...moved], replay.part, [], []);
  const merges: KeptMerge[] = [];
  let rest: Profile | undefined;
  for (const [index, { row, events, later }] of links.entries()) {
    let state = row.undo.winner;
    const above = links.slice(index + 1).flatMap((link) => [link.row.undo.winner, ...link.later.map(losing)]);
    if (rest) {
      merges.push({ ...row, identifiers: foundBy(rest), undo: { ...row.undo, loser: keptOf(rest) } });
      state = mergeProfiles(state, rest, row.version, leaves, row.atMs).winner;
    }
    let left = events.filter(({ eventId }) => !sides.theirs.has(eventId) && !row.undo.earlier.includes(eventId));
    for (const [turn, one] of later.entries()) {
      const { version, undo, atMs } = one;
      const before = left.filter((event) => event.version < version || undo.earlier.includes(event.eventId));
      left = left.filter((event) => !before.includes(event));
      state = fold(state, before, replay.rest, left, [...above, ...later.slice(turn).map(losing)]);
      merges.push({ ...one, undo: { ...undo, winner: keptOf(state) } });
      state = mergeProfiles(state, undo.loser, version, leaves, atMs).winner;
    }
    rest = fold(state, left, replay.rest, [], above);
  }
  return { part, rest: rest!, merges };
}
const losing = ({ undo }: KeptMerge): Profile => undo.loser;
