import { Outbox } from '../../local/outbox.ts';
import { ReadModel } from '../../local/read-model.ts';
import { Database } from '../../local/store/database.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { startMs } from '../builders.ts';
import { mergesContract } from '../contracts/merges.ts';

mergesContract('SQLite', 2_000, async () => {
  const db = new Database(':memory:');
  const directory = new ReadModel(db, new Outbox(db, { nowMs: () => startMs, backOff: () => Promise.resolve() }));
  return { store: new SqliteProfileStore(db), directory, close: async () => db.close() };
});
