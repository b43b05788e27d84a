import { decideLoop, type Tried } from '../../core/decide-loop.ts';
import type { Definitions } from '../../core/definitions.ts';
import { readEnrolled } from '../../core/enrollment/read-enrolled.ts';
import type { Change, DecisionPorts, Loaded } from '../../core/ports.ts';
import { keysFinding, type MergeRow } from '../../core/profile/merge-log.ts';
import { historyIds } from '../../core/profile/profile.ts';
import { nothingRemembered } from '../../core/profile/recall.ts';
import { byTurn, isKept, type KeptMerge, type Link } from '../../core/profile/take-apart.ts';
import { decideUnmerge, type UnmergeDecision, type UnmergeInput } from '../../core/profile/unmerge.ts';

export interface UnmergeTask {
  /** Of the person, under any of their ids. */
  readonly profileId: string;
  /** Of the profile that is to be taken out. */
  readonly mergedId: string;
}
/** Why a merge stays. */
export type NotUndone = 'unknown-profile' | 'not-merged' | 'not-kept' | 'too-old' | 'too-large';
export type UnmergeAnswer =
  { readonly kind: 'unmerged'; readonly profileId: string; readonly mergedId: string } | { readonly kind: NotUndone };

/** Events since the merge; with more it cannot be undone. */
const mostEvents = 5_000;
/** Events moved by one commit: each takes three rows of DynamoDB, and a transaction holds 100. */
const mostMoves = 20;
/** Events moved by the last commit, which writes everything else as well. */
const mostLastMoves = 8;
const mostRows = 90;

/**
 * Takes a profile out of the one that it was merged into. Events that are its own are moved to it first, some at a time:
 * as long as the two are one, nobody sees a difference. The last commit makes two of one; safe to repeat at any point.
 */
export const unmergeProfile =
  (ports: DecisionPorts) =>
  async (task: UnmergeTask): Promise<UnmergeAnswer> => {
    for (;;) {
      const answer = await decideLoop<UnmergeAnswer | 'more'>(ports, (attemptId) => tryOnce(ports, task, attemptId));
      if (answer !== 'more') return answer;
    }
  };

async function tryOnce(
  ports: DecisionPorts,
  { profileId, mergedId }: UnmergeTask,
  attemptId: string,
): Promise<Tried<UnmergeAnswer | 'more'>> {
  const loaded = await ports.profiles.load(profileId);
  if (!loaded || loaded.profile.isErased) return { answer: { kind: 'unknown-profile' } };
  const { profile } = loaded;
  const unmerged = { kind: 'unmerged', profileId: profile.profileId, mergedId } as const;
  const ids = historyIds(profile);
  const rows = await ports.profiles.merges(ids);
  if (!ids.slice(1).includes(mergedId)) {
    const isDone = rows.some((row) => row.mergedId === mergedId && row.undoneMs !== undefined);
    return { answer: isDone ? unmerged : { kind: 'not-merged' } };
  }
  const definitions = await ports.definitions.current();
  const nowMs = ports.clock.nowMs();
  const chain = chainOf(mergedId, profile.profileId, rows);
  if (!chain) {
    // What was read after the profile may be of a later moment.
    const isAsRead = (await ports.profiles.load(profileId))?.version === loaded.version;
    return isAsRead ? { answer: { kind: 'not-kept' } } : tryOnce(ports, { profileId, mergedId }, attemptId);
  }
  if (chain[0]!.row.atMs <= nowMs - definitions.retentionMs) return { answer: { kind: 'too-old' } };
  const links = await Promise.all(chain.map((one) => readLink(ports, one)));
  const { loserVersion } = chain[0]!.row.undo;
  const own = await ports.profiles.history([mergedId], { afterVersion: loserVersion });
  const count = links.reduce((sum, { events }) => sum + events.length, own.length);
  if (count > mostEvents) return { answer: { kind: 'too-large' } };
  const { change } = await decideRemembering(ports, { loaded, links, own, definitions, nowMs, attemptId });
  const { moves = [] } = change;
  if (moves.length > mostLastMoves) {
    const part = moves.slice(0, mostMoves);
    const profiles = [{ expectedVersion: loaded.version, profile }];
    return { answer: 'more', change: { attemptId, profiles, moves: part } };
  }
  if (rowsOf(change) > mostRows) return { answer: { kind: 'too-large' } };
  return { answer: unmerged, change };
}

/** Merges from whoever is taken out up to the person, each with those that came after it; `undefined` where one is not kept. */
function chainOf(
  mergedId: string,
  profileId: string,
  rows: readonly MergeRow[],
): readonly Omit<Link, 'events'>[] | undefined {
  const standing = rows.filter((row) => row.undoneMs === undefined);
  const chain: Omit<Link, 'events'>[] = [];
  for (let id = mergedId; id !== profileId;) {
    const row = standing.find((one) => one.mergedId === id);
    if (!row || !isKept(row)) return undefined;
    const beside = standing.filter((one) => one.profileId === row.profileId && one.version >= row.version);
    if (!beside.every(isKept)) return undefined;
    const later = (beside as readonly KeptMerge[]).filter((one) => byTurn(one, row) > 0).toSorted(byTurn);
    chain.push({ row, later });
    id = row.profileId;
  }
  return chain;
}

/** What was accepted since the merge for the one that stayed. */
async function readLink({ profiles }: DecisionPorts, { row, later }: Omit<Link, 'events'>): Promise<Link> {
  const events = await profiles.history([row.profileId], { afterVersion: row.version - 1 });
  return { row, later, events: events.filter(({ eventId }) => !row.undo.earlier.includes(eventId)) };
}

interface Read extends Pick<UnmergeInput, 'links' | 'own' | 'nowMs' | 'attemptId'> {
  readonly loaded: Loaded;
  readonly definitions: Definitions;
}
/** Decides, and where the past is asked for, reads it and decides again. */
async function decideRemembering(ports: DecisionPorts, read: Read): Promise<UnmergeDecision> {
  const { profiles } = ports;
  const { profile } = read.loaded;
  const enrolled = await readEnrolled(ports, profile.enrollments);
  const owners = await profiles.owners(keysFinding(profile));
  const ids = historyIds(profile);
  let remembered = nothingRemembered;
  let isFilling = true;
  for (;;) {
    const decision = decideUnmerge({ ...read, ...enrolled, owners, remembered, isFilling });
    if (decision.missing.length === 0) return decision;
    const names = new Set([...remembered.names, ...decision.missing]);
    try {
      remembered = { names, events: await profiles.history(ids, { names: [...names] }) };
    } catch (error) {
      // The filling of everybody tells of whom it cannot fill.
      if (!isFilling) throw error;
      isFilling = false;
    }
  }
}

/** Rows that a change writes, at most. */
const rowsOf = ({ profiles, moves, identities, merges, enrollments, due, facts }: Change): number =>
  2 * profiles.length +
  3 * (moves?.length ?? 0) +
  [identities, merges, enrollments, due].reduce((sum, rows) => sum + (rows?.length ?? 0), 0) +
  (facts?.length ? profiles.length : 0);
