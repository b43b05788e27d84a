import type { DecisionPorts, DueRow, Groups } from '../ports.ts';
import { ownValue } from '../profile/profile.ts';
import { editGroup, type Edit } from './edit-group.ts';
import { groupKeyOf, type Group, type GroupId } from './group.ts';
import type { GroupMentions } from './mentions.ts';
import { refreshGroups, type RefreshPorts } from './refresh-groups.ts';
import { walkSubject } from './subjects.ts';

/** Where a walk over the members of a group stands, as the due row of its next page says. */
interface Walk {
  readonly group: GroupId;
  readonly version: number;
  readonly part: number;
  readonly after?: string;
}
const pageSize = 50;
const ownerPrefix = 'group/';

/** Keys of rows are parted by this character. */
const escaped = (text: string): string => text.replaceAll('%', '%25').replaceAll('#', '%23');
const unescaped = (text: string): string => text.replaceAll('%23', '#').replaceAll('%25', '%');

const dueOf = ({ group, version, part, after }: Walk, dueMs: number): DueRow => ({
  profileId: `${ownerPrefix}${part}/${escaped(groupKeyOf(group))}`,
  subject: `${walkSubject}${version}:${after ?? ''}`,
  dueMs,
});
/** The walk that a due row is about; `undefined` for a row about somebody. */
export function readWalk({ profileId, subject }: Pick<DueRow, 'profileId' | 'subject'>): Walk | undefined {
  if (!profileId.startsWith(ownerPrefix) || !subject.startsWith(walkSubject)) return undefined;
  const [part, type = '', ...groupId] = unescaped(profileId.slice(ownerPrefix.length)).split('/');
  const [version, ...after] = subject.slice(walkSubject.length).split(':');
  const cursor = after.join(':');
  return {
    group: { type, groupId: groupId.join('/') },
    version: Number(version),
    part: Number(part),
    ...(cursor !== '' && { after: cursor }),
  };
}

/** A walk that takes longer than this was lost, and the next change does not wait for it. */
const lostMs = 3_600_000;
interface At {
  readonly parts: number;
  readonly nowMs: number;
}

/** All members are looked at, part by part, each by a due row. */
function beginWalk({ walk: _, ...group }: Group, version: number, { parts: count, nowMs }: At): Edit {
  const parts = Array.from({ length: count }, (_part, part) => part);
  return {
    group: { ...group, walk: { version, beganMs: nowMs, parts } },
    due: parts.map((part) => dueOf({ group, version, part }, nowMs)),
  };
}

/**
 * What a change brings: a walk over the members where documents ask for what has changed. There is one walk at a time: what
 * changes meanwhile has all looked at once more when it is over, however often it changes.
 * @param version of the group after the change
 */
export function walkAfter(before: Group, after: Group, version: number, mentions: GroupMentions, at: At): Edit {
  const isChanged = [...(mentions.get(after.type) ?? [])].some((name) => {
    const [was, is] = [before, after].map(({ traits }) => ownValue(traits, name));
    return was !== is && JSON.stringify(was?.value ?? null) !== JSON.stringify(is?.value ?? null);
  });
  if (!isChanged) return { group: after, due: [] };
  const { walk } = before;
  if (walk && at.nowMs - walk.beganMs < lostMs)
    return { group: { ...after, walk: { ...walk, isAgain: true } }, due: [] };
  return beginWalk(after, version, at);
}

/** The end of one part of a walk, which is the walk's with the last of them; nothing where that is known already. */
function endPart(group: Group, version: number, ended: Walk, at: At): Edit | undefined {
  const { walk, ...rest } = group;
  if (walk?.version !== ended.version || !walk.parts.includes(ended.part)) return undefined;
  const parts = walk.parts.filter((part) => part !== ended.part);
  if (parts.length > 0) return { group: { ...rest, walk: { ...walk, parts } }, due: [] };
  return walk.isAgain ? beginWalk(rest, version, at) : { group: rest, due: [] };
}

/**
 * Looks at some members of a group that has changed, each in a decision of their own, and leaves a row for those after them.
 * Whatever it is cut off by, the row that stands begins again where this one did.
 */
export async function walkMembers(
  ports: RefreshPorts & Pick<DecisionPorts, 'profiles' | 'ids' | 'clock'> & { readonly groups: Groups },
  due: DueRow,
  walk: Walk,
): Promise<void> {
  const { groups, clock } = ports;
  let at: Walk | undefined = walk;
  for (let looked = 0; at && looked < groups.mostAtOnce;) {
    const page = await groups.members(at.group, at.part, at.after, Math.min(pageSize, groups.mostAtOnce));
    for (const { profileId } of page) await refreshGroups(ports, profileId);
    looked += page.length;
    const last = page.at(-1);
    at = last && { ...at, after: last.cursor };
  }
  if (!at)
    await editGroup(ports, walk.group, async (group, version) =>
      endPart(group, version, walk, { parts: groups.parts, nowMs: clock.nowMs() }),
    );
  await ports.profiles.commit({
    attemptId: ports.ids.attempt(),
    profiles: [],
    undue: [due],
    ...(at && { due: [dueOf(at, clock.nowMs())] }),
  });
}
