import type { Standing } from '../../core/journey/versions/plan-change.ts';
import { listPartition, listShards } from './table/keys.ts';
import type { Item } from './table/profile-rows.ts';
import { readEnrollment } from './table/rows.ts';
import type { Table } from './table/table.ts';

/**
 * Counts who stands where, by the index alone: a page of it tells of some thousands, and no row of anybody is read. All
 * parts of a journey's list are read at once.
 */
export async function countStanding(table: Table, journeyIds: readonly string[]): Promise<readonly Standing[]> {
  const counts = new Map<string, Standing>();
  for (const journeyId of journeyIds)
    await Promise.all(
      Array.from({ length: listShards }, async (_, shard) => {
        for await (const rows of table.pages(activeIn(listPartition(`n#${journeyId}`, shard))))
          for (const place of await placesOf(table, rows)) addTo(counts, { journeyId, ...place });
      }),
    );
  return [...counts.values()];
}

const activeIn = (partition: string): Parameters<Table['pages']>[0] => ({
  IndexName: 'lists',
  KeyConditionExpression: 'lk = :lk',
  FilterExpression: 'st = :active',
  ProjectionExpression: 'pk, sk, sp, ch',
  ExpressionAttributeValues: { ':lk': { S: partition }, ':active': { S: 'active' } },
});

type Place = Pick<Standing, 'version' | 'stepId'>;
/** Rows that were last written by an earlier release do not say their version to the index. */
async function placesOf(table: Table, rows: readonly Item[]): Promise<readonly Place[]> {
  const told = rows.flatMap(({ sp, ch }): readonly Place[] => (ch ? [{ version: ch.S!, stepId: sp!.S! }] : []));
  const others = rows.filter(({ ch }) => !ch).map(({ pk, sk }) => ({ pk: pk!.S!, sk: sk!.S! }));
  const whole = others.length === 0 ? [] : (await table.get(others)).map(readEnrollment);
  return [...told, ...whole.map(({ version, cursor: { stepId } }): Place => ({ version, stepId }))];
}

function addTo(counts: Map<string, Standing>, place: Omit<Standing, 'people'>): void {
  const name = JSON.stringify([place.journeyId, place.version, place.stepId]);
  counts.set(name, { ...place, people: (counts.get(name)?.people ?? 0) + 1 });
}
