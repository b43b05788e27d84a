import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { tableName } from './make-resources.ts';
import type { Scheduler } from './scheduler.ts';
import type { Situation } from './situation.ts';
import type { StreamRecord } from './table-stream.ts';

type Key = { readonly pk: AttributeValue; readonly sk: AttributeValue };

/** The due rows that stand, as the stream told of them, and the Scheduler's minute that looks at them. */
export class DueRows {
  private readonly situation: Situation;
  private readonly scheduler: Scheduler;
  private readonly client: DynamoDBClient;
  /** Where each stands, and from when on a tick finds it. */
  private readonly rows = new Map<string, { readonly key: Key; readonly foundMs: number }>();

  constructor(situation: Situation, scheduler: Scheduler, client: DynamoDBClient) {
    this.situation = situation;
    this.scheduler = scheduler;
    this.client = client;
  }

  notice(records: readonly StreamRecord[]): void {
    for (const { dynamodb } of records) {
      const key = dynamodb.Keys as unknown as Key;
      const [pk, sk] = [String(key.pk.S), String(key.sk.S)];
      if (!pk.startsWith('u#')) continue;
      // A row stands under the minute in which a tick finds it, which may be later than when it is due.
      const foundMs = Math.max(Number(sk.slice(0, 13)), Number(pk.split('#')[1]) * 60_000);
      if (dynamodb.NewImage) this.rows.set(`${pk} ${sk}`, { key, foundMs });
      else this.rows.delete(`${pk} ${sk}`);
    }
  }
  /** When a tick next finds something. */
  get earliestMs(): number {
    return Math.min(Infinity, ...[...this.rows.values()].map(({ foundMs }) => foundMs));
  }

  /** What the Scheduler does each minute. The ticks of the minutes before found nothing, since nothing was due. */
  async tick(): Promise<void> {
    const { nowMs } = this.situation;
    const m = { N: String(Math.floor(nowMs / 60_000) - 1) };
    const Item = { pk: { S: 'control#due' }, sk: { S: 'cursor' }, m };
    await this.client.send(new PutItemCommand({ TableName: tableName, Item }));
    await this.scheduler.strike('find-due');
  }
  /** Forgets those that were found and are gone, whether or not the stream has told of it. */
  async forgetFound(): Promise<void> {
    for (const [name, { key, foundMs }] of this.rows) {
      if (foundMs > this.situation.nowMs) continue;
      const { Item } = await this.client.send(new GetItemCommand({ TableName: tableName, Key: { ...key } }));
      if (!Item) this.rows.delete(name);
    }
  }
  /** Deletes all that stand. */
  async deleteAll(): Promise<void> {
    for (const { key } of this.rows.values())
      await this.client.send(new DeleteItemCommand({ TableName: tableName, Key: { ...key } }));
  }
}
