import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Hours } from '../parts/asking/asking.ts';
import { hoursKey } from './table/keys.ts';
import type { Item } from './table/profile-rows.ts';
import { Table } from './table/table.ts';

const nameOf = (hour: number): string => `h${hour}`;

/** Everybody's hours, in one row that every answer is added to: no decision rests on it, so it is in no transaction. */
export class DynamoHours implements Hours {
  private readonly table: Table;
  constructor(client: DynamoDBClient, tableName: string) {
    this.table = new Table(client, tableName);
  }
  async learn(own: readonly number[]): Promise<readonly number[]> {
    const more = own.flatMap((count, hour) => (count > 0 ? [[nameOf(hour), count] as const] : []));
    const row: Item | undefined =
      more.length === 0
        ? await this.table.row(hoursKey)
        : await this.table.addNumbers(hoursKey, Object.fromEntries(more));
    return own.map((_, hour) => Number(row?.[nameOf(hour)]?.N ?? 0));
  }
}
