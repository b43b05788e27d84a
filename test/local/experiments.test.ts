import { SqliteExperiments } from '../../local/store/experiments.ts';
import { Database } from '../../local/store/database.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { experimentsContract } from '../contracts/experiments.ts';

experimentsContract(
  'SQLite',
  async () => {
    const db = new Database(':memory:');
    return {
      store: new SqliteProfileStore(db),
      experiments: new SqliteExperiments(db),
      settle: () => undefined,
      close: async () => db.close(),
    };
  },
  1_000,
);
