import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Message as RenderedMessage } from '../../core/message/message.ts';
import type { Clock } from '../../core/ports.ts';
import { expiry, keptMs } from './table/event-rows.ts';
import { messageKey } from './table/keys.ts';
import { pack } from './table/pack.ts';
import { keyOf, Table } from './table/table.ts';

/** Keeps messages that were handed over, for those who ask later what was written to somebody. */
export function messageKeeper(
  client: DynamoDBClient,
  tableName: string,
  clock: Pick<Clock, 'nowMs'>,
): (deliveryId: string, message: RenderedMessage) => Promise<void> {
  const table = new Table(client, tableName);
  return async (deliveryId, message) => {
    const row = { ...keyOf(messageKey(deliveryId)), b: { B: pack(message) }, ...expiry(clock.nowMs() + keptMs) };
    await table.put(row);
  };
}
