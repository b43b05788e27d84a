import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { shortHash } from '../../core/hash.ts';
import { Database } from '../../local/store/database.ts';
import { Home } from '../../local/home.ts';
import { copyData } from './folder-truth.ts';
import { aFolder, testWorkflows } from './home.ts';

let folder: string;
beforeEach(() => {
  folder = aFolder();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Tables whose pages were split by rows that came between others, of which every third person then goes. */
function grown(largestRewritten?: number): Database {
  const db = new Database(folder, largestRewritten === undefined ? {} : { largestRewritten });
  for (let round = 0; round < 40; round++) {
    db.write(() => {
      for (let index = 0; index < 320; index++) {
        const random = shortHash(`${round} ${index}`);
        const who = index % 16;
        const profileId = `${who % 3 === 1 ? 'erased' : 'living'}-person-${who}`;
        const body = JSON.stringify({ random: random.repeat(parseInt(random.slice(0, 4), 36) % 20) });
        db.run(put, profileId, `${profileId}-${random}`, body);
      }
    });
    db.commit();
  }
  db.write(() => db.run("DELETE FROM events WHERE profile_id LIKE 'erased-person%'"));
  return db;
}
const put = "INSERT INTO events VALUES (?, ?, 'Home', 1, 1, 'a', ?, NULL)";
const left = (): number =>
  readFileSync(join(folder, 'sojourn.db')).toString('latin1').split('erased-person').length - 1;

it('takes what was deleted out of the file, also what secure_delete does not reach', () => {
  const db = grown(0);
  db.scrub();
  expect(left()).toBeGreaterThan(0);
  expect(db.rewriting.isDue).toBe(true);
  db.close();

  const again = new Database(folder);
  again.rewriting.now();
  expect(left()).toBe(0);
  expect(again.rewriting.isDue).toBe(false);
  expect(again.all('SELECT 1 FROM events')).toHaveLength(40 * 20 * 11);
  expect(again.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
  again.close();
});

it('is done at once, then not for a while, and at the latest when the file is closed', () => {
  const db = grown();
  db.scrub();
  expect([left(), db.rewriting.isDue]).toEqual([0, false]);
  db.write(() => db.run(put, 'erased-person-0', 'm', '{}'));
  db.commit();
  db.write(() => db.run("DELETE FROM events WHERE profile_id LIKE 'erased-person%'"));
  db.scrub();
  expect(db.rewriting.isDue).toBe(true);
  db.close();
  const again = new Database(folder);
  expect(again.rewriting.isDue).toBe(false);
  again.close();
});

it('of a large file is done when a home opens it, which says so', async () => {
  const db = grown(0);
  db.scrub();
  db.close();
  const told: number[] = [];
  const open = () =>
    Home.open({ data: folder, workflows: testWorkflows, clock: 'manual', onRewriting: (bytes) => told.push(bytes) });
  await (await open()).close();
  expect(told).toEqual([expect.any(Number)]);
  expect(left()).toBe(0);
  await (await open()).close();
  expect(told).toHaveLength(1);
});

it('that a crash cut off is done at the next start', () => {
  const db = grown();
  db.rewriting.soon = () => undefined;
  db.scrub();
  const copy = `${folder}-copy`;
  copyData(folder, copy);
  const next = new Database(copy);
  expect(next.rewriting.isDue).toBe(true);
  next.close();
  rmSync(copy, { recursive: true });
  db.close();
});
