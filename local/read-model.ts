import type { SQLInputValue } from 'node:sqlite';
import type { Enrollment } from '../core/enrollment/enrollment.ts';
import type { Channel } from '../core/journey/document.ts';
import type { JsonObject } from '../core/json.ts';
import type { Delivery, Suppression, SuppressionReason } from '../core/message/delivery.ts';
import type { Message as RenderedMessage } from '../core/message/message.ts';
import type { MergeRow } from '../core/profile/merge-log.ts';
import type { Task } from '../core/task/task.ts';
import {
  cursorOf,
  openCursor,
  type DeliveryFilter,
  type Directory,
  type JourneyCounts,
  type Page,
  type PageQuery,
  type TaskFilter,
  type TimelineItem,
} from '../functions/parts/http/directory.ts';
import type { Outbox } from './outbox.ts';
import type { Database } from './store/database.ts';

type Bodied = { readonly body: string; readonly at: number; readonly id: string };
/** A delivery's id begins with its enrollment's, so a person's deliveries need no index of their own. */
const deliveriesOf = (profileIds: readonly string[]): string =>
  `enrollments CROSS JOIN deliveries ON delivery_id > enrollment_id || '-' AND delivery_id < enrollment_id || '.'
   WHERE enrollments.profile_id IN (${marks(profileIds)})`;
const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

/** Lists over the tables of the embedded home. */
export class ReadModel implements Directory {
  private readonly db: Database;
  private readonly outbox: Outbox;
  constructor(db: Database, outbox: Outbox) {
    this.db = db;
    this.outbox = outbox;
  }

  /**
   * Newest first by `(at, id)`, where an id grows with what was written: at one instant the later comes first. One row more
   * than asked for tells whether there is a next page.
   */
  private newest<T>(
    select: string,
    where: readonly string[],
    values: readonly SQLInputValue[],
    { limit, cursor }: PageQuery,
    read: (row: Bodied) => T,
  ): Page<T> {
    const after = cursor === undefined ? [] : openCursor(cursor);
    const clauses = [...where, ...(cursor === undefined ? [] : ['(at, id) < (?, ?)'])];
    const filter = clauses.length === 0 ? '' : `WHERE ${clauses.join(' AND ')}`;
    const rows = this.db.all<Bodied>(
      `SELECT at, id, body FROM (${select}) ${filter} ORDER BY at DESC, id DESC LIMIT ?`,
      ...values,
      ...after,
      limit + 1,
    );
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return { items: items.map(read), ...(rows.length > limit && last && { next: cursorOf(last.at, last.id) }) };
  }

  async timeline(profileIds: readonly string[], page: PageQuery): Promise<Page<TimelineItem>> {
    const ids = marks(profileIds);
    const events = `SELECT occurred_ms AS at, printf('%015d/0/', version) || event_id || '/' || profile_id AS id, json_object('kind', 'event', 'name', name, 'eventId', event_id, 'event', json(body)) AS body FROM events WHERE profile_id IN (${ids})`;
    const deliveries = `SELECT deliveries.at_ms, printf('a/%015d', deliveries.rowid), json_object('kind', 'delivery', 'name', json_extract(deliveries.body, '$.template'), 'delivery', json(deliveries.body)) FROM ${deliveriesOf(profileIds)}`;
    const facts = `SELECT at_ms, printf('%015d/1/%05d/', version, idx) || profile_id, json_object('kind', kind, 'name', name, 'detail', json(detail)) FROM facts WHERE profile_id IN (${ids}) AND kind IN ('segment', 'enrollment', 'consent', 'conflict')`;
    const tasks = `SELECT created_ms, printf('b/%015d', rowid), json_object('kind', 'task', 'name', queue, 'task', json(body)) FROM tasks WHERE profile_id IN (${ids})`;
    const values = [...profileIds, ...profileIds, ...profileIds, ...profileIds];
    return this.newest(
      `${events} UNION ALL ${deliveries} UNION ALL ${facts} UNION ALL ${tasks}`,
      [],
      values,
      page,
      ({ at, body }) => timelineItem(at, JSON.parse(body) as RawItem),
    );
  }

