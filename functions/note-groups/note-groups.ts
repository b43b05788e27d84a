import { changeGroup, type ChangePorts } from '../../core/group/change-group.ts';
import { applyGroupTraits, groupKeyOf, groupOf, groupTraitsOf } from '../../core/group/group.ts';
import type { Message } from '../../core/event/event.ts';
import type { ItemResult } from '../../core/profile/accept.ts';

interface NotePorts extends ChangePorts {
  readonly accept: (messages: readonly Message[]) => Promise<readonly ItemResult[]>;
}

/**
 * Accepts messages, and then writes down what group calls say of their groups. Whoever sends is answered after both: what
 * dies between comes again, and a call that was accepted already is noted as well. A request without group calls costs nothing.
 */
export const noteGroups =
  ({ accept, ...ports }: NotePorts) =>
  async (messages: readonly Message[]): Promise<readonly ItemResult[]> => {
    const results = await accept(messages);
    if (!messages.some(({ type }) => type === 'group')) return results;
    const told = messages.flatMap((message, index) => {
      const group = message.type === 'group' && results[index]!.status !== 'erased' ? groupOf(message) : undefined;
      const traits = groupTraitsOf(message);
      return group && Object.keys(traits).length > 0 ? [{ group, traits, message }] : [];
    });
    for (const all of Map.groupBy(told, ({ group }) => groupKeyOf(group)).values())
      await changeGroup(ports, all[0]!.group, (before) =>
        all.reduce(
          (group, { traits, message }) => applyGroupTraits(group, traits, message.occurredMs, message.messageId),
          before,
        ),
      );
    return results;
  };
