import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Group, GroupId, ReadGroup } from '../../core/group/group.ts';
import type { Groups } from '../../core/ports.ts';
import { groupRowKey } from './table/keys.ts';
import { pack, unpack } from './table/pack.ts';
import { keyOf, Table } from './table/table.ts';

/** Groups on DynamoDB, a row each: written only when one of its traits changes. */
export class DynamoGroups implements Groups {
  private readonly table: Table;
  constructor(client: DynamoDBClient, tableName: string) {
    this.table = new Table(client, tableName);
  }

  async group({ type, groupId }: GroupId): Promise<ReadGroup | undefined> {
    const row = await this.table.row(groupRowKey(type, groupId));
    if (!row) return undefined;
    const traits = unpack(row['b']!.B!) as unknown as Group['traits'];
    return { version: Number(row['v']!.N), group: { type, groupId, traits } };
  }
  async put({ type, groupId, traits }: Group, expectedVersion: number): Promise<'put' | 'conflict'> {
    const Item = {
      ...keyOf(groupRowKey(type, groupId)),
      v: { N: String(expectedVersion + 1) },
      b: { B: pack(traits as never) },
    };
    const condition =
      expectedVersion === 0
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': { N: String(expectedVersion) } } };
    const outcome = await this.table.write([{ Put: { TableName: this.table.name, Item, ...condition } }]);
    return outcome === 'committed' ? 'put' : 'conflict';
  }
}
