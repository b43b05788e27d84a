import type { DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { StoreContended } from '../../core/failures.ts';
import type { Clock, Place, Places } from '../../core/ports.ts';
import { placeCountKey, placeKey } from './table/keys.ts';
import type { Item } from './table/profile-rows.ts';
import { keyOf, Table } from './table/table.ts';

/** Claims that meet at one count: all but one try the next time. */
const mostTries = 10;
/** Rows of a window are kept this long after it: a trigger that comes so late is stale. */
const keptMs = 2 * 86_400_000;

/**
 * Places in the table: a row for each that is taken, and the count of them, in one transaction. The count is one row,
 * which takes some hundreds of entries a second: only those that a limit lets in write it, never a profile's commit.
 */
export class DynamoPlaces implements Places {
  private readonly table: Table;
  private readonly clock: Clock;
  constructor(client: DynamoDBClient, tableName: string, clock: Clock) {
    this.table = new Table(client, tableName);
    this.clock = clock;
  }

  /** @throws StoreContended where others were always first, StoreUnavailable */
  async take(place: Place, atMost: number): Promise<boolean> {
    return this.inTurn(place, async (isTaken, taken) => {
      if (isTaken) return true;
      if (taken >= atMost) return false;
      const own = {
        Put: { ...this.own('attribute_not_exists(pk)'), Item: { ...keyOf(placeKey(place)), ...kept(place) } },
      };
      const isRoom = {
        ConditionExpression: 'attribute_not_exists(n) OR n < :most',
        most: { ':most': { N: String(atMost) } },
      };
      return (await this.table.write([own, this.count(place, 1, isRoom)])) === 'committed' ? true : undefined;
    });
  }

  /** @throws StoreContended where others were always first, StoreUnavailable */
  async give(place: Place): Promise<void> {
    await this.inTurn(place, async (isTaken) => {
      if (!isTaken) return true;
      const own = { Delete: { ...this.own('attribute_exists(pk)'), Key: keyOf(placeKey(place)) } };
      return (await this.table.write([own, this.count(place, -1)])) === 'committed' ? true : undefined;
    });
  }

  /** @param attempt answers nothing where another was first */
  private async inTurn(
    place: Place,
    attempt: (isTaken: boolean, taken: number) => Promise<boolean | undefined>,
  ): Promise<boolean> {
    for (let tries = 1; tries <= mostTries; tries++) {
      if (tries > 1) await this.clock.backOff(tries - 1);
      const rows = await this.table.get([placeKey(place), placeCountKey(place)]);
      const count = rows.find((row) => row['n'] !== undefined);
      const done = await attempt(
        rows.some((row) => row !== count),
        Number(count?.['n']?.N ?? 0),
      );
      if (done !== undefined) return done;
    }
    throw new StoreContended(`Others were always first at the places of ${place.journeyId}.`);
  }

  private own(ConditionExpression: string): { readonly TableName: string; readonly ConditionExpression: string } {
    return { TableName: this.table.name, ConditionExpression };
  }
  private count(
    place: Place,
    by: 1 | -1,
    room?: { readonly ConditionExpression: string; readonly most: Item },
  ): TransactWriteItem {
    const { expires } = kept(place);
    return {
      Update: {
        TableName: this.table.name,
        Key: keyOf(placeCountKey(place)),
        UpdateExpression: 'SET expires = :expires ADD n :by',
        ExpressionAttributeValues: { ':expires': expires, ':by': { N: String(by) }, ...room?.most },
        ...(room && { ConditionExpression: room.ConditionExpression }),
      },
    };
  }
}

const kept = ({ endsMs }: Place): { readonly expires: { readonly N: string } } => ({
  expires: { N: String(Math.ceil((endsMs + keptMs) / 1_000)) },
});
