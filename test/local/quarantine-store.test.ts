import { Outbox } from '../../local/outbox.ts';
import { Database } from '../../local/store/database.ts';
import { SqlitePersonalData } from '../../local/store/personal-data.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { SqliteQuarantine } from '../../local/store/quarantine.ts';
import { startMs } from '../builders.ts';
import { quarantineContract } from '../contracts/quarantine.ts';
import { CountingIds } from '../fakes.ts';

quarantineContract('SQLite', async () => {
  const db = new Database(':memory:');
  const clock = { ms: startMs, nowMs: () => clock.ms, backOff: () => Promise.resolve() };
  const store = new SqliteProfileStore(db);
  const personal = new SqlitePersonalData(db, store, new Outbox(db, clock), new CountingIds());
  return { quarantine: new SqliteQuarantine(db, clock), store, personal, clock, close: async () => db.close() };
});
