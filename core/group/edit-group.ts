import { mostTries } from '../decide-loop.ts';
import { StoreContended, StoreUnavailable } from '../failures.ts';
import type { Clock, DueRow, Groups } from '../ports.ts';
import { newGroup, type Group, type GroupId } from './group.ts';

export interface EditPorts {
  readonly groups: Pick<Groups, 'group' | 'put' | 'parts'>;
  readonly clock: Pick<Clock, 'backOff' | 'nowMs'>;
}

/** What becomes of a group, with when its members are to be looked at. */
export interface Edit {
  readonly group: Group;
  readonly due: readonly DueRow[];
}

/**
 * Edits the row of one group: load → decide → put at the version that was read, else again. What is decided is safe to
 * repeat, so that a lost answer is asked for once more.
 * @param decide gives nothing where nothing changes; `version` is that of what it gives
 * @returns the group as it is afterwards
 * @throws StoreContended where others were always first
 */
export async function editGroup(
  ports: EditPorts,
  id: GroupId,
  decide: (group: Group, version: number) => Promise<Edit | undefined>,
): Promise<Group> {
  let lost: unknown;
  for (let count = 1; count <= mostTries; count++) {
    if (count > 1) await ports.clock.backOff(count - 1);
    const { group, version } = (await ports.groups.group(id)) ?? { group: newGroup(id), version: 0 };
    const edit = await decide(group, version + 1);
    if (!edit) return group;
    try {
      if ((await ports.groups.put(edit.group, version, edit.due)) === 'put') return edit.group;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      lost = error;
    }
  }
  throw new StoreContended('Other writers were always first; try again.', { cause: lost });
}
