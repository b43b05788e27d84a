import type { Message } from '../../core/event/event.ts';
import { parseMessage } from '../../core/event/parse-message.ts';
import { isObject } from '../../core/json.ts';
import type { BatchItem } from '../api.ts';

export interface LineReader {
  readonly nowMs: () => number;
  /** Ids of the topics that a consent may name now. */
  readonly topics: () => readonly string[];
  readonly newMessageId: (nowMs: number) => string;
}

/** A line of an import: a message, or why it is none. */
export type ReadLine = { readonly message: Message } | { readonly item: BatchItem };

/** Reads a line that is JSON already. @param isSilent builds profiles and starts nothing */
export function readLine(body: unknown, isSilent: boolean, { nowMs, topics, newMessageId }: LineReader): ReadLine {
  const receivedMs = nowMs();
  const parsed = parseMessage(body, {
    receivedMs,
    trust: 'server',
    isImport: true,
    isSilent,
    isWinding: !isSilent,
    topics,
    newMessageId: () => newMessageId(receivedMs),
  });
  if ('message' in parsed) return parsed;
  const messageId = isObject(body) && typeof body['messageId'] === 'string' ? body['messageId'].slice(0, 100) : '';
  return { item: { messageId, status: 'rejected', error: parsed.refusal } };
}

/** What became of each line, in order: of those that were messages, what accepting them answered. */
export async function acceptLines(
  lines: readonly ReadLine[],
  accept: (messages: readonly Message[]) => Promise<readonly BatchItem[]>,
): Promise<readonly BatchItem[]> {
  const accepted = await accept(lines.flatMap((one) => ('message' in one ? [one.message] : [])));
  let at = 0;
  return lines.map((one) => ('item' in one ? one.item : accepted[at++]!));
}

/** The answer to a line that is no JSON. */
export const notJson: ReadLine = {
  item: {
    messageId: '',
    status: 'rejected',
    error: { code: 'invalid_json', message: 'The line is not JSON.', path: '' },
  },
};
