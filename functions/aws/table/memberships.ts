import { groupMemberships } from '../../../core/group/group.ts';
import type { Profile } from '../../../core/profile/profile.ts';
import { listPartition, listShards, profilePartition, shardOf, sortable, type Key } from './keys.ts';
import { pack, unpack } from './pack.ts';
import type { Item } from './profile-rows.ts';

type Kind = 'segment' | 'audience' | 'group';
/** A membership that began, ended or was dated anew: since when it stood, and since when it stands. */
export type MembershipChange = readonly [kind: Kind, id: string, wasMs: number | null, isMs: number | null];

/** `mc`: on the row of a commit that changed who the person is a member of, for the relay; absent on all others. */
export function membershipChanges(before: Profile | undefined, after: Profile): Item {
  const changes = [
    ...changesOf('segment', before?.segments ?? {}, after.segments),
    ...changesOf('audience', before?.audiences ?? {}, after.audiences),
    ...(before?.groups === after.groups
      ? []
      : changesOf('group', before ? groupMemberships(before) : {}, groupMemberships(after))),
  ];
  return changes.length === 0 ? {} : { mc: { B: pack(changes) } };
}

type Members = Profile['segments'];
function changesOf(kind: Kind, before: Members, after: Members): readonly MembershipChange[] {
  if (before === after) return [];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((id): MembershipChange[] => {
    const [wasMs, isMs] = [before[id] ?? null, after[id] ?? null];
    return wasMs === isMs ? [] : [[kind, id, wasMs, isMs]];
  });
}

/** What a row of the stream says of memberships. */
export function membershipsIn(
  item: Item,
): { readonly profileId: string; readonly changes: readonly MembershipChange[] } | undefined {
  const packed = item['mc']?.B;
  if (!packed) return undefined;
  const profileId = item['pk']!.S!.slice(profilePartition('').length);
  return { profileId, changes: unpack(packed) as unknown as readonly MembershipChange[] };
}

export const memberPartition = (kind: Kind, id: string, shard: number): string =>
  listPartition(`m#${kind}#${id}`, shard);
/** A member's place: by the time of joining, so that lists are newest first. */
export const memberKey = (kind: Kind, id: string, profileId: string, sinceMs: number): Key => ({
  pk: memberPartition(kind, id, shardOf(profileId, listShards)),
  sk: `${sortable(sinceMs)}#${profileId}`,
});
export function readMember(item: Item): { readonly profileId: string; readonly sinceMs: number } {
  const [sinceMs, profileId] = item['sk']!.S!.split('#');
  return { profileId: profileId!, sinceMs: Number(sinceMs) };
}
