import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { FillProgress, Fills, PeoplePage } from '../../core/ports.ts';
import { fillKey, fillsPartition, hotPart, profilePartition } from './table/keys.ts';
import { pack, unpack } from './table/pack.ts';
import type { Item } from './table/profile-rows.ts';
import { keyOf, Table } from './table/table.ts';

/** Parts of the table that are read side by side: each by a parallel scan's segment of its own. */
export const fillParts = 32;
/** Pages of a megabyte that one batch reads at most: a part may hold few people and much history. */
const mostPages = 40;

/**
 * Everybody on AWS, by scans of the table: a list of all people would cost every event of a new person, all year long, for
 * something that is asked when documents are published (decision 0019).
 */
export class DynamoFills implements Fills {
  readonly parts = fillParts;
  private readonly table: Table;
  constructor(client: DynamoDBClient, tableName: string) {
    this.table = new Table(client, tableName);
  }

  async progress(number: number): Promise<readonly FillProgress[]> {
    const rows = await this.table.query({
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: fillsPartition(number) } },
    });
    return rows.map((row) => unpack(row['b']!.B!) as unknown as FillProgress);
  }
  async advance(progress: FillProgress): Promise<void> {
    await this.table.put({ ...keyOf(fillKey(progress.number, progress.part)), b: { B: pack(progress) } });
  }

  async people(part: number, after: string | undefined, most: number): Promise<PeoplePage> {
    const profileIds: string[] = [];
    let from = after === undefined ? undefined : (JSON.parse(after) as Item);
    for (let pages = 0; pages < mostPages && profileIds.length < most; pages++) {
      const page = await this.table.scan({
        Segment: part,
        TotalSegments: fillParts,
        FilterExpression: 'sk = :hot AND begins_with(pk, :people)',
        ProjectionExpression: 'pk',
        ExpressionAttributeValues: { ':hot': { S: hotPart }, ':people': { S: profilePartition('') } },
        ...(from && { ExclusiveStartKey: from }),
      });
      profileIds.push(...page.items.map((row) => row['pk']!.S!.slice(profilePartition('').length)));
      from = page.next;
      if (!from) return { profileIds };
    }
    return { profileIds, cursor: JSON.stringify(from) };
  }
}
