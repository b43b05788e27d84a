import { Database } from '../../local/store/database.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { unmergesContract } from '../contracts/unmerges.ts';
import { runs } from '../properties.ts';

unmergesContract('SQLite', runs(2_000), async () => {
  const db = new Database(':memory:');
  return { store: new SqliteProfileStore(db), close: async () => db.close() };
});
