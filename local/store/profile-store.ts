import type { Stop, StopKind, Stops } from '../../core/control/stop.ts';
import type { EntryGuard, Enrollment } from '../../core/enrollment/enrollment.ts';
import type { StoredEvent } from '../../core/event/event.ts';
import type { Ruling } from '../../core/experiment/ruling.ts';
import type { Channel } from '../../core/journey/document.ts';
import { blocks, type Delivery, type Suppression, type SuppressionReason } from '../../core/message/delivery.ts';
import type { Change, DueRow, HistoryFilter, IdentityKey, Loaded, PersonIds, ProfileStore } from '../../core/ports.ts';
import type { MergeRow } from '../../core/profile/merge-log.ts';
import { groupsSubject, walkSubject } from '../../core/group/subjects.ts';
import type { Profile } from '../../core/profile/profile.ts';
import type { Task } from '../../core/task/task.ts';
import type { Database } from './database.ts';
import { OutgoingFacts, type QueuedFact } from './outgoing-facts.ts';
import { readHistory } from './read-history.ts';
import { readRulings, writeExposures } from './experiments.ts';
import { readMemberships } from './member-lists.ts';
import { Conflict, writeGroupMembers, writeRows } from './write-rows.ts';

/** Profiles kept decoded; about 3 KB each. */
const mostCached = 10_000;

/** Enrollments kept decoded; about 2 KB each. */
const mostRows = 2_000;

/** Puts an entry at the young end of a bounded map, whose oldest entry goes. */
function keepLatest<V>(map: Map<string, V>, key: string, value: V, most: number): V {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value!);
  return value;
}

interface ProfileRow {
  readonly version: number;
  readonly body: string;
  readonly memberships: string | null;
}
/** Rows as `readProfile` takes them. */
export const selectProfiles =
  'SELECT version, profiles.body, memberships.body AS memberships FROM profiles LEFT JOIN memberships USING (profile_id)';
export function readProfile({ version, body, memberships }: ProfileRow): Loaded {
  const none = { segments: {}, audiences: {} };
  return { version, profile: { ...none, ...(JSON.parse(body) as object), ...readMemberships(memberships) } as Profile };
}

/** What one commit leaves to be remembered. */
interface Applied {
  readonly written: readonly Loaded[];
  readonly outgoing: readonly QueuedFact[];
}

/** The profile store on SQLite. Reads and writes happen at once; only durability is waited for. */
export class SqliteProfileStore implements ProfileStore {
  private readonly db: Database;
  private readonly cache = new Map<string, Loaded>();
  private readonly dirty = new Map<string, Loaded>();
  /** Of the dirty, those whose memberships have changed. */
  private readonly moved = new Set<string>();
  private readonly rows = new Map<string, Enrollment>();
  private readonly facts: OutgoingFacts;
  /** How often somebody met a variant, or something came of it, since this store was opened. */
  exposureChanges = 0;
  /** Told of each commit that wrote outgoing facts. */
  onFacts: (() => void) | undefined;
  /** Told of each word that a decision itself has written. */
  onStop: ((stop: Stop) => void) | undefined;
  /** Told when a due row is written. */
  onDue: (() => void) | undefined;

  constructor(db: Database) {
    this.db = db;
    this.facts = new OutgoingFacts(db);
    db.beforeFlush.push(() => this.writeDirty());
  }

  private read(profileId: string): Loaded | undefined {
    const cached = this.dirty.get(profileId) ?? this.cache.get(profileId);
    if (cached) {
      this.cache.delete(profileId);
      this.cache.set(profileId, cached);
      return cached;
    }
    const row = this.db.get<ProfileRow>(`${selectProfiles} WHERE profile_id = ?`, profileId);
    return row && this.remember(readProfile(row));
  }
  /** Of people who are being erased nothing is kept in memory that the tables do not hold. */
  forget({ profileId, mergedIds }: PersonIds): void {
    const ids = new Set([profileId, ...mergedIds]);
    for (const id of mergedIds) {
      this.cache.delete(id);
      this.dirty.delete(id);
      this.moved.delete(id);
    }
    for (const [enrollmentId, row] of this.rows) if (ids.has(row.profileId)) this.rows.delete(enrollmentId);
  }
  private remember(loaded: Loaded): Loaded {
    return keepLatest(this.cache, loaded.profile.profileId, loaded, mostCached);
  }

  async load(profileId: string): Promise<Loaded | undefined> {
    let loaded = this.read(profileId);
    while (loaded?.profile.mergedInto !== undefined) loaded = this.read(loaded.profile.mergedInto);
    return loaded;
  }

  async owners(keys: readonly IdentityKey[]): Promise<ReadonlyMap<IdentityKey, string>> {
    const found = new Map<IdentityKey, string>();
    for (const key of keys) {
      const row = this.db.get<{ profile_id: string }>('SELECT profile_id FROM identities WHERE key = ?', key);
      if (row) found.set(key, row.profile_id);
    }
    return found;
  }

