import type { Stop } from '../../core/control/stop.ts';
import type { EntryGuard, Enrollment } from '../../core/enrollment/enrollment.ts';
import type { Delivery } from '../../core/message/delivery.ts';
import { groupMemberships } from '../../core/group/group.ts';
import type { Change, EventRow } from '../../core/ports.ts';
import type { MergeRow } from '../../core/profile/merge-log.ts';
import { withoutEvent } from '../../core/profile/moved-facts.ts';
import type { Profile } from '../../core/profile/profile.ts';
import type { Task } from '../../core/task/task.ts';
import type { Database } from './database.ts';
import type { Kept } from './outgoing-facts.ts';

/** Thrown inside a transaction to undo it: somebody else was first. */
export class Conflict extends Error {}

/**
 * Writes the rows of a change beside its profiles and facts.
 * @param versions what each profile of the change has become
 * @param facts what is told of each profile, as text
 * @throws Conflict where a row that must not exist does, or an identity has another owner than was read
 */
export function writeRows(
  db: Database,
  change: Change,
  versions: ReadonlyMap<string, number>,
  facts: ReadonlyMap<string, string>,
): void {
  const untold = new Map(facts);
  for (const event of change.events?.toReversed() ?? []) {
    writeEvent(db, event, versions.get(event.profileId) ?? 0, untold.get(event.profileId));
    untold.delete(event.profileId);
  }
  for (const [profileId, text] of untold)
    db.run('INSERT INTO commit_facts VALUES (?, ?, ?)', profileId, versions.get(profileId)!, text);
  for (const one of change.identities ?? []) writeIdentity(db, one);
  for (const one of change.disowned ?? []) deleteIdentity(db, one);
  for (const { hash, atMs } of change.tombstones ?? []) writeTombstone(db, hash, atMs);
  for (const receipt of change.erasures ?? [])
    db.run(
      'INSERT OR REPLACE INTO erasures VALUES (?, ?, ?)',
      receipt.erasureId,
      receipt.askedMs,
      JSON.stringify(receipt),
    );
  for (const merge of change.merges ?? []) writeMerge(db, merge);
  for (const move of change.moves ?? []) moveEvent(db, move);
  for (const { row, isNew } of change.enrollments ?? []) writeEnrollment(db, row, isNew);
  for (const { row, isNew } of change.deliveries ?? []) writeDelivery(db, row, isNew);
  for (const guard of change.guards ?? []) writeGuard(db, guard);
  for (const { row, isNew } of change.tasks ?? []) writeTask(db, row, isNew);
  writeSuppressions(db, change);
  for (const stop of change.stops ?? []) writeStop(db, stop);
  writeDue(db, change);
}

/** Writes who is in which group, as far as that has changed. */
export function writeGroupMembers(db: Database, before: Profile | undefined, after: Profile): void {
  if (before?.groups === after.groups) return;
  const standing = before ? groupMemberships(before) : {};
  const wanted = groupMemberships(after);
  const { profileId } = after;
  for (const id in standing) {
    if (!(id in wanted))
      db.run('DELETE FROM members WHERE kind = ? AND id = ? AND profile_id = ?', 'group', id, profileId);
  }
  for (const id in wanted) {
    if (wanted[id] !== standing[id])
      db.run('INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?)', 'group', id, profileId, wanted[id]!);
  }
}

function writeEvent(db: Database, event: EventRow, version: number, facts: string | undefined): void {
  const { profileId, eventId, name, occurredMs, attemptId, expiresMs: _, ...body } = event;
  const done = db.run(
    'INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    profileId,
    eventId,
    name,
    occurredMs,
    version,
    attemptId,
    JSON.stringify(body),
    facts ?? null,
  );
  if (done.changes === 0) throw new Conflict();
}

/** What was told with an event stays in the timeline that it leaves, without the event itself. */
function moveEvent(db: Database, { eventId, from, to, version }: NonNullable<Change['moves']>[number]): void {
  const row = db.get<{ version: number; facts: string | null }>(
    'SELECT version, facts FROM events WHERE profile_id = ? AND event_id = ?',
    from,
    eventId,
  );
  // What has not gone out yet goes out as it was told.
  const isWaiting = db.get('SELECT 1 FROM outgoing WHERE profile_id = ? AND event_id = ?', from, eventId) !== undefined;
  if (typeof row?.facts === 'string') {
    const told = isWaiting ? row.facts : JSON.stringify(staying(JSON.parse(row.facts) as readonly Kept[], eventId));
    db.run('INSERT INTO commit_facts VALUES (?, ?, ?)', from, row.version, told);
    db.run('UPDATE outgoing SET event_id = NULL WHERE profile_id = ? AND event_id = ?', from, eventId);
  }
  const done = db.run(
    'UPDATE OR IGNORE events SET profile_id = ?, version = ?, facts = NULL WHERE profile_id = ? AND event_id = ?',
    to,
    version,
    from,
    eventId,
  );
  if (done.changes === 0) throw new Conflict();
}
const staying = (told: readonly Kept[], eventId: string): readonly Kept[] =>
  told.map(([kind, name, atMs, detail]) => [kind, name, atMs, withoutEvent(detail, eventId)]);

