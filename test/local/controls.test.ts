import { expect, it } from 'vitest';
import { HomeControls } from '../../local/controls.ts';
import { Database } from '../../local/store/database.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { UnderWay } from '../../local/under-way.ts';
import { controlsContract } from '../contracts/controls.ts';

controlsContract('SQLite in memory', async () => {
  const db = new Database(':memory:');
  return {
    controls: new HomeControls(db, () => Promise.resolve()),
    store: new SqliteProfileStore(db),
    close: async () => db.close(),
  };
});

it('a change is heeded once the calls are over that were under way, and not those after them', async () => {
  const db = new Database(':memory:');
  const touches = new UnderWay();
  const ends: ((value: string) => void)[] = [];
  const touch = touches.watch<string, string>(() => new Promise((resolve) => ends.push(resolve)));
  const first = touch('first');
  let isHeeded = false;
  const heeded = new HomeControls(db, () => touches.over()).heeded().then(() => (isHeeded = true));
  const second = touch('second');
  await new Promise((resolve) => setImmediate(resolve));
  expect(isHeeded).toBe(false);
  ends[0]!('done');
  await Promise.all([first, heeded]);
  expect(isHeeded).toBe(true);
  ends[1]!('done');
  await second;
  db.close();
});
