import { SqliteFills } from '../../local/store/fills.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { Database } from '../../local/store/database.ts';
import { fillsContract } from '../contracts/fills.ts';

fillsContract('SQLite', async () => {
  const db = new Database(':memory:');
  return { fills: new SqliteFills(db), profiles: new SqliteProfileStore(db), close: async () => db.close() };
});
