import { Database } from '../../local/store/database.ts';
import { readCoverage, writeCoverage } from '../../local/store/coverage.ts';
import { SqliteRanks } from '../../local/store/ranks.ts';
import { ranksContract } from '../contracts/ranks.ts';

ranksContract('SQLite', async () => {
  const db = new Database(':memory:');
  return {
    ranks: new SqliteRanks(db),
    publish: async (coverage) => writeCoverage(db, coverage),
    published: async () => readCoverage(db),
    close: async () => db.close(),
  };
});
