import type { Hours } from '../functions/parts/asking/asking.ts';
import type { Database } from './store/database.ts';

const key = 'hours';

/** Everybody's hours, in one row of this home. */
export class HomeHours implements Hours {
  private readonly db: Database;
  constructor(db: Database) {
    this.db = db;
  }
  async learn(own: readonly number[]): Promise<readonly number[]> {
    const row = this.db.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', key);
    const standing = row ? (JSON.parse(row.value) as readonly number[]) : own.map(() => 0);
    if (own.every((count) => count === 0)) return standing;
    const all = own.map((count, hour) => count + (standing[hour] ?? 0));
    this.db.write(() => this.db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', key, JSON.stringify(all)));
    return all;
  }
}
