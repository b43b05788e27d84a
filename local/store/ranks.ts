import type { RankProgress, Ranks } from '../../core/ports.ts';
import type { Coverage } from '../../core/segment/coverage.ts';
import { readCoverage, writeCoverage } from './coverage.ts';
import type { Database } from './database.ts';

/** What is counted for the tables of ranks, and the tables, which stand in the coverage; on SQLite. */
export class SqliteRanks implements Ranks {
  private readonly db: Database;
  constructor(db: Database) {
    this.db = db;
  }

  async progress(number: number, part: number): Promise<RankProgress | undefined> {
    return (await this.all(number)).find((one) => one.part === part);
  }
  async all(number: number): Promise<readonly RankProgress[]> {
    const rows = this.db.all<{ body: string }>('SELECT body FROM rank_counts WHERE number = ? ORDER BY part', number);
    return rows.map(({ body }) => JSON.parse(body) as RankProgress);
  }

  async advance(progress: RankProgress): Promise<'advanced' | 'stale'> {
    const { number, part, batches } = progress;
    return this.db.write(() => {
      const standing = this.db.get<{ number: number; batches: number }>(
        'SELECT number, batches FROM rank_counts WHERE part = ?',
        part,
      );
      const before = standing?.number === number ? standing.batches : 0;
      if ((standing?.number ?? 0) > number || before !== batches - 1) return 'stale';
      this.db.run(
        'INSERT OR REPLACE INTO rank_counts VALUES (?, ?, ?, ?)',
        part,
        number,
        batches,
        JSON.stringify(progress),
      );
      return 'advanced';
    });
  }

  async put(coverage: Coverage, before: number): Promise<'made' | 'stale'> {
    if ((readCoverage(this.db)?.number ?? 0) !== before) return 'stale';
    writeCoverage(this.db, coverage);
    return 'made';
  }
}
