import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import { Database } from '../../local/store/database.ts';

interface DeliveryRow {
  readonly id: string;
  readonly status: string;
  readonly channel: string;
}

/** What a data folder holds that no process has open, read from a copy: looking at it changes nothing. */
export class FolderTruth {
  private readonly db: Database;
  private readonly copy: string;

  constructor(folder: string) {
    this.copy = `${folder}-copy`;
    copyData(folder, this.copy);
    // As the next start would: it takes up what stands in the journal alone.
    this.db = new Database(this.copy);
  }
  close(): void {
    this.db.close();
    rmSync(this.copy, { recursive: true, force: true });
  }
  private all<T>(sql: string): readonly T[] {
    return this.db.all<T>(sql);
  }
  private texts(sql: string): readonly string[] {
    return this.all<{ text: string }>(sql).map(({ text }) => text);
  }

  integrity(): readonly string[] {
    return this.texts('SELECT integrity_check AS text FROM pragma_integrity_check');
  }
  /** Message id → how often it stands in a timeline. */
  events(): ReadonlyMap<string, number> {
    const rows = this.all<{ id: string; n: number }>(
      'SELECT event_id AS id, count(*) AS n FROM events GROUP BY event_id',
    );
    return new Map(rows.map(({ id, n }) => [id, n]));
  }
  /** Profiles that are older than rows of their own commits, or missing. */
  tornProfiles(): readonly string[] {
    const newest = `SELECT profile_id, max(version) AS version FROM
      (SELECT profile_id, version FROM events UNION ALL SELECT profile_id, version FROM facts) GROUP BY profile_id`;
    return this.texts(
      `SELECT newest.profile_id AS text FROM (${newest}) AS newest LEFT JOIN profiles USING (profile_id)
       WHERE profiles.version IS NULL OR profiles.version < newest.version`,
    );
  }
  /** Memberships that the lists by segment do not say, and those that only they say. */
  falseLists(): readonly string[] {
    this.db.lists.bringUp();
    const said = ['segment', 'audience'].map(
      (kind) =>
        `SELECT '${kind}' AS kind, list.key AS id, profile_id, list.value AS since_ms FROM memberships, json_each(body, '$.${kind}s') AS list`,
    );
    const listed = "SELECT kind, id, profile_id, since_ms FROM members WHERE kind <> 'group'";
    const rows = said.join(' UNION ALL ');
    const differ = (some: string, others: string): readonly string[] =>
      this.texts(
        `SELECT kind || '/' || id || '/' || profile_id AS text FROM (SELECT * FROM (${some}) EXCEPT SELECT * FROM (${others}))`,
      );
    return [...differ(rows, listed), ...differ(listed, rows)];
  }
  /** Active enrollments that nobody would look at if their execution were lost. */
  strandedEnrollments(): readonly string[] {
    return this.texts(
      `SELECT enrollments.body AS text FROM enrollments WHERE status = 'active'
       AND NOT EXISTS (SELECT 1 FROM due WHERE due.profile_id = enrollments.profile_id AND due.subject = enrollment_id)`,
    );
  }
  /** Enrollments that profiles say are active though their rows do not, or the other way round. */
  contradictions(): readonly string[] {
    return this.texts(
      `SELECT enrollment_id AS text FROM enrollments JOIN profiles USING (profile_id),
       json_each(profiles.body, '$.enrollments') AS stub
       WHERE json_extract(stub.value, '$.enrollmentId') = enrollment_id
       AND json_extract(stub.value, '$.isActive') <> (status = 'active')`,
    );
  }
  /** Active enrollments of which no execution waits under the token that they know, or which do not wait. */
  unheldEnrollments(nowMs: number): readonly string[] {
    const rows = this.all<{ body: string; token: string | null; wake: number | null }>(
      `SELECT enrollments.body, token, wake_ms AS wake FROM enrollments LEFT JOIN executions
       ON executions.name = enrollment_id || '-' || json_extract(enrollments.body, '$.hop')
       WHERE enrollments.status = 'active'`,
    );
    return rows.flatMap(({ body, token, wake }) => {
      const { enrollmentId, hold } = JSON.parse(body) as Enrollment;
      const isHeld = hold?.token !== undefined && hold.token === token && wake !== null && wake >= nowMs - 1_000;
      return isHeld ? [] : [enrollmentId];
    });
  }
  activeEnrollments(): number {
    return this.all<{ n: number }>(`SELECT count(*) AS n FROM enrollments WHERE status = 'active'`)[0]!.n;
  }
  deliveries(): readonly DeliveryRow[] {
    return this.all<DeliveryRow>('SELECT delivery_id AS id, status, channel FROM deliveries');
  }
  /** Deliveries whose outcome nobody has written down, with what stands around each. */
  openDeliveries(): readonly string[] {
    return this.texts(
      `SELECT delivery_id || ' of ' || deliveries.channel || ': enrollment ' || enrollments.status || ' (' || coalesce(enrollments.reason, '') || ') at ' || enrollments.step_id
              || ', execution ' || coalesce(executions.status || ' at ' || executions.state, 'none') AS text
       FROM deliveries JOIN enrollments ON enrollment_id = json_extract(deliveries.body, '$.enrollmentId')
       LEFT JOIN executions ON executions.name = enrollment_id || '-' || json_extract(enrollments.body, '$.hop')
       WHERE deliveries.status = 'handing'`,
    );
  }
  /** Ids of the messages that were handed over at home. */
  outbox(): ReadonlySet<string> {
    return new Set(this.texts('SELECT delivery_id AS text FROM outbox'));
  }
  /** Orders that began no enrollment of the journey that every order begins. */
  unansweredOrders(): readonly string[] {
    return this.texts(
      `SELECT event_id AS text FROM events WHERE name = 'Order Completed' AND NOT EXISTS
       (SELECT 1 FROM enrollments WHERE journey_id = 'thanks' AND json_extract(enrollments.body, '$.event.eventId') = event_id)`,
    );
  }
  /** Times that a journey's step says it let an event happen, and times that it stands in the timelines. */
  emitted(): { readonly said: number; readonly stored: number } {
    const [row] = this.all<{ said: number; stored: number }>(
      `SELECT (SELECT count(*) FROM enrollments, json_each(enrollments.body, '$.path') AS step WHERE step.value = 'note') AS said,
              (SELECT count(*) FROM events WHERE name = 'Thanked') AS stored`,
    );
    return row!;
  }
  /** Facts that were not carried out yet. */
  outgoing(): number {
    return this.all<{ n: number }>('SELECT count(*) AS n FROM outgoing')[0]!.n;
  }
  /** Latest instant of anything that was committed, and where the clock stands. */
  instants(): { readonly latestMs: number; readonly clockMs: number | undefined } {
    const [row] = this.all<{ latest: number | null; clock: string | null }>(
      `SELECT (SELECT max(at) FROM (SELECT max(at_ms) AS at FROM facts UNION ALL SELECT max(at_ms) FROM deliveries UNION ALL SELECT max(handed_ms) FROM outbox)) AS latest,
              (SELECT value FROM meta WHERE key = 'clock') AS clock`,
    );
    return { latestMs: row?.latest ?? 0, clockMs: row?.clock === null ? undefined : Number(row?.clock) };
  }
}

/** All that a data folder keeps. */
export const dataFiles = ['sojourn.db', 'sojourn.db-wal', 'journal.db', 'journal.db-wal'];

/** Copies a data folder, but not its lock. */
export function copyData(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const name of dataFiles) {
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
  }
}
