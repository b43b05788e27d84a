import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { JsonObject } from '../../core/json.ts';
import type { Clock, Ids, PersonalData, PersonIds, ProfileStore } from '../../core/ports.ts';
import { erasureDelayMs, tombstoneOf, type Receipt } from '../../core/privacy/erasure.ts';
import { exportedProfile } from '../../core/privacy/exported-profile.ts';
import type { HoldingId } from '../../core/privacy/inventory.ts';
import { suppressionsOf } from '../../core/privacy/names.ts';
import { quarantinedOf } from '../../core/privacy/quarantined.ts';
import { CursorInvalid } from '../parts/http/directory.ts';
import { inTurns } from '../parts/in-turns.ts';
import { DynamoQuarantine } from './quarantine.ts';
import { factsIn, isExpired, readEvent } from './table/event-rows.ts';
import {
  coldKey,
  deliveryKey,
  enrollmentKey,
  erasureKey,
  eventPrefix,
  factsPrefix,
  guardPrefix,
  hotKey,
  listPartition,
  listShards,
  mergePrefix,
  messageKey,
  profilePartition,
  taskKey,
  type Key,
} from './table/keys.ts';
import { newestRows } from './table/newest.ts';
import { unpack } from './table/pack.ts';
import type { Item } from './table/profile-rows.ts';
import { readDelivery, readEnrollment, readErasure, readMerge, readTask, tombstoneItem } from './table/rows.ts';
import { Table } from './table/table.ts';

/** Rows taken away in one go, and how many of them at the same time. */
const mostAtOnce = 200;
const atTheSameTime = 16;

/** Where rows of a kind lie: under the person, or in the index of who they are about. */
type Place =
  | { readonly under: string; readonly read: (item: Item) => unknown }
  | {
      readonly listed: 'n#' | 'd#' | 'k#';
      readonly keyOf: (id: string) => Key;
      readonly read: (item: Item) => unknown;
    };

const readGuard = (item: Item): unknown => {
  const [, journeyId, ...key] = item['sk']!.S!.split('#');
  return { journeyId, key: key.join('#'), enteredMs: Number(item['at']!.N), enrollmentId: item['n']!.S! };
};
const readMessage = (item: Item): unknown => ({
  deliveryId: item['pk']!.S!.slice(2),
  message: unpack(item['b']!.B!),
});

const places: { readonly [holding in HoldingId]?: readonly Place[] } = {
  events: [
    { under: eventPrefix, read: (item) => ({ ...readEvent(item), facts: factsIn(item) }) },
    { under: factsPrefix, read: (item) => ({ facts: factsIn(item) }) },
  ],
  messages: [{ listed: 'd#', keyOf: messageKey, read: readMessage }],
  deliveries: [{ listed: 'd#', keyOf: deliveryKey, read: readDelivery }],
  tasks: [{ listed: 'k#', keyOf: taskKey, read: readTask }],
  enrollments: [{ listed: 'n#', keyOf: enrollmentKey, read: readEnrollment }],
  guards: [{ under: guardPrefix, read: readGuard }],
  merges: [{ under: mergePrefix, read: readMerge }],
};

/** What is kept of people on AWS, in the table; what lies elsewhere goes by itself, as the inventory says. */
export class DynamoPersonalData implements PersonalData {
  readonly place = 'aws';
  private readonly table: Table;
  readonly store: Pick<ProfileStore, 'load' | 'owners' | 'suppressions'>;
  readonly quarantine: DynamoQuarantine;
  readonly ids: Pick<Ids, 'tombstone' | 'addressHash'>;
  private readonly clock: Pick<Clock, 'nowMs'>;

  constructor(
    client: DynamoDBClient,
    tableName: string,
    {
      profiles,
      ids,
      clock,
    }: {
      readonly profiles: Pick<ProfileStore, 'load' | 'owners' | 'suppressions'>;
      readonly ids: Pick<Ids, 'tombstone' | 'addressHash'>;
      readonly clock: Pick<Clock, 'nowMs'>;
    },
  ) {
    this.table = new Table(client, tableName);
    this.store = profiles;
    // Also what has expired and still stands there.
    this.quarantine = new DynamoQuarantine(client, tableName, { nowMs: () => 0 });
    this.ids = ids;
    this.clock = clock;
  }

  async read(
    holding: HoldingId,
    person: PersonIds,
    page: { readonly after?: string; readonly most: number },
  ): Promise<{ readonly rows: readonly JsonObject[]; readonly next?: string }> {
    if (holding === 'profile' || holding === 'suppressions') return this.ofProfile(holding, person, page);
    if (holding === 'quarantined')
      return (await quarantinedOf(person, this, page)) as unknown as { readonly rows: readonly JsonObject[] };
    const { after, most } = page;
    const parts = partsOf(holding, person);
    const [at, key] = openCursor(after, parts.length);
    const part = parts[at];
    if (!part) return { rows: [] };
    const nowMs = this.clock.nowMs();
    const { items, last } = await this.rowsOf(part, most, key);
    const rows = items.filter((item) => !isExpired(item, nowMs)).map((item) => part.place.read(item) as JsonObject);
    const next = last !== undefined ? `${at}:${last}` : at + 1 < parts.length ? `${at + 1}:` : undefined;
    return { rows, ...(next !== undefined && { next }) };
  }
  private async ofProfile(
    holding: 'profile' | 'suppressions',
    { profileId }: PersonIds,
    page: { readonly after?: string; readonly most: number },
  ): Promise<{ readonly rows: readonly JsonObject[]; readonly next?: string }> {
    const profile = (await this.store.load(profileId))?.profile;
    if (!profile) return { rows: [] };
    if (holding === 'profile') return { rows: [exportedProfile(profile)] };
    return suppressionsOf(profile, this, page);
  }