  async mergesOf(profileIds: readonly string[], page: PageQuery): Promise<Page<MergeRow>> {
    const select = `SELECT at_ms AS at, printf('%010d/', body ->> 'version') || merged_id AS id, body FROM merges WHERE profile_id IN (${marks(profileIds)})`;
    return this.newest(select, [], profileIds, page, (row) => JSON.parse(row.body) as MergeRow);
  }
  async enrollmentsOf(profileIds: readonly string[], page: PageQuery): Promise<Page<Enrollment>> {
    const select = `SELECT entered_ms AS at, printf('%015d', rowid) AS id, body FROM enrollments WHERE profile_id IN (${marks(profileIds)})`;
    return this.newest(select, [], profileIds, page, (row) => JSON.parse(row.body) as Enrollment);
  }
  async deliveriesOf(profileIds: readonly string[], page: PageQuery): Promise<Page<Delivery>> {
    const select = `SELECT deliveries.at_ms AS at, printf('%015d', deliveries.rowid) AS id, deliveries.body FROM ${deliveriesOf(profileIds)}`;
    return this.newest(select, [], profileIds, page, (row) => JSON.parse(row.body) as Delivery);
  }

  async members(
    kind: 'segment' | 'audience' | 'group',
    id: string,
    page: PageQuery,
  ): Promise<Page<{ readonly profileId: string; readonly sinceMs: number }>> {
    this.db.lists.bringUp();
    const select =
      'SELECT since_ms AS at, profile_id AS id, profile_id AS body FROM members WHERE kind = ? AND members.id = ?';
    return this.newest(select, [], [kind, id], page, (row) => ({ profileId: row.id, sinceMs: row.at }));
  }
  async memberCounts(kind: 'segment' | 'audience'): Promise<{ readonly [id: string]: number }> {
    this.db.lists.bringUp();
    return this.counts('SELECT id AS name, count(*) AS n FROM members WHERE kind = ? GROUP BY id', kind);
  }
  private counts(sql: string, ...values: SQLInputValue[]): { readonly [name: string]: number } {
    return Object.fromEntries(this.db.all<{ name: string; n: number }>(sql, ...values).map((row) => [row.name, row.n]));
  }

  async enrollmentsIn(journeyId: string, status: string | undefined, page: PageQuery): Promise<Page<Enrollment>> {
    const select = `SELECT entered_ms AS at, printf('%015d', rowid) AS id, body FROM enrollments WHERE journey_id = ?`;
    const more = status === undefined ? '' : ' AND status = ?';
    return this.newest(
      select + more,
      [],
      status === undefined ? [journeyId] : [journeyId, status],
      page,
      (row) => JSON.parse(row.body) as Enrollment,
    );
  }

  async journeyCounts(journeyId: string): Promise<JourneyCounts> {
    type Row = { step: string; outcome: string; n: number };
    const outcomes = this.db.all<Row>(
      'SELECT step_id AS step, coalesce(reason, status) AS outcome, count(*) AS n FROM deliveries WHERE journey_id = ? GROUP BY 1, 2',
      journeyId,
    );
    const deliveries: { [step: string]: { [outcome: string]: number } } = {};
    for (const { step, outcome, n } of outcomes) (deliveries[step] ??= {})[outcome] = n;
    return {
      byStatus: this.counts(
        'SELECT status AS name, count(*) AS n FROM enrollments WHERE journey_id = ? GROUP BY status',
        journeyId,
      ),
      byReason: this.counts(
        `SELECT coalesce(reason, status) AS name, count(*) AS n FROM enrollments WHERE journey_id = ? AND status IN ('exited', 'completed', 'failed') GROUP BY 1`,
        journeyId,
      ),
      reached: this.counts(
        `SELECT step.value AS name, count(*) AS n FROM enrollments, json_each(enrollments.body, '$.path') AS step WHERE journey_id = ? GROUP BY 1`,
        journeyId,
      ),
      standing: this.counts(
        `SELECT step_id AS name, count(*) AS n FROM enrollments WHERE journey_id = ? AND status = 'active' GROUP BY 1`,
        journeyId,
      ),
      goals:
        this.db.get<{ n: number }>('SELECT count(goal_ms) AS n FROM enrollments WHERE journey_id = ?', journeyId)?.n ??
        0,
      deliveries,
    };
  }

