import { decideLoop } from '../decide-loop.ts';
import { readEnrolled } from '../enrollment/read-enrolled.ts';
import { mayWatch } from '../enrollment/watched.ts';
import type { DecisionPorts, DueRow, Groups } from '../ports.ts';
import { Draft } from '../profile/draft.ts';
import { ownValue, type Profile } from '../profile/profile.ts';
import { withCopies } from './copies.ts';
import type { GroupId } from './group.ts';
import { quietGroupsSubject } from './subjects.ts';

export type RefreshPorts = DecisionPorts & { readonly groups: Pick<Groups, 'group' | 'enlist' | 'delist'> };

/**
 * Brings one person's copies of their groups' traits up to date, and decides what follows from them. The group is read after
 * the person is on its list of members: a change that this does not see finds them there.
 */
export const refreshGroups = (ports: RefreshPorts, profileId: string, due?: DueRow): Promise<void> => {
  const lists = new Lists(ports.groups);
  return decideLoop<void>(ports, async (attemptId) => {
    const loaded = await ports.profiles.load(profileId);
    await lists.leave(loaded?.profile);
    const isTheirs = due?.profileId === loaded?.profile.profileId;
    if (!loaded || loaded.profile.isErased || (due && !isTheirs))
      return { answer: undefined, ...(due && { change: { attemptId, profiles: [], undue: [due] } }) };
    const { profile } = loaded;
    const definitions = await ports.definitions.current();
    const groups = await withCopies(profile.groups, definitions.groupTraits, async (id, sinceMs) => {
      await lists.join(id, profile.profileId, sinceMs);
      return ports.groups.group(id);
    });
    if (groups === profile.groups && !due) return { answer: undefined };
    const active = profile.enrollments.filter((stub) => stub.isActive);
    const enrolled = await readEnrolled(ports, active, (_, journey) => mayWatch(journey) || journey.plan.isMovable);
    const draft = new Draft({ definitions, nowMs: ports.clock.nowMs(), attemptId, ...enrolled }, [loaded]);
    if (groups !== profile.groups) {
      draft.set({ ...profile, groups });
      draft.settle(profile.profileId, definitions.profileRules, due?.subject === quietGroupsSubject);
      draft.resolve(profile.profileId, undefined, { isProfileChanged: true, isRewatched: true });
    }
    if (due) {
      // At this version: whoever joins another group meanwhile has a row of their own, which must stay.
      draft.touch(profile.profileId);
      draft.notDue(due.profileId, due.subject);
    }
    return { answer: undefined, change: draft.change() };
  });
};

/** Lists on which somebody was put while they were looked at. Who has left a group meanwhile is taken off again. */
class Lists {
  private readonly groups: RefreshPorts['groups'];
  private readonly put: { readonly id: GroupId; readonly profileId: string; readonly sinceMs: number }[] = [];
  constructor(groups: RefreshPorts['groups']) {
    this.groups = groups;
  }
  async join(id: GroupId, profileId: string, sinceMs: number): Promise<void> {
    this.put.push({ id, profileId, sinceMs });
    await this.groups.enlist(id, profileId, sinceMs);
  }
  async leave(now: Profile | undefined): Promise<void> {
    for (const { id, profileId, sinceMs } of this.put.splice(0)) {
      const standing = now?.profileId === profileId ? ownValue(now.groups, id.type) : undefined;
      if (standing?.value !== id.groupId || standing.ms !== sinceMs) await this.groups.delist(id, profileId, sinceMs);
    }
  }
}
