import type { Message } from '../event/event.ts';
import type { Channel } from '../journey/document.ts';
import { identityKey } from '../profile/identity-key.ts';
import { newProfile, type Identifier, type Profile } from '../profile/profile.ts';
import type { HoldingId } from './inventory.ts';
import { channelOf } from './names.ts';

/** That somebody is being erased, or was: what was found and what became of it. It names nobody. */
export interface Receipt {
  readonly erasureId: string;
  /** A random id, which leads to nothing any more. */
  readonly profileId: string;
  readonly status: 'erasing' | 'done';
  /** Ids that were merged into it, which lead to nothing either; what lies in a lake is found by them. */
  readonly mergedIds: readonly string[];
  /** Since when the person was known. */
  readonly sinceMs: number;
  readonly askedMs: number;
  readonly doneMs?: number;
  /** On AWS: when the last line about the person was taken out of the lake, and how many objects could not be read. */
  readonly sweptMs?: number;
  readonly unread?: number;
  readonly by?: string;
  readonly why?: string;
  /** Holding → how many things of it were deleted. */
  readonly deleted: { readonly [holding in HoldingId]?: number };
  /** How many identifiers are known by keyed hash from now on. */
  readonly tombstones: number;
  /** How many addresses must not be written to any more. */
  readonly suppressed: number;
  /** Of the commit that wrote it last. */
  readonly attemptId: string;
}

/** One way to name or reach somebody who is being erased. */
export interface Name {
  readonly kind: string;
  readonly value: string;
  /** What writes to it. */
  readonly channel?: Channel;
  /** Said under a public key alone, by which anybody may name anybody: it is forgotten, and nothing follows of it. */
  readonly isOnlySaid?: true;
  /** Other people who gave it too. */
  readonly others?: readonly string[];
}
/** How far the erasure of somebody has come. */
export interface Erasure {
  readonly erasureId: string;
  readonly askedMs: number;
  /** What is yet to be forgotten of their names; absent once all is done. */
  readonly names?: readonly Name[];
}

/** By its keyed hash, that something was somebody's who was erased. */
export interface Tombstone {
  readonly hash: string;
  /** When they asked. */
  readonly atMs: number;
  /** From then on it need not be known any more. */
  readonly expiresMs?: number;
}

/** Nothing of a person but their id, the fence that no decision passes, and what is left to do. */
export function erasedProfile(profile: Profile, erasureId: string, askedMs: number): Profile {
  const { profileId, mergedIds, filled } = profile;
  return {
    ...newProfile(profileId, 0),
    mergedIds,
    isErased: true,
    ...(filled !== undefined && { filled }),
    erasure: { erasureId, askedMs, names: namesOf(profile) },
  };
}
/** By what somebody is named and reached. */
export const namesOf = ({ identifiers }: Profile): readonly Name[] => identifiers.map(nameOf);
function nameOf({ kind, value, isVerified, resolves, others = [] }: Identifier): Name {
  const channel = channelOf(kind);
  return {
    kind,
    value,
    ...(channel && { channel }),
    ...(!isVerified && !resolves && { isOnlySaid: true }),
    ...(others.length > 0 && { others }),
  };
}

/** What is left once all is done. */
export function goneProfile({ profileId, filled, erasure }: Profile): Profile {
  const { names: _, ...done } = erasure!;
  return { ...newProfile(profileId, 0), isErased: true, erasure: done, ...(filled !== undefined && { filled }) };
}

/** Under which texts an identifier and a message are hashed. */
export const tombstoneOf = {
  identity: (key: string): string => `identity:${key}`,
  message: (messageId: string): string => `message:${messageId}`,
} as const;
export const keyOfName = ({ kind, value }: Name): string => identityKey(kind, value);

/** An import that does not say when: of somebody who was erased it is of the time before. */
export const isUndated = ({ occurredMs, receivedMs, isSilent }: Message): boolean =>
  isSilent === true && occurredMs >= receivedMs;

/** The subject of the due row that goes on with an erasure, and how long after a try it fires. */
export const erasureSubject = 'erasure';
export const erasureDelayMs = 60_000;
