import { mostTries } from '../decide-loop.ts';
import { StoreContended, StoreUnavailable } from '../failures.ts';
import type { Clock, Groups } from '../ports.ts';
import { newGroup, type Group, type GroupId } from './group.ts';

/**
 * Changes what is known of one group: load → decide → put at the version that was read, else again. What is decided is
 * safe to repeat, so that a lost answer is asked for once more.
 * @param decide gives the same group where nothing changes
 * @throws StoreContended where others were always first
 */
export async function changeGroup(
  ports: { readonly groups: Pick<Groups, 'group' | 'put'>; readonly clock: Pick<Clock, 'backOff'> },
  id: GroupId,
  decide: (group: Group) => Group,
): Promise<Group> {
  let lost: unknown;
  for (let count = 1; count <= mostTries; count++) {
    if (count > 1) await ports.clock.backOff(count - 1);
    const { group, version } = (await ports.groups.group(id)) ?? { group: newGroup(id), version: 0 };
    const changed = decide(group);
    if (changed === group) return group;
    try {
      if ((await ports.groups.put(changed, version)) === 'put') return changed;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      lost = error;
    }
  }
  throw new StoreContended('Other writers were always first; try again.', { cause: lost });
}
