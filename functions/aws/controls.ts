import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Stop } from '../../core/control/stop.ts';
import type { Controls } from '../../core/ports.ts';
import { leaseMs } from './profile-store.ts';
import { controlKey, controlPartition } from './table/keys.ts';
import { controlItem, readStop } from './table/control-row.ts';
import { Table } from './table/table.ts';

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
