import { Database } from '../../local/store/database.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { mergesContract } from '../contracts/merges.ts';

mergesContract('SQLite', 2_000, async () => {
  const db = new Database(':memory:');
  return { store: new SqliteProfileStore(db), close: async () => db.close() };
});
