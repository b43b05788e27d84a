import type { IdentityKey } from '../ports.ts';
import type { Identifier, Profile } from './profile.ts';

/** What a merge needs to be undone: both sides as they were, without what stays on both. */
export interface MergeUndo {
  readonly winner: Profile;
  readonly loser: Profile;
  /** Of the one that became part: the version of the pointer that is left of it. */
  readonly loserVersion: number;
  /** Events of the same commit that the two sides hold already. */
  readonly earlier: readonly string[];
  /** How many merges of the same commit came before. */
  readonly place: number;
}

/**
 * Why one profile was made of two: kept beside the person, as long as the person is. It is personal data, and lies under
 * the id of the profile that stayed; of a person all rows are found under the profile's id and all its `mergedIds`. A
 * merge that was undone keeps no value of either: the other one may be erased, and this row lies under the one that stayed.
 */
export interface MergeRow {
  /** The one that stayed. */
  readonly profileId: string;
  /** The one that became part of it. */
  readonly mergedId: string;
  /** Of the profile that stayed, as the merge made it. */
  readonly version: number;
  readonly atMs: number;
  /** The event that said so. */
  readonly eventId: string;
  /** The identifier of the event by which the other was found; its kind alone once that was undone. */
  readonly by: Pick<Identifier, 'kind'> & Partial<Pick<Identifier, 'value'>>;
  /** Whether a shared identifier was enough, or an alias under a server key asked for it. */
  readonly rule: 'identifier' | 'alias';
  /** What found the merged one until then. */
  readonly identifiers: readonly Pick<Identifier, 'kind' | 'value'>[];
  /** Absent where the two were too large to keep, and once it was undone. */
  readonly undo?: MergeUndo;
  readonly undoneMs?: number;
}

/** What finds a person. */
export const foundBy = ({ identifiers }: Profile): MergeRow['identifiers'] =>
  identifiers.filter((one) => one.resolves).map(({ kind, value }) => ({ kind, value }));

/** What finds a person, as keys. */
export const keysFinding = (profile: Profile): readonly IdentityKey[] =>
  foundBy(profile).map(({ kind, value }) => `${kind}:${value}`);

/** Characters of JSON that both sides may have together: a row of DynamoDB holds 400 KB, and a commit may merge several. */
const largestUndo = 200_000;

/** A profile as a merge keeps it: caps, enrollments and what is due are of the present, and not undone. */
export function keptOf(profile: Profile): Profile {
  const { wants: _, handed: __, dueMs: ___, ...rest } = profile;
  return { ...rest, enrollments: [], slots: [] };
}

/** Both sides of a merge as they were; nothing where they are too large. */
export function undoOf(
  winner: Profile,
  loser: Profile,
  loserVersion: number,
  place: number,
): { readonly undo?: MergeUndo } {
  const undo = { winner: keptOf(winner), loser: keptOf(loser), loserVersion, earlier: [], place };
  return JSON.stringify(undo).length > largestUndo ? {} : { undo };
}