  /** Rows of a kind under one id, and the place after which the next ones lie. */
  private async rowsOf(
    { profileId, place }: Part,
    most: number,
    after?: string,
  ): Promise<{ readonly items: readonly Item[]; readonly last?: string }> {
    if ('under' in place) {
      const items = await this.table.query(
        {
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: {
            ':pk': { S: profilePartition(profileId) },
            ':from': { S: after === undefined ? place.under : `${after}\u0001` },
            ':to': { S: `${place.under}\uffff` },
          },
        },
        most,
      );
      return { items, ...(items.length === most && { last: items.at(-1)!['sk']!.S! }) };
    }
    const found = await this.table.query(
      {
        IndexName: 'people',
        KeyConditionExpression: after === undefined ? 'pp = :pp' : 'pp = :pp AND ps > :after',
        ExpressionAttributeValues: {
          ':pp': { S: profileId },
          ...(after !== undefined && { ':after': { S: after } }),
        },
      },
      most,
    );
    const keys = found
      .filter((item) => item['pk']!.S!.startsWith(place.listed))
      .map((item) => place.keyOf(item['pk']!.S!.slice(place.listed.length)));
    const items = await this.table.get(keys);
    return { items, ...(found.length === most && { last: found.at(-1)!['ps']!.S! }) };
  }

  async erase(holding: HoldingId, person: PersonIds, askedMs: number): Promise<number> {
    if (holding === 'mergedProfiles') return this.eraseMerged(person);
    if (holding === 'quarantined') return this.eraseQuarantined(person, askedMs);
    for (const part of partsOf(holding, person)) {
      for (let after: string | undefined; ;) {
        const { items, last } = await this.rowsOf(part, mostAtOnce, after);
        if (items.length > 0) {
          await inTurns(items, atTheSameTime, (item) => this.eraseRow(item, holding, askedMs));
          return items.length;
        }
        if (last === undefined) break;
        after = last;
      }
    }
    return 0;
  }
  private async eraseRow(item: Item, holding: HoldingId, askedMs: number): Promise<void> {
    const key = { pk: item['pk']!.S!, sk: item['sk']!.S! };
    if (holding === 'events' && key.sk.startsWith(eventPrefix)) {
      const hash = this.ids.tombstone(tombstoneOf.message(key.sk.slice(eventPrefix.length)));
      const expires = item['expires']?.N;
      const expiresMs = expires === undefined ? {} : { expiresMs: Number(expires) * 1_000 };
      await this.table.put(tombstoneItem({ hash, atMs: askedMs, ...expiresMs }));
    }
    await this.table.delete(key);
  }
  /** Sent again, they are known by the hash of their ids. */
  private async eraseQuarantined(person: PersonIds, askedMs: number): Promise<number> {
    for (let after: string | undefined, isMore = true; isMore;) {
      const page = { most: mostAtOnce, withNobodys: true, ...(after !== undefined && { after }) };
      const { rows, next } = await quarantinedOf(person, this, page);
      await inTurns(rows, atTheSameTime, ({ message }) => {
        const hash = this.ids.tombstone(tombstoneOf.message(message.messageId));
        return this.table.put(tombstoneItem({ hash, atMs: askedMs }));
      });
      await this.quarantine.remove(rows.map(({ quarantineId }) => quarantineId));
      if (rows.length > 0) return rows.length;
      after = next;
      isMore = after !== undefined;
    }
    return 0;
  }
  private async eraseMerged({ mergedIds }: PersonIds): Promise<number> {
    const rows = await this.table.get(mergedIds.flatMap((id) => [hotKey(id), coldKey(id)]));
    await inTurns(rows, atTheSameTime, (row) => this.eraseRow(row, 'mergedProfiles', 0));
    return rows.length;
  }

  /** The relay has had a minute for what the last commit told. */
  async isSettled(_: PersonIds, askedMs: number): Promise<boolean> {
    return this.clock.nowMs() - askedMs >= erasureDelayMs;
  }

  async receipt(erasureId: string): Promise<Receipt | undefined> {
    const [row] = await this.table.get([erasureKey(erasureId)]);
    return row && readErasure(row);
  }
  async receipts(page: {
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly items: readonly Receipt[]; readonly next?: string }> {
    const partitions = Array.from({ length: listShards }, (_, shard) => listPartition('z', shard));
    const { items, ...next } = await newestRows(
      this.table,
      { partitions, index: { name: 'lists', pk: 'lk', sk: 'ls' } },
      page,
    );
    const rows = await this.table.get(items.map(({ item }) => ({ pk: item['pk']!.S!, sk: item['sk']!.S! })));
    const byKey = new Map(rows.map((row) => [row['pk']!.S!, readErasure(row)]));
    return { items: items.flatMap(({ item }) => byKey.get(item['pk']!.S!) ?? []), ...next };
  }

  /** What is deleted from the table can be read in no file of ours. */
  async scrub(): Promise<void> {}
}

/** Rows of one kind under one of a person's ids. */
interface Part {
  readonly profileId: string;
  readonly place: Place;
}
const partsOf = (holding: HoldingId, { profileId, mergedIds }: PersonIds): readonly Part[] =>
  (places[holding] ?? []).flatMap((place) => [profileId, ...mergedIds].map((id) => ({ profileId: id, place })));

function openCursor(cursor: string | undefined, parts: number): readonly [at: number, after?: string] {
  if (cursor === undefined) return [0];
  const [, at, after] = /^(\d{1,4}):(.*)$/s.exec(cursor) ?? [];
  if (at === undefined || Number(at) >= parts) throw new CursorInvalid();
  return after === '' ? [Number(at)] : [Number(at), after!];
}
