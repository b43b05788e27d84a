import { Outbox } from '../../local/outbox.ts';
import { Database } from '../../local/store/database.ts';
import { SqlitePersonalData } from '../../local/store/personal-data.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { erasedNamesContract } from '../contracts/erased-names.ts';
import type { OpenWorld } from '../contracts/erasure-world.ts';
import { erasuresContract } from '../contracts/erasures.ts';
import { CountingIds } from '../fakes.ts';

const open: OpenWorld = async ({ nowMs }) => {
  const db = new Database(':memory:');
  const store = new SqliteProfileStore(db);
  const outbox = new Outbox(db, { nowMs, backOff: () => Promise.resolve() });
  return {
    store,
    personal: new SqlitePersonalData(db, store, outbox, new CountingIds()),
    everything: async () => {
      db.flush();
      const tables = db.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'");
      return JSON.stringify(tables.map(({ name }) => [name, db.all(`SELECT * FROM ${name}`)]));
    },
    close: async () => db.close(),
  };
};

erasuresContract('SQLite', 2_000, open);
erasedNamesContract('SQLite', open);
