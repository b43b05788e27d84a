import { CursorInvalid } from '../../functions/parts/http/directory.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Ids, PersonalData, PersonIds } from '../../core/ports.ts';
import { tombstoneOf, type Receipt } from '../../core/privacy/erasure.ts';
import { exportedProfile } from '../../core/privacy/exported-profile.ts';
import type { HoldingId } from '../../core/privacy/inventory.ts';
import { suppressionsOf } from '../../core/privacy/names.ts';
import { quarantinedOf } from '../../core/privacy/quarantined.ts';
import type { Outbox } from '../outbox.ts';
import type { Database } from './database.ts';
import type { SqliteProfileStore } from './profile-store.ts';
import type { Kept } from './outgoing-facts.ts';
import { SqliteQuarantine } from './quarantine.ts';
import { writeTombstone } from './write-rows.ts';

/** Rows deleted in one write: others get their turn between two. */
const mostAtOnce = 500;

/** Ids of a person, as `json_each` takes them: the first value of each statement. */
const whose = 'profile_id IN (SELECT value FROM json_each(?))';
const theirDeliveries = `SELECT delivery_id FROM enrollments CROSS JOIN deliveries ON delivery_id > enrollment_id || '-' AND delivery_id < enrollment_id || '.'
  WHERE enrollments.${whose}`;

interface Page {
  readonly after?: string;
  readonly most: number;
}
interface Rows {
  readonly table: string;
  readonly where: string;
}
/** Where the rows of a kind lie, in the order in which they go. */
const places: { readonly [holding in HoldingId]?: readonly Rows[] } = {
  events: [
    { table: 'events', where: whose },
    { table: 'commit_facts', where: whose },
  ],
  messages: [{ table: 'outbox', where: `delivery_id IN (${theirDeliveries})` }],
  deliveries: [{ table: 'deliveries', where: `delivery_id IN (${theirDeliveries})` }],
  executions: [{ table: 'executions', where: whose }],
  exposures: [{ table: 'exposures', where: whose }],
  tasks: [{ table: 'tasks', where: whose }],
  enrollments: [{ table: 'enrollments', where: whose }],
  guards: [{ table: 'guards', where: whose }],
  memberships: [
    { table: 'members', where: whose },
    { table: 'memberships', where: whose },
  ],
  // The one that goes on with the erasure stays until it is over.
  due: [{ table: 'due', where: `${whose} AND subject <> 'erasure'` }],
  merges: [{ table: 'merges', where: whose }],
};

/** What is kept of people in the embedded home. */
export class SqlitePersonalData implements PersonalData {
  readonly place = 'home';
  private readonly db: Database;
  readonly store: SqliteProfileStore;
  readonly quarantine: SqliteQuarantine;
  private readonly outbox: Outbox;
  readonly ids: Pick<Ids, 'tombstone' | 'addressHash'>;

  constructor(db: Database, store: SqliteProfileStore, outbox: Outbox, ids: Pick<Ids, 'tombstone' | 'addressHash'>) {
    this.db = db;
    this.store = store;
    // Also what has expired and still stands there.
    this.quarantine = new SqliteQuarantine(db, { nowMs: () => 0 });
    this.outbox = outbox;
    this.ids = ids;
  }

