import { randomBytes } from 'node:crypto';
import { acceptEvents } from '../accept-events/accept-events.ts';
import { decisionPorts } from '../aws/container.ts';
import { observed } from '../middleware.ts';
import { acceptLines, readLine } from '../parts/import-lines.ts';
import { messageIds } from '../parts/message-ids.ts';

/** Lines of one object, as a distributed map hands them out. */
interface Lines {
  readonly Items: readonly unknown[];
  readonly BatchInput: { readonly key: string };
}

const newMessageId = messageIds(randomBytes(6).toString('base64url'));
const peopleAtOnce = 16;

/** Imports some lines silently. Those refused are listed with their reason; a line that comes twice changes nothing. */
export const handler = observed(async ({ Items, BatchInput: { key } }: Lines) => {
  const ports = await decisionPorts();
  const { workspace } = await ports.definitions.current();
  const topics = (workspace.topics ?? []).map(({ id }) => id);
  const reader = { nowMs: () => ports.clock.nowMs(), topics: () => topics, newMessageId };
  const lines = Items.map((item) => readLine(item, true, reader));
  const results = await acceptLines(lines, acceptEvents(ports, peopleAtOnce));
  const count = (status: string): number => results.filter((one) => one.status === status).length;
  const refused = results.filter(({ status }) => status === 'rejected');
  return { key, accepted: count('accepted'), duplicates: count('duplicate'), rejected: refused.length, refused };
});
