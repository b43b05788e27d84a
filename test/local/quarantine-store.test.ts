import { SqliteQuarantine } from '../../local/store/quarantine.ts';
import { Database } from '../../local/store/database.ts';
import { startMs } from '../builders.ts';
import { quarantineContract } from '../contracts/quarantine.ts';

quarantineContract('SQLite', async () => {
  const db = new Database(':memory:');
  const clock = { ms: startMs };
  return { quarantine: new SqliteQuarantine(db, { nowMs: () => clock.ms }), clock, close: async () => db.close() };
});
