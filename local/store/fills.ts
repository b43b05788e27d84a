import type { FillProgress, Fills, PeoplePage } from '../../core/ports.ts';
import type { Database } from './database.ts';

/** Everybody in one part, in the order of their ids, and how far filling them has come; on SQLite. */
export class SqliteFills implements Fills {
  readonly parts = 1;
  private readonly db: Database;
  constructor(db: Database) {
    this.db = db;
  }

  async progress(number: number): Promise<readonly FillProgress[]> {
    const rows = this.db.all<{ body: string }>('SELECT body FROM fills WHERE number = ?', number);
    return rows.map(({ body }) => JSON.parse(body) as FillProgress);
  }
  async advance(progress: FillProgress): Promise<void> {
    const { number, part } = progress;
    this.db.write(() =>
      this.db.run('INSERT OR REPLACE INTO fills VALUES (?, ?, ?)', number, part, JSON.stringify(progress)),
    );
  }

  async people(_part: number, after: string | undefined, most: number): Promise<PeoplePage> {
    // Profiles are written once for each group of commits.
    if (after === undefined) this.db.flush();
    const rows = this.db.all<{ profile_id: string }>(
      'SELECT profile_id FROM profiles WHERE profile_id > ? ORDER BY profile_id LIMIT ?',
      after ?? '',
      most,
    );
    const profileIds = rows.map(({ profile_id: profileId }) => profileId);
    return { profileIds, ...(rows.length === most && { cursor: profileIds.at(-1)! }) };
  }

  /** How many people there are. */
  everybody(): number {
    return this.db.get<{ count: number }>('SELECT count(*) AS count FROM profiles')!.count;
  }
}