  async read(
    holding: HoldingId,
    person: PersonIds,
    page: Page,
  ): Promise<{ readonly rows: readonly JsonObject[]; readonly next?: string }> {
    if (holding === 'profile') return { rows: await this.profile(person) };
    if (holding === 'quarantined')
      return (await quarantinedOf(person, this, page)) as unknown as { readonly rows: readonly JsonObject[] };
    if (holding === 'suppressions') return this.suppressions(person, page);
    const all = places[holding] ?? [];
    const [at, key] = openPlace(page.after, all.length);
    const place = all[at];
    if (!place) return { rows: [] };
    const found = this.rowsOf(place, person, page.most + 1, key);
    const some = found.slice(0, page.most);
    const rows = some.map(({ row }) => this.opened(holding, JSON.parse(row) as JsonObject));
    const next =
      found.length > page.most ? `${at}:${some.at(-1)!.key}` : at + 1 < all.length ? `${at + 1}:` : undefined;
    return { rows, ...(next !== undefined && { next }) };
  }
  /** Rows of one table, in order of what names them, each with that. */
  private rowsOf(
    { table, where }: Rows,
    person: PersonIds,
    most: number,
    after: readonly (string | number)[] | undefined,
  ): readonly { readonly row: string; readonly key: string }[] {
    const keys = keysOf(this.db, table);
    if (after && after.length !== keys.split(', ').length) throw new CursorInvalid();
    const isAfter = after ? ` AND (${keys}) > (${after.map(() => '?').join(', ')})` : '';
    return this.db.all(
      `SELECT ${columns(this.db, table)} AS row, json_array(${keys}) AS key FROM ${table} WHERE ${where}${isAfter} ORDER BY ${keys} LIMIT ?`,
      idsOf(person),
      ...(after ?? []),
      most,
    );
  }
  /** A row as it is on AWS too: its body, and of what has none its columns. */
  private opened(holding: HoldingId, row: JsonObject): JsonObject {
    const { body, facts, ...columns } = Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
        value,
      ]),
    ) as JsonObject & { readonly body?: JsonObject; readonly facts?: readonly Kept[] | null };
    if (holding === 'messages') {
      const { deliveryId, handedMs } = columns;
      return { deliveryId, handedMs, message: this.outbox.message(String(deliveryId)) } as unknown as JsonObject;
    }
    if (holding !== 'events') return body ?? columns;
    const told = (facts ?? []).map(([kind, name, atMs, detail]) => ({ kind, name, atMs, detail }));
    return { ...columns, ...body, ...(told.length > 0 && { facts: told }) } as unknown as JsonObject;
  }
  private async profile({ profileId }: PersonIds): Promise<readonly JsonObject[]> {
    const loaded = await this.store.load(profileId);
    return loaded ? [exportedProfile(loaded.profile)] : [];
  }
  private async suppressions({ profileId }: PersonIds, page: Page): ReturnType<typeof suppressionsOf> {
    const loaded = await this.store.load(profileId);
    return loaded ? suppressionsOf(loaded.profile, this, page) : { rows: [] };
  }

  async erase(holding: HoldingId, person: PersonIds, askedMs: number): Promise<number> {
    if (holding === 'memberships') this.db.lists.bringUp();
    if (holding === 'mergedProfiles') return this.eraseMerged(person);
    if (holding === 'messages') return this.eraseMessages(person);
    if (holding === 'quarantined') return this.eraseQuarantined(person, askedMs);
    const gone = this.db.write(() => {
      if (holding === 'events') this.entomb(person, askedMs);
      let left = mostAtOnce;
      for (const { table, where } of places[holding] ?? []) {
        const keys = keysOf(this.db, table);
        const some = `SELECT ${keys} FROM ${table} WHERE ${where} ORDER BY ${keys} LIMIT ?`;
        const sql = `DELETE FROM ${table} WHERE (${keys}) IN (${some})`;
        if (left > 0) left -= Number(this.db.run(sql, idsOf(person), left).changes);
      }
      return mostAtOnce - left;
    });
    if (holding === 'enrollments') this.store.forget(person);
    return gone;
  }

  /** The events that go next are known by the hash of their ids from then on. */
  private entomb(person: PersonIds, askedMs: number): void {
    const sql = `SELECT event_id FROM events WHERE ${whose} ORDER BY ${keysOf(this.db, 'events')} LIMIT ?`;
    for (const { event_id } of this.db.all<{ event_id: string }>(sql, idsOf(person), mostAtOnce))
      writeTombstone(this.db, this.ids.tombstone(tombstoneOf.message(event_id)), askedMs);
  }
  /** Sent again, they are known by the hash of their ids. */
  private async eraseQuarantined(person: PersonIds, askedMs: number): Promise<number> {
    for (let after: string | undefined, isMore = true; isMore;) {
      const page = { most: mostAtOnce, withNobodys: true, ...(after !== undefined && { after }) };
      const { rows, next } = await quarantinedOf(person, this, page);
      this.db.write(() => {
        for (const { message } of rows)
          writeTombstone(this.db, this.ids.tombstone(tombstoneOf.message(message.messageId)), askedMs);
      });
      await this.quarantine.remove(rows.map(({ quarantineId }) => quarantineId));
      if (rows.length > 0) return rows.length;
      after = next;
      isMore = after !== undefined;
    }
    return 0;
  }
  private eraseMessages(person: PersonIds): number {
    const sql = `SELECT delivery_id FROM outbox WHERE delivery_id IN (${theirDeliveries}) LIMIT ?`;
    const found = this.db.all<{ delivery_id: string }>(sql, idsOf(person), mostAtOnce);
    for (const { delivery_id } of found) this.outbox.erase(delivery_id);
    return found.length;
  }
  private eraseMerged({ mergedIds }: PersonIds): number {
    const gone = this.db.write(() => {
      const sql = 'DELETE FROM profiles WHERE profile_id IN (SELECT value FROM json_each(?))';
      return Number(this.db.run(sql, JSON.stringify(mergedIds)).changes);
    });
    this.store.forget({ profileId: '', mergedIds });
    return gone;
  }

  /** Facts that are still to be carried out lie in the rows that would go. */
  async isSettled(person: PersonIds): Promise<boolean> {
    return this.db.get(`SELECT 1 FROM outgoing WHERE ${whose} LIMIT 1`, idsOf(person)) === undefined;
  }

  async receipt(erasureId: string): Promise<Receipt | undefined> {
    const row = this.db.get<{ body: string }>('SELECT body FROM erasures WHERE erasure_id = ?', erasureId);
    return row && (JSON.parse(row.body) as Receipt);
  }
  async receipts({
    limit,
    cursor,
  }: {
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly items: readonly Receipt[]; readonly next?: string }> {
    const after = cursor === undefined ? undefined : receiptAt(cursor);
    const rows = this.db.all<{ body: string }>(
      `SELECT body FROM erasures ${after ? 'WHERE (at_ms, erasure_id) < (?, ?)' : ''} ORDER BY at_ms DESC, erasure_id DESC LIMIT ?`,
      ...(after ?? []),
      limit + 1,
    );
    const items = rows.slice(0, limit).map(({ body }) => JSON.parse(body) as Receipt);
    const last = items.at(-1);
    return { items, ...(rows.length > limit && last && { next: `${last.askedMs}:${last.erasureId}` }) };
  }

  async scrub(): Promise<void> {
    this.db.scrub();
  }
}