  async deliveries({ journeyId, channel, status }: DeliveryFilter, page: PageQuery): Promise<Page<Delivery>> {
    const named = { journey_id: journeyId, channel, status } as const;
    const given = Object.entries(named).filter(
      (entry): entry is [keyof typeof named, string] => entry[1] !== undefined,
    );
    // Outside the store an authorised message that is being handed over reads as pending.
    const where = given.map(([name, value]) =>
      name === 'status' && value === 'pending' ? `status IN ('pending', 'handing')` : `${name} = ?`,
    );
    const values = given
      .filter(([name, value]) => !(name === 'status' && value === 'pending'))
      .map(([, value]) => value);
    const select = `SELECT at_ms AS at, printf('%015d', rowid) AS id, body, journey_id, channel, status FROM deliveries`;
    return this.newest(select, where, values, page, (row) => JSON.parse(row.body) as Delivery);
  }
  async tasks({ queue, status }: TaskFilter, page: PageQuery): Promise<Page<Task>> {
    const where = [...(queue === undefined ? [] : ['queue = ?']), ...(status === undefined ? [] : ['status = ?'])];
    const values = [queue, status].filter((value) => value !== undefined);
    const select = `SELECT created_ms AS at, printf('%015d', rowid) AS id, body, queue, status FROM tasks`;
    return this.newest(select, where, values, page, (row) => JSON.parse(row.body) as Task);
  }
  async message(deliveryId: string): Promise<RenderedMessage | undefined> {
    return this.outbox.message(deliveryId);
  }

  async refusalsOf(
    profileIds: readonly string[],
    journeyId: string,
  ): Promise<readonly { readonly atMs: number; readonly reason: string }[]> {
    const sql = `SELECT at_ms, json_extract(detail, '$.refused') AS reason FROM facts
      WHERE profile_id IN (${marks(profileIds)}) AND kind = 'entry' AND name = ? ORDER BY at_ms DESC, version DESC, idx DESC LIMIT 100`;
    const rows = this.db.all<{ at_ms: number; reason: string }>(sql, ...profileIds, journeyId);
    return rows.map((row) => ({ atMs: row.at_ms, reason: row.reason }));
  }

  async suppressions(
    channel: string | undefined,
    addressHash: string | undefined,
    page: PageQuery,
  ): Promise<Page<Suppression>> {
    const where = [
      ...(channel === undefined ? [] : ['channel = ?']),
      ...(addressHash === undefined ? [] : ['address_hash = ?']),
    ];
    const values = [channel, addressHash].filter((value) => value !== undefined);
    const select = `SELECT at_ms AS at, channel || '/' || address_hash || '/' || reason AS id, json_array(channel, address_hash, reason, source, purpose) AS body, channel, address_hash FROM suppressions`;
    return this.newest(select, where, values, page, ({ at, body }) => {
      type Packed = [Channel, string, SuppressionReason, string | null, 'marketing' | null];
      const [name, hash, reason, source, purpose] = JSON.parse(body) as Packed;
      const more = { ...(source !== null && { source }), ...(purpose !== null && { purpose }) };
      return { channel: name, addressHash: hash, reason, atMs: at, ...more };
    });
  }
}

type RawItem = { readonly kind: TimelineItem['kind']; readonly name: string; readonly [key: string]: unknown };

function timelineItem(atMs: number, { kind, name, ...rest }: RawItem): TimelineItem {
  return { kind, atMs, name, detail: rest as JsonObject };
}
