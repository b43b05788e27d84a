import type { Json } from '../json.ts';
import { ownValue, type GroupCopy, type GroupMembership, type Profile } from '../profile/profile.ts';
import { groupTraits, newGroup, type GroupId, type ReadGroup } from './group.ts';
import { saidOf, type GroupMentions } from './mentions.ts';

/** What somebody has of one of their groups. */
function copyOf(id: GroupId, names: ReadonlySet<string>, read: ReadGroup | undefined): GroupCopy {
  const { group, version } = read ?? { group: newGroup(id), version: 0 };
  const all = groupTraits(group);
  const traits = Object.fromEntries(
    [...names].flatMap((name): [string, Json][] => (Object.hasOwn(all, name) ? [[name, all[name]!]] : [])),
  );
  return { version, asked: saidOf(names), traits };
}

/**
 * Somebody's groups with copies of what is asked of them, as they are now.
 * @param read asks one group; `sinceMs` is when the person was heard of in it
 * @returns the same object where all copies are as they should be
 */
export async function withCopies(
  groups: Profile['groups'],
  asked: GroupMentions,
  read: (id: GroupId, sinceMs: number) => Promise<ReadGroup | undefined>,
): Promise<Profile['groups']> {
  let copied: { [type: string]: GroupMembership } | undefined;
  for (const [type, names] of asked) {
    const standing = ownValue(groups, type);
    if (!standing) continue;
    const id = { type, groupId: standing.value };
    const copy = copyOf(id, names, await read(id, standing.ms));
    if (standing.copy && standing.copy.version >= copy.version && standing.copy.asked === copy.asked) continue;
    (copied ??= { ...groups })[type] = { ...standing, copy };
  }
  return copied ?? groups;
}

/** Somebody's groups without what they have of them: that is the groups' own. */
export const withoutCopies = (groups: Profile['groups']): Profile['groups'] =>
  Object.fromEntries(Object.entries(groups).map(([type, { value, ms, id }]) => [type, { value, ms, id }]));
