import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { RankProgress, Ranks } from '../../core/ports.ts';
import type { Coverage } from '../../core/segment/coverage.ts';
import { coverageItem, readCoverage, sameCoverage } from './table/coverage.ts';
import { currentKey } from './table/definition-keys.ts';
import { rankCountsKey, ranksPartition } from './table/keys.ts';
import { pack, unpack } from './table/pack.ts';
import type { Item } from './table/profile-rows.ts';
import { keyOf, Table } from './table/table.ts';

const progressIn = (row: Item): RankProgress => unpack(row['b']!.B!) as unknown as RankProgress;

/** What is counted for the tables of ranks on AWS; the tables themselves stand in the row of what is current. */
export class DynamoRanks implements Ranks {
  private readonly table: Table;
  constructor(client: DynamoDBClient, tableName: string) {
    this.table = new Table(client, tableName);
  }

  async progress(number: number, part: number): Promise<RankProgress | undefined> {
    const row = await this.table.row(rankCountsKey(part));
    return row && Number(row['n']!.N) === number ? progressIn(row) : undefined;
  }
  async all(number: number): Promise<readonly RankProgress[]> {
    const rows = await this.table.query({
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: ranksPartition } },
    });
    return rows.filter((row) => Number(row['n']!.N) === number).map(progressIn);
  }

  async advance(progress: RankProgress): Promise<'advanced' | 'stale'> {
    const { number, part, batches } = progress;
    const row = {
      ...keyOf(rankCountsKey(part)),
      n: { N: String(number) },
      s: { N: String(batches) },
      b: { B: pack(progress) },
    };
    const isFirst = batches === 1;
    const done = await this.table.write([
      {
        Put: {
          TableName: this.table.name,
          Item: row,
          ConditionExpression: isFirst ? 'attribute_not_exists(pk) OR n < :n' : 'n = :n AND s = :before',
          ExpressionAttributeValues: {
            ':n': { N: String(number) },
            ...(!isFirst && { ':before': { N: String(batches - 1) } }),
          },
        },
      },
    ]);
    return done === 'committed' ? 'advanced' : 'stale';
  }

  async put(coverage: Coverage, before: number): Promise<'made' | 'stale'> {
    const row = await this.table.row(currentKey);
    if (!row || (readCoverage(row)?.number ?? 0) !== before) return 'stale';
    // What was published meanwhile stands: its coverage is another.
    const done = await this.table.write([
      {
        Put: {
          TableName: this.table.name,
          Item: { ...row, ...coverageItem(coverage) },
          ...sameCoverage(row),
        },
      },
    ]);
    return done === 'committed' ? 'made' : 'stale';
  }
}
