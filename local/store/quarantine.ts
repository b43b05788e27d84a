import type { SQLInputValue } from 'node:sqlite';
import {
  quarantineMs,
  type ProblemCount,
  type ProblemNote,
  type QuarantinedEvent,
} from '../../core/event/quarantine.ts';
import type { Clock, Quarantine, QuarantineQuery } from '../../core/ports.ts';
import type { Database } from './database.ts';

/** Counts that are told; beyond, those longest not added to are left out. */
const mostNoted = 1_000;
type Row = { readonly id: string; readonly at: number; readonly body: string };

/** Events set aside, on SQLite. */
export class SqliteQuarantine implements Quarantine {
  private readonly db: Database;
  private readonly clock: Pick<Clock, 'nowMs'>;
  constructor(db: Database, clock: Pick<Clock, 'nowMs'>) {
    this.db = db;
    this.clock = clock;
  }

  async put(rows: readonly QuarantinedEvent[]): Promise<readonly string[]> {
    return this.db.write(() => {
      this.forget();
      return rows.flatMap((row) => (this.insert(row) ? [row.quarantineId] : []));
    });
  }
  private insert({ quarantineId, message, atMs, expiresMs, identityHashes, problems }: QuarantinedEvent): boolean {
    const body = JSON.stringify({ message, problems, identityHashes });
    const values = [quarantineId, message.name, atMs, expiresMs, body];
    const { changes } = this.db.run('INSERT OR IGNORE INTO quarantine VALUES (?, ?, ?, ?, ?)', ...values);
    if (changes === 0) return false;
    for (const hash of identityHashes)
      this.db.run('INSERT OR IGNORE INTO quarantine_identities VALUES (?, ?)', hash, quarantineId);
    return true;
  }
  /** Takes away what has expired. */
  private forget(): void {
    const nowMs = this.clock.nowMs();
    const expired = 'SELECT quarantine_id FROM quarantine WHERE expires_ms <= ?';
    this.db.run(`DELETE FROM quarantine_identities WHERE quarantine_id IN (${expired})`, nowMs);
    this.db.run('DELETE FROM quarantine WHERE expires_ms <= ?', nowMs);
  }

  async get(ids: readonly string[]): Promise<readonly QuarantinedEvent[]> {
    return ids.flatMap((id) => this.rows('quarantine_id = ?', [id]).map(read));
  }
  private rows(where: string, values: readonly SQLInputValue[], more = ''): readonly Row[] {
    return this.db.all<Row>(
      `SELECT quarantine_id AS id, at_ms AS at, body FROM quarantine WHERE expires_ms > ? AND ${where} ${more}`,
      this.clock.nowMs(),
      ...values,
    );
  }

  async list({ name, order, after, most }: QuarantineQuery): ReturnType<Quarantine['list']> {
    const [isBehind, direction] = order === 'oldest' ? ['>', 'ASC'] : ['<', 'DESC'];
    const place = after === undefined ? undefined : placeOf(after);
    const rows = this.rows(
      [
        ...(name === undefined ? ['true'] : ['name = ?']),
        ...(place ? [`(at_ms, quarantine_id) ${isBehind} (?, ?)`] : []),
      ].join(' AND '),
      [...(name === undefined ? [] : [name]), ...(place ?? []), most + 1],
      `ORDER BY at_ms ${direction}, quarantine_id ${direction} LIMIT ?`,
    );
    const found = rows.slice(0, most);
    const last = found.at(-1);
    return { rows: found.map(read), ...(rows.length > most && last && { cursor: `${last.at}#${last.id}` }) };
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    this.db.write(() => {
      for (const id of ids) {
        this.db.run('DELETE FROM quarantine_identities WHERE quarantine_id = ?', id);
        this.db.run('DELETE FROM quarantine WHERE quarantine_id = ?', id);
      }
    });
  }

  async count(name?: string): Promise<number> {
    const [where, values] = name === undefined ? ['', []] : [' AND name = ?', [name]];
    const sql = `SELECT count(*) AS n FROM quarantine WHERE expires_ms > ?${where}`;
    return this.db.get<{ n: number }>(sql, this.clock.nowMs(), ...values)!.n;
  }

  async ofIdentities(identityHashes: readonly string[]): Promise<readonly string[]> {
    const sql = 'SELECT quarantine_id AS id FROM quarantine_identities WHERE identity_hash = ? ORDER BY id';
    return [...new Set(identityHashes.flatMap((hash) => this.db.all<{ id: string }>(sql, hash).map(({ id }) => id)))];
  }

  async note(notes: readonly ProblemNote[]): Promise<void> {
    this.db.write(() => {
      this.db.run('DELETE FROM event_problems WHERE last_ms <= ?', this.clock.nowMs() - quarantineMs);
      for (const { name, mode, code, path, count, atMs } of notes) {
        const key = [name, mode, code, path];
        const standing = this.db.get<{ count: number; first_ms: number; last_ms: number }>(
          'SELECT count, first_ms, last_ms FROM event_problems WHERE name = ? AND mode = ? AND code = ? AND path = ?',
          ...key,
        );
        // The sum itself is written: a write that is made again must mean the same.
        const sum = (standing?.count ?? 0) + count;
        const [firstMs, lastMs] = [
          Math.min(standing?.first_ms ?? atMs, atMs),
          Math.max(standing?.last_ms ?? atMs, atMs),
        ];
        this.db.run('INSERT OR REPLACE INTO event_problems VALUES (?, ?, ?, ?, ?, ?, ?)', ...key, sum, firstMs, lastMs);
      }
    });
  }

  async noted(): Promise<readonly ProblemCount[]> {
    type Noted = Omit<ProblemCount, 'firstMs' | 'lastMs'> & { readonly first_ms: number; readonly last_ms: number };
    const sql =
      'SELECT name, mode, code, path, count, first_ms, last_ms FROM event_problems WHERE last_ms > ? ORDER BY last_ms DESC, name, code, path LIMIT ?';
    return this.db
      .all<Noted>(sql, this.clock.nowMs() - quarantineMs, mostNoted)
      .map(({ first_ms: firstMs, last_ms: lastMs, ...rest }) => ({ ...rest, firstMs, lastMs }));
  }
}

/** The expiry follows from the instant. */
const read = ({ id, at, body }: Row): QuarantinedEvent => ({
  ...(JSON.parse(body) as Pick<QuarantinedEvent, 'message' | 'problems' | 'identityHashes'>),
  quarantineId: id,
  atMs: at,
  expiresMs: at + quarantineMs,
});

function placeOf(cursor: string): readonly [number, string] {
  const [at = '', id = ''] = cursor.split('#');
  return [Number(at), id];
}
