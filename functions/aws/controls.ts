import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Stop, StopKind } from '../../core/control/stop.ts';
import type { Controls } from '../../core/ports.ts';
import { leaseMs } from './profile-store.ts';
import { controlKey, controlPartition } from './table/keys.ts';
import type { Item } from './table/profile-rows.ts';
import { keyOf, Table } from './table/table.ts';

/** A touch that has looked begins its hand-over so soon after, or not at all. */
const handedWithinMs = 5_000;

/** What is paused or stopped, in the table. Whoever acts may have read it a lease ago. */
export class DynamoControls implements Controls {
  private readonly table: Table;
  private readonly pass: (ms: number) => Promise<void>;

  /** @param pass lets real time pass */
  constructor(client: DynamoDBClient, tableName: string, pass: (ms: number) => Promise<void>) {
    this.table = new Table(client, tableName);
    this.pass = pass;
  }

  async list(): Promise<readonly Stop[]> {
    const rows = await this.table.query({
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: controlPartition } },
    });
    return rows.map(readStop);
  }
  async put(stop: Stop): Promise<void> {
    await this.table.put(controlItem(stop));
  }
  async remove(subject: string): Promise<void> {
    await this.table.delete(controlKey(subject));
  }
  heeded(): Promise<void> {
    return this.pass(leaseMs + handedWithinMs);
  }
}

/** The row of one word. */
export const controlItem = ({ subject, kind, atMs, by, why }: Stop): Item => ({
  ...keyOf(controlKey(subject)),
  k: { S: kind },
  at: { N: String(atMs) },
  ...(by !== undefined && { by: { S: by } }),
  ...(why !== undefined && { why: { S: why } }),
});

const readStop = (row: Item): Stop => ({
  subject: row['sk']!.S!,
  kind: row['k']!.S as StopKind,
  atMs: Number(row['at']?.N ?? 0),
  ...(row['by']?.S !== undefined && { by: row['by'].S }),
  ...(row['why']?.S !== undefined && { why: row['why'].S }),
});
