import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type QueryCommandInput,
  type ScanCommandInput,
  type TransactWriteItem,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { StoreUnavailable } from '../../../core/failures.ts';
import { isPassing, reasonsOf } from '../passing.ts';
import type { Key } from './keys.ts';
import type { Item } from './profile-rows.ts';

/** Keys that one BatchGetItem takes. */
const mostKeys = 100;

export const keyOf = ({ pk, sk }: Key): Item => ({ pk: { S: pk }, sk: { S: sk } });

/**
 * The one table, with what the law asks of it: strongly consistent reads, one transaction per commit. Failures of the
 * service come out as `StoreUnavailable`.
 */
export class Table {
  readonly name: string;
  private readonly client: DynamoDBClient;

  constructor(client: DynamoDBClient, name: string) {
    this.client = client;
    this.name = name;
  }

  /** All rows of a query, page by page. */
  async query(input: Omit<QueryCommandInput, 'TableName'>, most = Infinity): Promise<readonly Item[]> {
    const found: Item[] = [];
    let from: Item | undefined;
    do {
      const page = await available('read rows', () =>
        this.client.send(
          new QueryCommand({
            TableName: this.name,
            ConsistentRead: input.IndexName === undefined,
            ...input,
            ...(most < Infinity && { Limit: most - found.length }),
            ...(from && { ExclusiveStartKey: from }),
          }),
        ),
      );
      found.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from && found.length < most);
    return found;
  }

  /** One page of a scan, for what is not done for an event: everybody is looked at. It may miss what was written just now. */
  async scan(
    input: Omit<ScanCommandInput, 'TableName'>,
  ): Promise<{ readonly items: readonly Item[]; readonly next: Item | undefined }> {
    const page = await available('read rows', () =>
      this.client.send(new ScanCommand({ TableName: this.name, ...input })),
    );
    return { items: page.Items ?? [], next: page.LastEvaluatedKey };
  }

  /** All rows of a query, a page at a time: for more than should be held at once. */
  async *pages(input: Omit<QueryCommandInput, 'TableName'>): AsyncGenerator<readonly Item[]> {
    let from: Item | undefined;
    do {
      const asked = { TableName: this.name, ...input, ...(from && { ExclusiveStartKey: from }) };
      const page = await available('read rows', () => this.client.send(new QueryCommand(asked)));
      yield page.Items ?? [];
      from = page.LastEvaluatedKey;
    } while (from);
  }

  /** Rows by their keys, in any order; absent ones are left out. */
  async get(keys: readonly Key[]): Promise<readonly Item[]> {
    const found: Item[] = [];
    const distinct = [...new Map(keys.map((key) => [`${key.pk}\u0000${key.sk}`, key])).values()];
    for (let at = 0; at < distinct.length; at += mostKeys) {
      let asked: Item[] = distinct.slice(at, at + mostKeys).map(keyOf);
      for (let tries = 1; asked.length > 0; tries++) {
        const answer = await available('read rows', () =>
          this.client.send(
            new BatchGetItemCommand({ RequestItems: { [this.name]: { Keys: asked, ConsistentRead: true } } }),
          ),
        );
        found.push(...(answer.Responses?.[this.name] ?? []));
        asked = answer.UnprocessedKeys?.[this.name]?.Keys ?? [];
        // What is left over was throttled, or was more than 16 MB.
        if (asked.length > 0 && tries >= 5) throw new StoreUnavailable('The table is throttled.');
      }
    }
    return found;
  }

  /** One row, by the action that functions may use which only keep rows up to date. */
  async row(key: Key): Promise<Item | undefined> {
    const answer = await available('read a row', () =>
      this.client.send(new GetItemCommand({ TableName: this.name, Key: keyOf(key), ConsistentRead: true })),
    );
    return answer.Item;
  }

  /** @returns `conflict` where a condition does not hold or another transaction is at one of these rows */
  async write(items: readonly TransactWriteItem[]): Promise<'committed' | 'conflict'> {
    const [only] = items;
    if (!only) return 'committed';
    // One row needs no transaction, which would cost twice as much.
    if (items.length === 1 && only.Put) {
      const { Put: put } = only;
      return committed('write a row', () => this.client.send(new PutItemCommand(put)));
    }
    return committed('write rows', () =>
      this.client.send(new TransactWriteItemsCommand({ TransactItems: [...items] })),
    );
  }

  /** How many rows a query finds. */
  async count(input: Omit<QueryCommandInput, 'TableName'>): Promise<number> {
    let found = 0;
    let from: Item | undefined;
    do {
      const page = await available('count rows', () =>
        this.client.send(
          new QueryCommand({
            TableName: this.name,
            Select: 'COUNT',
            ...input,
            ...(from && { ExclusiveStartKey: from }),
          }),
        ),
      );
      found += page.Count ?? 0;
      from = page.LastEvaluatedKey;
    } while (from);
    return found;
  }

  /** Adds words to a set of a row, which it makes. */
  addTo(key: Key, attribute: string, words: readonly string[]): Promise<unknown> {
    return available('write a row', () =>
      this.client.send(
        new UpdateItemCommand({
          TableName: this.name,
          Key: keyOf(key),
          UpdateExpression: 'ADD #words :words',
          ExpressionAttributeNames: { '#words': attribute },
          ExpressionAttributeValues: { ':words': { SS: [...words] } },
        }),
      ),
    );
  }

  /** Adds numbers to those of a row, which it makes. @returns the row as it is then */
  async addNumbers(key: Key, numbers: { readonly [attribute: string]: number }): Promise<Item | undefined> {
    const names = Object.keys(numbers);
    const answer = await available('write a row', () =>
      this.client.send(
        new UpdateItemCommand({
          TableName: this.name,
          Key: keyOf(key),
          UpdateExpression: `ADD ${names.map((_, index) => `#n${index} :n${index}`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
          ExpressionAttributeValues: Object.fromEntries(
            names.map((name, index) => [`:n${index}`, { N: String(numbers[name]) }]),
          ),
          ReturnValues: 'ALL_NEW',
        }),
      ),
    );
    return answer.Attributes;
  }

  /** Changes a row, which it makes. */
  update(key: Key, input: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>): Promise<unknown> {
    return available('write a row', () =>
      this.client.send(new UpdateItemCommand({ TableName: this.name, Key: keyOf(key), ...input })),
    );
  }

  put(item: Item): Promise<unknown> {
    return available('write a row', () => this.client.send(new PutItemCommand({ TableName: this.name, Item: item })));
  }
  delete(key: Key): Promise<unknown> {
    return available('take a row away', () =>
      this.client.send(new DeleteItemCommand({ TableName: this.name, Key: keyOf(key) })),
    );
  }
}

/** Reasons of a cancelled transaction that say: somebody else was first. */
const contended = new Set(['ConditionalCheckFailed', 'TransactionConflict']);

async function committed(what: string, send: () => Promise<unknown>): Promise<'committed' | 'conflict'> {
  try {
    await send();
    return 'committed';
  } catch (error) {
    if (isConflict(error)) return 'conflict';
    throw unavailable(what, error);
  }
}

function isConflict(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ConditionalCheckFailedException' || error.name === 'TransactionConflictException') return true;
  return reasonsOf(error).some((code) => contended.has(code));
}

async function available<T>(what: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw unavailable(what, error);
  }
}

/** The failure that the loop can go on from, or the error as it came. */
const unavailable = (what: string, error: unknown): unknown =>
  isPassing(error) ? new StoreUnavailable(`The table could not ${what}: ${error.name}.`, { cause: error }) : error;