  async commit(change: Change): Promise<'committed' | 'conflict'> {
    let applied: Applied;
    try {
      applied = this.db.write(() => {
        const done = this.apply(change);
        // Inside the write: a full group is committed at its end, and must hold its profiles.
        for (const loaded of done.written) this.soil(loaded);
        return done;
      });
    } catch (error) {
      if (error instanceof Conflict) return 'conflict';
      throw error;
    }
    for (const loaded of applied.written) this.remember(loaded);
    for (const { row } of change.enrollments ?? []) keepLatest(this.rows, row.enrollmentId, row, mostRows);
    this.facts.committed(applied.outgoing);
    if (applied.outgoing.length > 0) this.onFacts?.();
    if (change.due?.length) this.onDue?.();
    for (const stop of change.stops ?? []) this.onStop?.(stop);
    return 'committed';
  }

  /** Notes what is to be written of a profile with the group. */
  private soil(loaded: Loaded): void {
    const { profile } = loaded;
    const { profileId } = profile;
    const before = this.read(profileId)?.profile;
    if (!before || before.segments !== profile.segments || before.audiences !== profile.audiences) {
      this.moved.add(profileId);
      this.db.lists.note(profileId, before, profile);
    }
    this.dirty.set(profileId, loaded);
  }

  private apply(change: Change): Applied {
    this.checkConditions(change);
    const written = change.profiles.map(({ expectedVersion, profile }): Loaded => {
      writeGroupMembers(this.db, this.read(profile.profileId)?.profile, profile);
      return { profile, version: expectedVersion + 1 };
    });
    const versions = new Map(written.map((loaded) => [loaded.profile.profileId, loaded.version]));
    const { outgoing, texts } = this.facts.write(change, versions);
    writeRows(this.db, change, versions, texts);
    for (const { row } of change.enrollments ?? []) this.writeExposures(row);
    return { written, outgoing };
  }

  /** Most touches change nothing of what was met before. */
  private writeExposures(row: Enrollment): void {
    if (!row.exposures || this.rows.get(row.enrollmentId)?.exposures === row.exposures) return;
    writeExposures(this.db, row);
    this.exposureChanges++;
  }

  private checkConditions(change: Change): void {
    for (const { expectedVersion, profile } of change.profiles) {
      if ((this.read(profile.profileId)?.version ?? 0) !== expectedVersion) throw new Conflict();
    }
    for (const { profile } of change.profiles) {
      for (const merged of profile.mergedIds)
        this.checkUnseen(merged.profileId, profile.profileId, change.events ?? []);
    }
    for (const { channel, addressHash, purpose } of change.unless ?? []) {
      if (this.suppressionsOf(channel, addressHash).some((one) => blocks(one, purpose))) throw new Conflict();
    }
  }

  /** What was accepted under a merged id must not be accepted again under its winner's. */
  private checkUnseen(mergedId: string, profileId: string, events: NonNullable<Change['events']>): void {
    const sql = 'SELECT 1 FROM events WHERE profile_id = ? AND event_id = ?';
    for (const event of events) {
      if (event.profileId === profileId && this.db.get(sql, mergedId, event.eventId)) throw new Conflict();
    }
  }

  /** Profiles are written once per group of commits, just before it: most are committed several times in a row. */
  private writeDirty(): void {
    const sql =
      'INSERT INTO profiles VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body';
    for (const { profile, version } of this.dirty.values()) {
      const { segments, audiences, ...body } = profile;
      this.db.run(sql, profile.profileId, version, JSON.stringify(body));
      if (this.moved.has(profile.profileId)) this.db.lists.write(profile.profileId, { segments, audiences });
    }
    this.dirty.clear();
    this.moved.clear();
  }

  async seen(profileIds: readonly string[], messageIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    const sql = 'SELECT attempt_id FROM events WHERE profile_id = ? AND event_id = ?';
    for (const profileId of profileIds) {
      for (const messageId of messageIds) {
        const row = this.db.get<{ attempt_id: string }>(sql, profileId, messageId);
        if (row) found.set(messageId, row.attempt_id);
      }
    }
    return found;
  }

  async history(profileIds: readonly string[], filter: HistoryFilter = {}): Promise<readonly StoredEvent[]> {
    return readHistory(this.db, profileIds, filter);
  }

  async merges(profileIds: readonly string[]): Promise<readonly MergeRow[]> {
    const sql = 'SELECT body FROM merges WHERE profile_id IN (SELECT value FROM json_each(?))';
    const rows = this.db.all<{ body: string }>(sql, JSON.stringify(profileIds));
    return rows.map(({ body }) => JSON.parse(body) as MergeRow);
  }

  async enrollments(enrollmentIds: readonly string[]): Promise<readonly Enrollment[]> {
    return enrollmentIds.flatMap((id) => this.readEnrollment(id) ?? []);
  }
  private readEnrollment(enrollmentId: string): Enrollment | undefined {
    const cached = this.rows.get(enrollmentId);
    if (cached) return cached;
    const row = this.db.get<{ body: string }>('SELECT body FROM enrollments WHERE enrollment_id = ?', enrollmentId);
    return row && keepLatest(this.rows, enrollmentId, JSON.parse(row.body) as Enrollment, mostRows);
  }

