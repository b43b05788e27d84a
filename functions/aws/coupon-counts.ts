import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { PoolCount } from '../../core/coupon/code.ts';
import type { CouponPool } from '../../core/journey/document.ts';
import { freeCodePrefix, givenList, listPartition, listShards, poolPartition, stockKey } from './table/keys.ts';
import { Table } from './table/table.ts';

/** Counts the rows of a pool: 1,000 codes cost about 15 read units, so it is asked for when somebody looks. */
export async function countCoupons(
  client: DynamoDBClient,
  tableName: string,
  { id, generate }: CouponPool,
): Promise<PoolCount> {
  const table = new Table(client, tableName);
  const shards = Array.from({ length: listShards }, (_, shard) =>
    table.count({
      IndexName: 'lists',
      KeyConditionExpression: 'lk = :lk',
      ExpressionAttributeValues: { ':lk': { S: listPartition(givenList(id), shard) } },
    }),
  );
  const given = (await Promise.all(shards)).reduce((sum, count) => sum + count, 0);
  if (generate) return { pool: id, given };
  const left = await table.count({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :free)',
    ExpressionAttributeValues: { ':pk': { S: poolPartition(id) }, ':free': { S: freeCodePrefix } },
  });
  const stock = await table.row(stockKey(id));
  return { pool: id, given, size: Number(stock?.['n']?.N ?? 0), left };
}
