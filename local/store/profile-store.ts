import type { EntryGuard, Enrollment } from '../../core/enrollment/enrollment.ts';
import type { StoredEvent } from '../../core/event/event.ts';
import type { Channel } from '../../core/journey/document.ts';
import { blocks, type Delivery, type Suppression, type SuppressionReason } from '../../core/message/delivery.ts';
import type {
  Change,
  DueRow,
  Fact,
  HistoryFilter,
  IdentityKey,
  Loaded,
  OutgoingFact,
  ProfileStore,
} from '../../core/ports.ts';
import type { Profile } from '../../core/profile/profile.ts';
import type { Database } from './database.ts';

/** Profiles kept decoded; about 3 KB each. */
const mostCached = 20_000;

/** Enrollments kept decoded; about 2 KB each. */
const mostRows = 5_000;

/** Puts an entry at the young end of a bounded map, whose oldest entry goes. */
function keepLatest<V>(map: Map<string, V>, key: string, value: V, most: number): V {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value!);
  return value;
}

/** Thrown inside a transaction to undo it: somebody else was first. */
class Conflict extends Error {}

/** What one commit leaves to be remembered. */
interface Applied {
  readonly written: readonly Loaded[];
  readonly outgoing: readonly OutgoingFact[];
}

/** The profile store on SQLite. Reads and writes happen at once; only durability is waited for. */
export class SqliteProfileStore implements ProfileStore {
  private readonly db: Database;
  private readonly cache = new Map<string, Loaded>();
  private readonly dirty = new Map<string, Loaded>();
  private readonly rows = new Map<string, Enrollment>();
  /** Told of each commit that wrote outgoing facts. */
  onFacts: (() => void) | undefined;
  /** Told when a due row is written. */
  onDue: (() => void) | undefined;

  /** Facts not yet carried out, in commit order; the table is read once, at start. */
  private waiting: OutgoingFact[];
  private lastSequence: number;

  constructor(db: Database) {
    this.db = db;
    this.waiting = this.readWaiting();
    this.lastSequence = this.waiting.at(-1)?.sequence ?? 0;
    db.beforeFlush.push(() => this.writeDirty());
  }

