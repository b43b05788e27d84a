import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Ruling } from '../../core/experiment/ruling.ts';
import { ExposureTally, type VariantCounts } from '../../core/experiment/variant-counts.ts';
import type { ExperimentStore } from '../../core/ports.ts';
import { listPartition, listShards } from './table/keys.ts';
import { readExposures } from './table/rows.ts';
import { rulingItem } from './table/rulings.ts';
import { Table } from './table/table.ts';

/** Experiments on the one table: people are counted from the lists of their journeys, which carry what they met. */
export class DynamoExperiments implements ExperimentStore {
  private readonly table: Table;
  constructor(client: DynamoDBClient, tableName: string) {
    this.table = new Table(client, tableName);
  }

  async counts(journeyIds: readonly string[]): Promise<readonly VariantCounts[]> {
    const tally = new ExposureTally();
    for (const journeyId of journeyIds) {
      // One part of the list after the other: of a large journey each is large.
      for (let shard = 0; shard < listShards; shard++) {
        const rows = await this.table.query({
          IndexName: 'lists',
          KeyConditionExpression: 'lk = :lk',
          FilterExpression: 'attribute_exists(jo)',
          ProjectionExpression: 'jo',
          ExpressionAttributeValues: { ':lk': { S: listPartition(`n#${journeyId}`, shard) } },
        });
        for (const row of rows) tally.add(...readExposures(row));
      }
    }
    return tally.counts();
  }

  async rule(ruling: Ruling): Promise<'ruled' | 'stands'> {
    const put = {
      TableName: this.table.name,
      Item: rulingItem(ruling),
      ConditionExpression: 'attribute_not_exists(pk)',
    };
    return (await this.table.write([{ Put: put }])) === 'committed' ? 'ruled' : 'stands';
  }
}
