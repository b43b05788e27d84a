import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { groupKeyOf, type Group, type GroupId, type GroupWalk, type ReadGroup } from '../../core/group/group.ts';
import type { DueRow, Groups, Walked } from '../../core/ports.ts';
import { groupRowKey, listShards } from './table/keys.ts';
import { memberKey, memberPartition, readMember } from './table/memberships.ts';
import { pack, unpack } from './table/pack.ts';
import { dueItem, minuteOf } from './table/rows.ts';
import { keyOf, Table } from './table/table.ts';

/** Groups on DynamoDB, a row each: written only when one of its traits changes. */
export class DynamoGroups implements Groups {
  readonly parts = listShards;
  /** Some half a minute. */
  readonly mostAtOnce = 2_000;
  private readonly table: Table;
  private readonly nowMs: () => number;
  constructor(client: DynamoDBClient, tableName: string, nowMs: () => number) {
    this.table = new Table(client, tableName);
    this.nowMs = nowMs;
  }

  async group({ type, groupId }: GroupId): Promise<ReadGroup | undefined> {
    const row = await this.table.row(groupRowKey(type, groupId));
    if (!row) return undefined;
    const traits = unpack(row['b']!.B!) as unknown as Group['traits'];
    const walk = row['w'] && (JSON.parse(row['w'].S!) as GroupWalk);
    return { version: Number(row['v']!.N), group: { type, groupId, traits, ...(walk && { walk }) } };
  }
  async put(
    { type, groupId, traits, walk }: Group,
    expectedVersion: number,
    due: readonly DueRow[] = [],
  ): Promise<'put' | 'conflict'> {
    const Item = {
      ...keyOf(groupRowKey(type, groupId)),
      v: { N: String(expectedVersion + 1) },
      b: { B: pack(traits as never) },
      ...(walk && { w: { S: JSON.stringify(walk) } }),
    };
    const condition =
      expectedVersion === 0
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': { N: String(expectedVersion) } } };
    const TableName = this.table.name;
    const outcome = await this.table.write([
      { Put: { TableName, Item, ...condition } },
      ...due.map((one) => ({ Put: { TableName, Item: dueItem(one, minuteOf(this.nowMs()) + 1) } })),
    ]);
    return outcome === 'committed' ? 'put' : 'conflict';
  }

  /** The relay puts the same row there, soon after the commit. */
  async enlist(id: GroupId, profileId: string, sinceMs: number): Promise<void> {
    await this.table.put(keyOf(memberKey('group', groupKeyOf(id), profileId, sinceMs)));
  }
  async delist(id: GroupId, profileId: string, sinceMs: number): Promise<void> {
    await this.table.delete(memberKey('group', groupKeyOf(id), profileId, sinceMs));
  }
  /** By when they were last heard of in it: who is heard of again moves on, ahead of the walk. */
  async members(id: GroupId, part: number, after: string | undefined, most: number): Promise<readonly Walked[]> {
    const rows = await this.table.query(
      {
        KeyConditionExpression: 'pk = :pk AND sk > :after',
        // A key is never empty; the first sorts after a blank.
        ExpressionAttributeValues: {
          ':pk': { S: memberPartition('group', groupKeyOf(id), part) },
          ':after': { S: after ?? ' ' },
        },
      },
      most,
    );
    return rows.map((row) => ({ profileId: readMember(row).profileId, cursor: row['sk']!.S! }));
  }
}
