import { unknownCoverage, type Coverage } from '../../core/segment/coverage.ts';
import type { Database } from './database.ts';

const key = 'coverage';

/** What the people of this home are filled with; `undefined` where there are none yet. */
export function readCoverage(db: Database): Coverage | undefined {
  const row = db.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', key);
  if (row) return JSON.parse(row.value) as Coverage;
  const isAnybody = db.get('SELECT 1 FROM profiles LIMIT 1') !== undefined;
  return isAnybody ? unknownCoverage : undefined;
}

export function writeCoverage(db: Database, coverage: Coverage): void {
  db.write(() => db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', key, JSON.stringify(coverage)));
}