  async delivery(deliveryId: string): Promise<Delivery | undefined> {
    const row = this.db.get<{ body: string }>('SELECT body FROM deliveries WHERE delivery_id = ?', deliveryId);
    return row && (JSON.parse(row.body) as Delivery);
  }

  async task(taskId: string): Promise<Task | undefined> {
    const row = this.db.get<{ body: string }>('SELECT body FROM tasks WHERE task_id = ?', taskId);
    return row && (JSON.parse(row.body) as Task);
  }

  async guard(profileIds: readonly string[], journeyId: string, key: string): Promise<EntryGuard | undefined> {
    let latest: EntryGuard | undefined;
    for (const profileId of profileIds) {
      type Row = { entered_ms: number; enrollment_id: string };
      const row = this.db.get<Row>(
        'SELECT entered_ms, enrollment_id FROM guards WHERE profile_id = ? AND journey_id = ? AND key = ?',
        profileId,
        journeyId,
        key,
      );
      if (row && row.entered_ms > (latest?.enteredMs ?? -Infinity)) {
        latest = { profileId, journeyId, key, enteredMs: row.entered_ms, enrollmentId: row.enrollment_id };
      }
    }
    return latest;
  }

  private suppressionsOf(channel: Channel, addressHash: string): readonly Suppression[] {
    type Row = { reason: SuppressionReason; at_ms: number; source: string | null; purpose: 'marketing' | null };
    const rows = this.db.all<Row>(
      'SELECT reason, at_ms, source, purpose FROM suppressions WHERE channel = ? AND address_hash = ?',
      channel,
      addressHash,
    );
    return rows.map((row) => ({
      channel,
      addressHash,
      reason: row.reason,
      atMs: row.at_ms,
      ...(row.source !== null && { source: row.source }),
      ...(row.purpose !== null && { purpose: row.purpose }),
    }));
  }
  async suppressions(
    addresses: readonly { readonly channel: Channel; readonly addressHash: string }[],
  ): Promise<readonly Suppression[]> {
    return addresses.flatMap(({ channel, addressHash }) => this.suppressionsOf(channel, addressHash));
  }

  async tombstones(hashes: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (const hash of hashes) {
      const row = this.db.get<{ at_ms: number }>('SELECT at_ms FROM tombstones WHERE hash = ?', hash);
      if (row) found.set(hash, row.at_ms);
    }
    return found;
  }

  async stops(): Promise<Stops> {
    const rows = this.db.all<{ subject: string; kind: StopKind }>('SELECT subject, kind FROM controls');
    return new Map(rows.map((row) => [row.subject, row.kind]));
  }

  async rulings(): Promise<readonly Ruling[]> {
    return readRulings(this.db);
  }

  /** Due rows at or before an instant, earliest first, then by profile and subject. */
  async due(untilMs: number, limit: number): Promise<readonly DueRow[]> {
    type Row = { profile_id: string; subject: string; due_ms: number };
    const rows = this.db.all<Row>(
      'SELECT * FROM due WHERE due_ms <= ? ORDER BY due_ms, profile_id, subject LIMIT ?',
      untilMs,
      limit,
    );
    return rows.map((row) => ({ profileId: row.profile_id, subject: row.subject, dueMs: row.due_ms }));
  }
  /** Those of groups: of whoever has joined one, and of the members of those that have changed. */
  dueOfGroups(untilMs: number): readonly DueRow[] {
    const sql = `SELECT profile_id AS profileId, subject, due_ms AS dueMs FROM due WHERE due_ms <= ? AND (subject = ? OR subject LIKE ? || '%') LIMIT 100`;
    return this.db.all<DueRow>(sql, untilMs, groupsSubject, walkSubject);
  }
  /** When the earliest due row fires; `Infinity` for none. */
  earliestDue(): DueRow | undefined {
    const row = this.db.get<{ profile_id: string; subject: string; due_ms: number }>(
      'SELECT * FROM due ORDER BY due_ms, profile_id, subject LIMIT 1',
    );
    return row && { profileId: row.profile_id, subject: row.subject, dueMs: row.due_ms };
  }

  /** Puts a due row off that could not be looked at. */
  postpone({ profileId, subject }: DueRow, dueMs: number): void {
    this.db.write(() =>
      this.db.run('UPDATE due SET due_ms = ? WHERE profile_id = ? AND subject = ?', dueMs, profileId, subject),
    );
  }

  /** Committed facts not yet acknowledged, in commit order. */
  async outgoing(limit: number): Promise<readonly QueuedFact[]> {
    return this.facts.first(limit);
  }
  async acknowledge(sequences: readonly number[]): Promise<void> {
    this.facts.acknowledge(sequences);
  }

  durable(): Promise<void> {
    return this.db.durable();
  }
}