function writeIdentity(
  db: Database,
  { key, profileId, from }: { key: string; profileId: string; from?: string },
): void {
  const done =
    from === undefined
      ? db.run('INSERT OR IGNORE INTO identities VALUES (?, ?)', key, profileId)
      : db.run('UPDATE identities SET profile_id = ? WHERE key = ? AND profile_id = ?', profileId, key, from);
  if (done.changes === 0) throw new Conflict();
}

function deleteIdentity(db: Database, { key, from }: { key: string; from: string }): void {
  const done = db.run('DELETE FROM identities WHERE key = ? AND profile_id = ?', key, from);
  if (done.changes === 0) throw new Conflict();
}

/** The latest erasure stands. */
export function writeTombstone(db: Database, hash: string, atMs: number): void {
  const sql = 'INSERT INTO tombstones VALUES (?, ?) ON CONFLICT DO UPDATE SET at_ms = max(at_ms, excluded.at_ms)';
  db.run(sql, hash, atMs);
}

function writeMerge(db: Database, row: MergeRow): void {
  const sql = 'INSERT OR REPLACE INTO merges VALUES (?, ?, ?, ?)';
  db.run(sql, row.profileId, row.mergedId, row.atMs, JSON.stringify(row));
}

function writeEnrollment(db: Database, row: Enrollment, isNew: boolean): void {
  const clash = isNew
    ? 'NOTHING'
    : 'UPDATE SET status = excluded.status, reason = excluded.reason, step_id = excluded.step_id, goal_ms = excluded.goal_ms, body = excluded.body';
  const done = db.run(
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

function writeDelivery(db: Database, row: Delivery, isNew: boolean): void {
  const clash = isNew
    ? 'NOTHING'
    : 'UPDATE SET status = excluded.status, reason = excluded.reason, at_ms = excluded.at_ms, body = excluded.body';
  const done = db.run(
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

function writeGuard(db: Database, guard: EntryGuard): void {
  db.run(
    'INSERT OR REPLACE INTO guards VALUES (?, ?, ?, ?, ?)',
    guard.profileId,
    guard.journeyId,
    guard.key,
    guard.enteredMs,
    guard.enrollmentId,
  );
}

function writeTask(db: Database, row: Task, isNew: boolean): void {
  const clash = isNew ? 'NOTHING' : 'UPDATE SET status = excluded.status, body = excluded.body';
  const done = db.run(
    `INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO ${clash}`,
    row.taskId,
    row.profileId,
    row.queue,
    row.status,
    row.createdMs,
    JSON.stringify(row),
  );
  if (done.changes === 0) throw new Conflict();
}

function writeSuppressions(db: Database, change: Change): void {
  for (const one of change.suppressions ?? []) {
    // The first stands; a broader one of the same reason widens it.
    db.run(
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
    db.run('DELETE FROM suppressions WHERE channel = ? AND address_hash = ?', one.channel, one.addressHash);
  }
}

function writeStop(db: Database, { subject, kind, atMs, by, why }: Stop): void {
  const done = db.run(
    'INSERT OR IGNORE INTO controls VALUES (?, ?, ?, ?, ?)',
    subject,
    kind,
    atMs,
    by ?? null,
    why ?? null,
  );
  if (done.changes === 0) throw new Conflict();
}

export function writeDue(db: Database, { due = [], undue = [] }: Pick<Change, 'due' | 'undue'>): void {
  for (const { profileId, subject } of undue) {
    // One that moves is written over.
    if (due.some((one) => one.profileId === profileId && one.subject === subject)) continue;
    db.run('DELETE FROM due WHERE profile_id = ? AND subject = ?', profileId, subject);
  }
  for (const { profileId, subject, dueMs } of due) {
    db.run('INSERT OR REPLACE INTO due VALUES (?, ?, ?)', profileId, subject, dueMs);
  }
}
