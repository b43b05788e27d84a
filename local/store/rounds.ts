import { rankOf } from '../../core/enrollment/rank.ts';
import type { Candidate, Looked, RoundPart, RoundProgress, Rounds, Walked } from '../../core/ports.ts';
import type { Database } from './database.ts';

type Round = Pick<RoundPart, 'journeyId' | 'roundId'>;
type Row = { readonly body: string };
const readRow = ({ body }: Row): RoundProgress => JSON.parse(body) as RoundProgress;

/** How far schedules have come, on SQLite. */
export class SqliteRounds implements Rounds {
  private readonly db: Database;
  constructor(db: Database) {
    this.db = db;
  }

  async looked(journeyId: string): Promise<Looked | undefined> {
    const sql =
      'SELECT since_ms AS sinceMs, until_ms AS untilMs, schedule FROM schedules_looked_at WHERE journey_id = ?';
    return this.db.get<{ sinceMs: number; untilMs: number; schedule: string }>(sql, journeyId);
  }
  async look(journeyId: string, { sinceMs, untilMs, schedule }: Looked): Promise<void> {
    const sql = 'INSERT OR REPLACE INTO schedules_looked_at VALUES (?, ?, ?, ?)';
    this.db.write(() => this.db.run(sql, journeyId, sinceMs, untilMs, schedule));
  }

  async latest(journeyId: string): Promise<readonly RoundProgress[]> {
    const sql = 'SELECT max(round_id) AS id FROM rounds WHERE journey_id = ?';
    const { id } = this.db.get<{ id: string | null }>(sql, journeyId) ?? { id: null };
    return id === null ? [] : this.progress(journeyId, id);
  }
  async progress(journeyId: string, roundId: string): Promise<readonly RoundProgress[]> {
    const sql = 'SELECT body FROM rounds WHERE journey_id = ? AND round_id = ?';
    return this.db.all<Row>(sql, journeyId, roundId).map(readRow);
  }
  async advance(progress: RoundProgress): Promise<void> {
    const { journeyId, roundId, part, isDone, isClosed } = progress;
    const body = JSON.stringify(progress);
    this.db.write(() => {
      this.db.run(
        'INSERT OR REPLACE INTO rounds VALUES (?, ?, ?, ?, ?)',
        journeyId,
        roundId,
        String(part),
        isDone ? 1 : 0,
        body,
      );
      // Whoever came too late in the order is of no further use.
      if (isDone && !isClosed && part === 'ranked')
        this.db.run('DELETE FROM candidates WHERE journey_id = ? AND round_id = ?', journeyId, roundId);
    });
  }
  /** Parts that are to be walked on, in the order in which they were begun. */
  open(): readonly RoundProgress[] {
    const rows = this.db.all<Row>('SELECT body FROM rounds WHERE is_done = 0').map(readRow);
    return rows.toSorted((a, b) => a.startedMs - b.startedMs || (a.journeyId < b.journeyId ? -1 : 1));
  }

  async members(segmentId: string, _part: number, after: string | undefined, most: number): Promise<readonly Walked[]> {
    this.db.lists.bringUp();
    const rows = this.db.all<{ profile_id: string }>(
      `SELECT profile_id FROM members WHERE kind = 'segment' AND id = ? AND profile_id > ? ORDER BY profile_id LIMIT ?`,
      segmentId,
      after ?? '',
      most,
    );
    return rows.map(({ profile_id: profileId }) => ({ profileId, cursor: profileId }));
  }

  async rank(round: Round, candidates: readonly Candidate[]): Promise<void> {
    this.db.write(() => {
      for (const candidate of candidates)
        this.db.run(
          'INSERT OR REPLACE INTO candidates VALUES (?, ?, ?, ?)',
          round.journeyId,
          round.roundId,
          rankOf(round, candidate),
          candidate.profileId,
        );
    });
  }
  async ranked({ journeyId, roundId }: Round, after: string | undefined, most: number): Promise<readonly Walked[]> {
    const rows = this.db.all<{ profile_id: string; place: string }>(
      'SELECT profile_id, place FROM candidates WHERE journey_id = ? AND round_id = ? AND place > ? ORDER BY place LIMIT ?',
      journeyId,
      roundId,
      after ?? '',
      most,
    );
    return rows.map((row) => ({ profileId: row.profile_id, cursor: row.place }));
  }
}
