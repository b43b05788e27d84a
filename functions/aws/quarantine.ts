import type { DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import {
  quarantineMs,
  type ProblemCount,
  type ProblemNote,
  type QuarantinedEvent,
} from '../../core/event/quarantine.ts';
import { StoreContended } from '../../core/failures.ts';
import { idOf } from '../../core/hash.ts';
import type { Json } from '../../core/json.ts';
import type { Clock, Quarantine, QuarantineQuery } from '../../core/ports.ts';
import { expiry, isExpired } from './table/event-rows.ts';
import {
  listPartition,
  listShards,
  problemPartition,
  quarantineHashPartition,
  quarantineKey,
  shardOf,
  sortable,
  type Key,
} from './table/keys.ts';
import { pack, unpack } from './table/pack.ts';
import type { Item } from './table/profile-rows.ts';
import { keyOf, Table } from './table/table.ts';

/** Counts that are told of each part; all parts are looked at. */
const mostNoted = 1_000;
/** Writers that meet at one event: whoever loses finds it there the next time. */
const mostTries = 5;

const allList = 'q';
const nameList = (name: string): string => `q#${name}`;

/**
 * Events set aside, in the table: one row each, which both indexes list, by instant for all and for each name, and beside
 * it one small row for each identifier. Lists and counts are spread over parts, so that a release that sends everything
 * wrong makes no hot key.
 */
export class DynamoQuarantine implements Quarantine {
  private readonly table: Table;
  private readonly clock: Pick<Clock, 'nowMs'>;
  constructor(client: DynamoDBClient, tableName: string, clock: Pick<Clock, 'nowMs'>) {
    this.table = new Table(client, tableName);
    this.clock = clock;
  }

  async put(rows: readonly QuarantinedEvent[]): Promise<readonly string[]> {
    const added: string[] = [];
    for (const row of rows) if (await this.putOne(row)) added.push(row.quarantineId);
    return added;
  }
  /** @returns whether it was not there */
  private async putOne(row: QuarantinedEvent): Promise<boolean> {
    for (let tries = 1; tries <= mostTries; tries++) {
      if ((await this.table.write(this.itemsOf(row))) === 'committed') return true;
      if ((await this.get([row.quarantineId])).length > 0) return false;
    }
    throw new StoreContended(`Others were always first at the event ${row.quarantineId}.`);
  }
  private itemsOf({
    quarantineId,
    message,
    problems,
    atMs,
    expiresMs,
    identityHashes,
  }: QuarantinedEvent): TransactWriteItem[] {
    const { name: TableName } = this.table;
    const shard = shardOf(quarantineId, listShards);
    const place = { S: `${sortable(atMs)}#${quarantineId}` };
    const Item: Item = {
      ...keyOf(quarantineKey(quarantineId)),
      b: { B: pack({ message, problems, identityHashes }) },
      at: { N: String(atMs) },
      ...expiry(expiresMs),
      lk: { S: listPartition(allList, shard) },
      ls: place,
      pp: { S: listPartition(nameList(message.name), shard) },
      ps: place,
    };
    const isFree = 'attribute_not_exists(pk) OR expires <= :now';
    const now = { ':now': { N: String(Math.floor(this.clock.nowMs() / 1_000)) } };
    return [
      { Put: { TableName, Item, ConditionExpression: isFree, ExpressionAttributeValues: now } },
      ...identityHashes.map((hash) => ({
        Put: { TableName, Item: { ...keyOf(pointerKey(hash, quarantineId)), ...expiry(expiresMs) } },
      })),
    ];
  }

  async get(ids: readonly string[]): Promise<readonly QuarantinedEvent[]> {
    const nowMs = this.clock.nowMs();
    const rows = (await this.rows(ids)).filter((row) => !isExpired(row, nowMs)).map(read);
    const byId = new Map(rows.map((row) => [row.quarantineId, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  /** Also those that have expired and still stand here. */
  private rows(ids: readonly string[]): Promise<readonly Item[]> {
    return this.table.get(ids.map(quarantineKey));
  }

  async list({ name, order, after, most }: QuarantineQuery): ReturnType<Quarantine['list']> {
    const isUp = order === 'oldest';
    const parts = this.parts(name).map((part) =>
      this.table.query(
        {
          ...part,
          ScanIndexForward: isUp,
          ...(after !== undefined && {
            KeyConditionExpression: `#pk = :pk AND #sk ${isUp ? '>' : '<'} :after`,
            ExpressionAttributeNames: { ...part.ExpressionAttributeNames, '#sk': name === undefined ? 'ls' : 'ps' },
            ExpressionAttributeValues: { ...part.ExpressionAttributeValues, ':after': { S: after } },
          }),
        },
        most + 1,
      ),
    );
    const places = (await Promise.all(parts)).flat().map((item) => (item['ls'] ?? item['ps'])!.S!);
    const sorted = places.sort((a, b) => (a < b === isUp ? -1 : 1));
    const found = sorted.slice(0, most);
    const rows = await this.get(found.map((place) => place.slice(place.indexOf('#') + 1)));
    return { rows, ...(sorted.length > most && found.length > 0 && { cursor: found.at(-1)! }) };
  }
  /** The parts of a list, as queries of an index. */
  private parts(name: string | undefined): readonly {
    readonly IndexName: string;
    readonly KeyConditionExpression: string;
    readonly ExpressionAttributeNames: { readonly [mark: string]: string };
    readonly ExpressionAttributeValues: Item;
  }[] {
    const [IndexName, pk, list] = name === undefined ? ['lists', 'lk', allList] : ['people', 'pp', nameList(name)];
    return Array.from({ length: listShards }, (_, shard) => ({
      IndexName,
      KeyConditionExpression: '#pk = :pk',
      ExpressionAttributeNames: { '#pk': pk },
      ExpressionAttributeValues: { ':pk': { S: listPartition(list, shard) } },
    }));
  }

  async remove(ids: readonly string[]): Promise<void> {
    const { name: TableName } = this.table;
    for (const { quarantineId, identityHashes } of (await this.rows(ids)).map(read)) {
      const keys = [quarantineKey(quarantineId), ...identityHashes.map((hash) => pointerKey(hash, quarantineId))];
      const items = keys.map((key) => ({ Delete: { TableName, Key: keyOf(key) } }));
      for (let tries = 1; (await this.table.write(items)) === 'conflict'; tries++)
        if (tries >= mostTries) throw new StoreContended(`Others are always at the event ${quarantineId}.`);
    }
  }

  async count(name?: string): Promise<number> {
    const counts = await Promise.all(this.parts(name).map((part) => this.table.count({ ...part })));
    return counts.reduce((sum, one) => sum + one, 0);
  }

  async ofIdentities(identityHashes: readonly string[]): Promise<readonly string[]> {
    const rows = await Promise.all(
      [...new Set(identityHashes)].map((hash) =>
        this.table.query({
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: quarantineHashPartition(hash) } },
        }),
      ),
    );
    return [...new Set(rows.flat().map((row) => row['sk']!.S!))];
  }

  /** One update for each sort of problem in a request; which part it is added to is told by the instant. */
  async note(notes: readonly ProblemNote[]): Promise<void> {
    await Promise.all(
      notes.map((one) => {
        const { name, mode, code, path, count, atMs } = one;
        const sort = idOf('problem', name, mode, code, path);
        const key = { pk: problemPartition(shardOf(`${sort} ${atMs}`, listShards)), sk: sort };
        const [at, expires] = [{ N: String(atMs) }, expiry(atMs + quarantineMs)['expires']!];
        return this.table.update(key, {
          UpdateExpression:
            'ADD x :x SET f = if_not_exists(f, :at), l = :at, expires = :expires, n = :n, m = :m, c = :c, p = :p',
          ExpressionAttributeValues: {
            ...{ ':x': { N: String(count) }, ':at': at, ':expires': expires },
            ...{ ':n': { S: name }, ':m': { S: mode }, ':c': { S: code }, ':p': { S: path } },
          },
        });
      }),
    );
  }

  async noted(): Promise<readonly ProblemCount[]> {
    const nowMs = this.clock.nowMs();
    const parts = Array.from({ length: listShards }, (_, shard) =>
      this.table.query(
        { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: problemPartition(shard) } } },
        mostNoted,
      ),
    );
    const sums = new Map<string, ProblemCount>();
    for (const row of (await Promise.all(parts)).flat()) {
      const one = readCount(row);
      if (one.lastMs <= nowMs - quarantineMs) continue;
      const sort = row['sk']!.S!;
      const other = sums.get(sort);
      sums.set(sort, other ? summed(one, other) : one);
    }
    return [...sums.values()]
      .sort((a, b) => b.lastMs - a.lastMs || compare(a, b, ['name', 'code', 'path']))
      .slice(0, mostNoted);
  }
}

const pointerKey = (hash: string, quarantineId: string): Key => ({
  pk: quarantineHashPartition(hash),
  sk: quarantineId,
});

function read(row: Item): QuarantinedEvent {
  const atMs = Number(row['at']!.N);
  return {
    ...(unpack(row['b']!.B!) as Json as unknown as Pick<QuarantinedEvent, 'message' | 'problems' | 'identityHashes'>),
    quarantineId: row['pk']!.S!.slice('q#'.length),
    atMs,
    expiresMs: atMs + quarantineMs,
  };
}

const readCount = (row: Item): ProblemCount => ({
  name: row['n']!.S!,
  mode: row['m']!.S as ProblemCount['mode'],
  code: row['c']!.S as ProblemCount['code'],
  path: row['p']!.S!,
  count: Number(row['x']!.N),
  firstMs: Number(row['f']!.N),
  lastMs: Number(row['l']!.N),
});
const summed = (one: ProblemCount, other: ProblemCount): ProblemCount => ({
  ...one,
  count: one.count + other.count,
  firstMs: Math.min(one.firstMs, other.firstMs),
  lastMs: Math.max(one.lastMs, other.lastMs),
});
function compare(a: ProblemCount, b: ProblemCount, keys: readonly ('name' | 'code' | 'path')[]): number {
  const key = keys.find((one) => a[one] !== b[one]);
  return key === undefined ? 0 : a[key] < b[key] ? -1 : 1;
}
