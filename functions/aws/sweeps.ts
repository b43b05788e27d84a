import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Sweep, Sweeps, Unswept } from '../../core/privacy/sweeps.ts';
import { erasureKey, sortable, sweepKey, unsweptKey, unsweptPrefix } from './table/keys.ts';
import { pack, unpack } from './table/pack.ts';
import { erasureItem, readErasure } from './table/rows.ts';
import { keyOf, Table } from './table/table.ts';

/** How far the lake is swept, in the table. */
export class DynamoSweeps implements Sweeps {
  private readonly table: Table;
  constructor(client: DynamoDBClient, tableName: string) {
    this.table = new Table(client, tableName);
  }

  async waiting(doneByMs: number, most: number): Promise<readonly Unswept[]> {
    const rows = await this.table.query(
      {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': { S: sweepKey.pk },
          ':from': { S: unsweptPrefix },
          ':to': { S: `${unsweptPrefix}${sortable(doneByMs)}#\uffff` },
        },
      },
      most,
    );
    return rows.map((row) => unpack(row['b']!.B!) as unknown as Unswept);
  }

  async current(): Promise<Sweep | undefined> {
    const row = await this.table.row(sweepKey);
    return row && (unpack(row['b']!.B!) as unknown as Sweep);
  }
  async advance(sweep: Sweep): Promise<void> {
    await this.table.put({ ...keyOf(sweepKey), b: { B: pack(sweep) } });
  }

  async end({ people, unread }: Sweep, atMs: number): Promise<void> {
    for (const { erasureId, doneMs } of people) {
      const row = await this.table.row(erasureKey(erasureId));
      const receipt = row && readErasure(row);
      if (receipt && receipt.sweptMs === undefined)
        await this.table.put(erasureItem({ ...receipt, sweptMs: atMs, ...(unread > 0 && { unread }) }));
      await this.table.delete(unsweptKey(doneMs, erasureId));
    }
    await this.table.delete(sweepKey);
  }
}
