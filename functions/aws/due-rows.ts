import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DueRow } from '../../core/ports.ts';
import { sortable } from './table/keys.ts';
import { dueKey, duePartition, dueShards, minuteOf, readDue } from './table/rows.ts';
import { keyOf, Table } from './table/table.ts';

/** Due rows of one minute in one shard: what one message on the wake queue is about. */
export interface DuePlace {
  readonly minute: number;
  readonly shard: number;
}

/** One tick in five looks back so far: a row may become visible after its minute, and one that failed is found again. */
export const trailingMinutes = 15;
/** The others look at their own minute and the one before: each look at a shard costs a read, all month long. */
const usualMinutes = 2;
const fullEvery = 5;
/** The longest outage that a tick makes up for in one go; the next tick goes on from there. */
const mostMinutes = 24 * 60;

const cursorKey = { pk: 'control#due', sk: 'cursor' };

/** What is due, by minute and shard. */
export class DueRows {
  private readonly table: Table;
  constructor(client: DynamoDBClient, tableName: string) {
    this.table = new Table(client, tableName);
  }

  /** The places that hold anything due by now: of the trailing minutes, and of all since the last tick that was heard of. */
  async places(nowMs: number): Promise<readonly DuePlace[]> {
    const [first, until] = await this.reach(nowMs);
    const found: DuePlace[] = [];
    for (let minute = first; minute <= until; minute++) {
      const places = Array.from({ length: dueShards }, (_, shard) => ({ minute, shard }));
      const held = await Promise.all(places.map(async (place) => (await this.at(place, nowMs, 1)).length > 0));
      found.push(...places.filter((_, index) => held[index]));
    }
    return found;
  }

  /** The first and the last minute that a tick looks at. */
  private async reach(nowMs: number): Promise<readonly [first: number, until: number]> {
    const last = minuteOf(nowMs);
    const [cursor] = await this.table.get([cursorKey]);
    const trailing = last - (last % fullEvery === 0 ? trailingMinutes : usualMinutes) + 1;
    const first = cursor ? Math.min(trailing, Number(cursor['m']!.N)) : trailing;
    return [first, Math.min(last, first + mostMinutes)];
  }

  /** Written once all places were told of, so that an outage is made up for: the cursor goes as far as they went. */
  async told(nowMs: number): Promise<void> {
    const [, until] = await this.reach(nowMs);
    await this.table.put({ ...keyOf(cursorKey), m: { N: String(until) } });
  }

  /** Rows of one place that are due by now, earliest first. */
  async at({ minute, shard }: DuePlace, nowMs: number, most?: number): Promise<readonly DueRow[]> {
    const rows = await this.table.query(
      {
        KeyConditionExpression: 'pk = :pk AND sk < :until',
        ExpressionAttributeValues: {
          ':pk': { S: duePartition(minute, shard) },
          ':until': { S: sortable(Math.floor(nowMs) + 1) },
        },
      },
      most,
    );
    return rows.map(readDue);
  }

  /** Takes a row away that was looked at; with `place`, where it was found. */
  async done(due: DueRow, { minute }: DuePlace): Promise<void> {
    await this.table.delete(dueKey(due, minute));
  }
}
