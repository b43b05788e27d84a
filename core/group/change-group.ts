import type { DecisionPorts } from '../ports.ts';
import { editGroup, type EditPorts } from './edit-group.ts';
import type { Group, GroupId } from './group.ts';
import { walkAfter } from './walk.ts';

export type ChangePorts = EditPorts & { readonly definitions: DecisionPorts['definitions'] };

/**
 * Changes what is known of one group, and has its members looked at where documents ask for what has changed.
 * @param decide gives the same group where nothing changes
 * @throws StoreContended where others were always first
 */
export const changeGroup = (ports: ChangePorts, id: GroupId, decide: (group: Group) => Group): Promise<Group> =>
  editGroup(ports, id, async (group, version) => {
    const changed = decide(group);
    if (changed === group) return undefined;
    const { groupTraits } = await ports.definitions.current();
    const at = { parts: ports.groups.parts, nowMs: ports.clock.nowMs() };
    return walkAfter(group, changed, version, groupTraits, at);
  });