/** @throws CursorInvalid for a cursor that no page gave */
function receiptAt(cursor: string): readonly [atMs: number, erasureId: string] {
  const [, at, id] = /^(\d{1,15}):(.+)$/s.exec(cursor) ?? [];
  if (at === undefined) throw new CursorInvalid();
  return [Number(at), id!];
}
/** The table that a page is of, and what names the row after which it begins. */
function openPlace(
  cursor: string | undefined,
  tables: number,
): readonly [at: number, after?: readonly (string | number)[]] {
  if (cursor === undefined) return [0];
  const [, at, key] = /^(\d{1,2}):(.*)$/s.exec(cursor) ?? [];
  if (at === undefined || Number(at) >= tables) throw new CursorInvalid();
  return key === '' ? [Number(at)] : [Number(at), keyIn(key!)];
}
function keyIn(text: string): readonly (string | number)[] {
  try {
    const key = JSON.parse(text) as unknown;
    if (Array.isArray(key) && key.every((one) => typeof one === 'string' || typeof one === 'number')) return key;
  } catch {
    // Said below.
  }
  throw new CursorInvalid();
}
const idsOf = ({ profileId, mergedIds }: PersonIds): string => JSON.stringify([profileId, ...mergedIds]);

type Column = { readonly name: string; readonly pk: number };
const columnsOf = (db: Database, table: string): readonly Column[] =>
  db.all<Column>('SELECT name, pk FROM pragma_table_info(?)', table);
/** What names a row of a table. */
const keysOf = (db: Database, table: string): string =>
  columnsOf(db, table)
    .filter(({ pk }) => pk > 0)
    .toSorted((a, b) => a.pk - b.pk)
    .map(({ name }) => name)
    .join(', ');
/** A row as one object of JSON: what a column holds as JSON is part of it. */
const columns = (db: Database, table: string): string => {
  const parts = columnsOf(db, table).map(({ name }) =>
    name === 'body' || name === 'facts' ? `'${name}', json(${name})` : `'${name}', ${name}`,
  );
  return `json_object(${parts.join(', ')})`;
};
