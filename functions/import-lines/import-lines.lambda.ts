import { acceptEvents } from '../accept-events/accept-events.ts';
import { groups } from '../aws/container-groups.ts';
import { quarantine } from '../aws/container-quarantine.ts';
import { decisionPorts } from '../aws/container.ts';
import { judgeEvents } from '../judge-events/judge-events.ts';
import { observed } from '../middleware.ts';
import { noteGroups } from '../note-groups/note-groups.ts';
import { acceptLines, readLine } from '../parts/import-lines.ts';
import { batchIds } from '../parts/message-ids.ts';

/** Lines of one object, as a distributed map hands them out. */
interface Lines {
  readonly Items: readonly unknown[];
  readonly BatchInput: { readonly key: string };
  /** Which execution has them, and since when: the same on every try. Machines of before tell neither. */
  readonly batch?: string;
  readonly begunAt?: string;
}

const peopleAtOnce = 16;

/** Imports some lines silently. Those refused are listed with their reason; a line that comes twice changes nothing. */
export const handler = observed(async ({ Items, BatchInput: { key }, batch, begunAt }: Lines) => {
  const ports = await decisionPorts();
  const { workspace } = await ports.definitions.current();
  const topics = (workspace.topics ?? []).map(({ id }) => id);
  const nowMs = (): number => ports.clock.nowMs();
  const reader = { nowMs, topics: () => topics, newMessageId: batchIds(batch, begunAt) };
  const lines = Items.map((item) => readLine(item, true, reader));
  const accept = judgeEvents({
    ...ports,
    quarantine,
    accept: noteGroups({ ...ports, groups, accept: acceptEvents(ports, peopleAtOnce) }),
  });
  const results = await acceptLines(lines, accept);
  const count = (status: string): number => results.filter((one) => one.status === status).length;
  const refused = results.filter(({ status }) => status === 'rejected');
  const quarantined = results.filter((one) => one.quarantined).length;
  return {
    key,
    accepted: count('accepted'),
    quarantined,
    duplicates: count('duplicate'),
    erased: count('erased'),
    rejected: refused.length,
    refused,
  };
});