  private read(profileId: string): Loaded | undefined {
    const cached = this.dirty.get(profileId) ?? this.cache.get(profileId);
    if (cached) {
      this.cache.delete(profileId);
      this.cache.set(profileId, cached);
      return cached;
    }
    const row = this.db.get<{ version: number; body: string }>(
      'SELECT version, body FROM profiles WHERE profile_id = ?',
      profileId,
    );
    if (!row) return undefined;
    return this.remember({ version: row.version, profile: JSON.parse(row.body) as Profile });
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
        for (const loaded of done.written) this.dirty.set(loaded.profile.profileId, loaded);
        return done;
      });
    } catch (error) {
      if (error instanceof Conflict) return 'conflict';
      throw error;
    }
    for (const loaded of applied.written) this.remember(loaded);
    for (const { row } of change.enrollments ?? []) keepLatest(this.rows, row.enrollmentId, row, mostRows);
    this.waiting.push(...applied.outgoing);
    if (applied.outgoing.length > 0) this.onFacts?.();
    if (change.due?.length) this.onDue?.();
    return 'committed';
  }

  private apply(change: Change): Applied {
    this.checkConditions(change);
    const written = change.profiles.map(({ expectedVersion, profile }) => this.writeProfile(profile, expectedVersion));
    const versions = new Map(written.map((loaded) => [loaded.profile.profileId, loaded.version]));
    for (const event of change.events ?? []) this.writeEvent(event, versions.get(event.profileId) ?? 0);
    for (const one of change.identities ?? []) this.writeIdentity(one);
    for (const { row, isNew } of change.enrollments ?? []) this.writeEnrollment(row, isNew);
    for (const { row, isNew } of change.deliveries ?? []) this.writeDelivery(row, isNew);
    for (const guard of change.guards ?? []) this.writeGuard(guard);
    this.writeSuppressions(change);
    this.writeDue(change);
    const outgoing = change.facts?.length ? this.writeFacts(change.facts, versions) : [];
    return { written, outgoing };
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

  private writeProfile(profile: Profile, expectedVersion: number): Loaded {
    const version = expectedVersion + 1;
    const before = this.read(profile.profileId)?.profile;
    if (before?.segments !== profile.segments)
      this.writeMembers('segment', profile.profileId, before?.segments ?? {}, profile.segments);
    if (before?.audiences !== profile.audiences)
      this.writeMembers('audience', profile.profileId, before?.audiences ?? {}, profile.audiences);
    return { profile, version };
  }

  /** Profiles are written once per group of commits, just before it: most are committed several times in a row. */
  private writeDirty(): void {
    const sql =
      'INSERT INTO profiles VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body';
    for (const { profile, version } of this.dirty.values())
      this.db.run(sql, profile.profileId, version, JSON.stringify(profile));
    this.dirty.clear();
  }

  private writeMembers(kind: string, profileId: string, before: Profile['segments'], after: Profile['segments']): void {
    for (const id in before) {
      if (!(id in after))
        this.db.run('DELETE FROM members WHERE kind = ? AND id = ? AND profile_id = ?', kind, id, profileId);
    }
    for (const id in after) {
      if (after[id] !== before[id])
        this.db.run('INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?)', kind, id, profileId, after[id]!);
    }
  }

  private writeEvent(event: Omit<StoredEvent, 'version'>, version: number): void {
    const { profileId, eventId, name, occurredMs, attemptId, ...body } = event;
    const done = this.db.run(
      'INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?)',
      profileId,
      eventId,
      name,
      occurredMs,
      version,
      attemptId,
      JSON.stringify(body),
    );
    if (done.changes === 0) throw new Conflict();
  }

  private writeIdentity({ key, profileId, from }: { key: string; profileId: string; from?: string }): void {
    const done =
      from === undefined
        ? this.db.run('INSERT OR IGNORE INTO identities VALUES (?, ?)', key, profileId)
        : this.db.run('UPDATE identities SET profile_id = ? WHERE key = ? AND profile_id = ?', profileId, key, from);
    if (done.changes === 0) throw new Conflict();
  }

  private writeEnrollment(row: Enrollment, isNew: boolean): void {
    const clash = isNew
      ? 'NOTHING'
      : 'UPDATE SET status = excluded.status, reason = excluded.reason, step_id = excluded.step_id, goal_ms = excluded.goal_ms, body = excluded.body';
    const done = this.db.run(
      `INSERT INTO enrollments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO ${clash}`,
      row.enrollmentId,
      row.profileId,
      row.journeyId,
      row.status,
      row.reason ?? null,
      row.cursor.stepId,
      row.enteredMs,
      row.goalReachedMs ?? null,
      JSON.stringify(row),
    );
    if (done.changes === 0) throw new Conflict();
  }

  private writeDelivery(row: Delivery, isNew: boolean): void {
    const clash = isNew
      ? 'NOTHING'
      : 'UPDATE SET status = excluded.status, reason = excluded.reason, at_ms = excluded.at_ms, body = excluded.body';
    const done = this.db.run(
      `INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO ${clash}`,
      row.deliveryId,
      row.profileId,
      row.journeyId,
      row.stepId,
      row.channel,
      row.status,
      row.reason ?? null,
      row.atMs,
      JSON.stringify(row),
    );
    if (done.changes === 0) throw new Conflict();
  }

  private writeGuard(guard: EntryGuard): void {
    this.db.run(
      'INSERT OR REPLACE INTO guards VALUES (?, ?, ?, ?, ?)',
      guard.profileId,
      guard.journeyId,
      guard.key,
      guard.enteredMs,
      guard.enrollmentId,
    );
  }

  private writeSuppressions(change: Change): void {
    for (const one of change.suppressions ?? []) {
      // The first stands; a broader one of the same reason widens it.
      this.db.run(
        'INSERT INTO suppressions VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET purpose = NULL WHERE excluded.purpose IS NULL',
        one.channel,
        one.addressHash,
        one.reason,
        one.atMs,
        one.source ?? null,
        one.purpose ?? null,
      );
    }
    for (const one of change.unsuppressions ?? []) {
      this.db.run('DELETE FROM suppressions WHERE channel = ? AND address_hash = ?', one.channel, one.addressHash);
    }
  }

  private writeDue(change: Change): void {
    for (const { profileId, subject } of change.undue ?? []) {
      this.db.run('DELETE FROM due WHERE profile_id = ? AND subject = ?', profileId, subject);
    }
    for (const { profileId, subject, dueMs } of change.due ?? []) {
      this.db.run('INSERT OR REPLACE INTO due VALUES (?, ?, ?)', profileId, subject, dueMs);
    }
  }

  /** One row for all that a commit tells of a profile; what is to go out is listed beside. */
  private writeFacts(facts: readonly Fact[], versions: ReadonlyMap<string, number>): readonly OutgoingFact[] {
    const outgoing: OutgoingFact[] = [];
    for (const [profileId, told] of Map.groupBy(facts, (fact) => fact.profileId)) {
      const version = versions.get(profileId);
      if (version === undefined) throw new RangeError(`Facts of ${profileId}, which this change does not commit.`);
      const body = JSON.stringify(told.map(({ kind, name, atMs, detail }) => [kind, name, atMs, detail]));
      this.db.run('INSERT INTO commit_facts VALUES (?, ?, ?)', profileId, version, body);
      told.forEach((fact, index) => {
        if (fact.isOutgoing) outgoing.push({ ...fact, sequence: ++this.lastSequence, version, index });
      });
    }
    for (const { sequence, profileId, version, index } of outgoing)
      this.db.run('INSERT INTO outgoing VALUES (?, ?, ?, ?)', sequence, profileId, version, index);
    return outgoing;
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
    const { names, sinceMs = -8.64e15, afterVersion = -1 } = filter;
    const wanted = names && new Set(names);
    type Row = {
      profile_id: string;
      event_id: string;
      name: string;
      occurred_ms: number;
      version: number;
      attempt_id: string;
      body: string;
    };
    const found: StoredEvent[] = [];
    for (const profileId of profileIds) {
      const rows = this.db.all<Row>(
        'SELECT * FROM events WHERE profile_id = ? AND occurred_ms >= ? AND version > ?',
        profileId,
        sinceMs,
        afterVersion,
      );
      for (const row of rows) {
        if (wanted && !wanted.has(row.name)) continue;
        const body = JSON.parse(row.body) as Pick<StoredEvent, 'type' | 'properties' | 'context' | 'receivedMs'>;
        found.push({
          ...body,
          profileId,
          eventId: row.event_id,
          name: row.name,
          occurredMs: row.occurred_ms,
          version: row.version,
          attemptId: row.attempt_id,
        });
      }
    }
    return found.sort((a, b) => a.occurredMs - b.occurredMs || (a.eventId < b.eventId ? -1 : 1));
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

  async stops(): Promise<ReadonlyMap<string, 'paused' | 'breaker'>> {
    return new Map(
      this.db
        .all<{ subject: string; kind: 'paused' | 'breaker' }>('SELECT subject, kind FROM stops')
        .map((row) => [row.subject, row.kind]),
    );
  }

  async due(untilMs: number, limit: number): Promise<readonly DueRow[]> {
    type Row = { profile_id: string; subject: string; due_ms: number };
    const rows = this.db.all<Row>(
      'SELECT * FROM due WHERE due_ms <= ? ORDER BY due_ms, profile_id, subject LIMIT ?',
      untilMs,
      limit,
    );
    return rows.map((row) => ({ profileId: row.profile_id, subject: row.subject, dueMs: row.due_ms }));
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

  async outgoing(limit: number): Promise<readonly OutgoingFact[]> {
    return this.waiting.slice(0, limit);
  }
  async acknowledge(sequences: readonly number[]): Promise<void> {
    const done = new Set(sequences);
    const first = this.waiting.slice(0, done.size);
    // Nearly always the oldest: a long queue is not walked for each few of it.
    if (first.every((fact) => done.has(fact.sequence))) this.waiting.splice(0, first.length);
    else this.waiting = this.waiting.filter((fact) => !done.has(fact.sequence));
    this.db.write(() => {
      for (const sequence of sequences) this.db.run('DELETE FROM outgoing WHERE sequence = ?', sequence);
    });
  }

  /** Facts that an earlier run committed and did not carry out. */
  private readWaiting(): OutgoingFact[] {
    type Row = {
      sequence: number;
      profile_id: string;
      version: number;
      idx: number;
      kind: Fact['kind'];
      name: string;
      at_ms: number;
      detail: string;
    };
    const rows = this.db.all<Row>(
      'SELECT sequence, facts.* FROM outgoing CROSS JOIN facts USING (profile_id, version, idx) ORDER BY sequence',
    );
    return rows.map((row) => ({
      sequence: row.sequence,
      profileId: row.profile_id,
      version: row.version,
      index: row.idx,
      kind: row.kind,
      name: row.name,
      atMs: row.at_ms,
      isOutgoing: true,
      detail: JSON.parse(row.detail) as Fact['detail'],
    }));
  }

  durable(): Promise<void> {
    return this.db.durable();
  }
}
