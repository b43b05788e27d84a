import { HomeClock } from '../../local/clock.ts';
import { Outbox } from '../../local/outbox.ts';
import { ReadModel } from '../../local/read-model.ts';
import { Database } from '../../local/store/database.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { directoryContract } from '../contracts/directory.ts';
import { atMs } from '../contracts/rows.ts';

directoryContract('SQLite', async () => {
  const db = new Database(':memory:');
  const outbox = new Outbox(db, new HomeClock(db, { kind: 'manual', startMs: atMs }));
  return {
    store: new SqliteProfileStore(db),
    directory: new ReadModel(db, outbox),
    settle: async () => undefined,
    keep: async (deliveryId, message) => outbox.put(deliveryId, message),
    close: async () => db.close(),
  };
});
