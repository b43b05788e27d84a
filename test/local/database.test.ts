import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newProfile } from '../../core/profile/profile.ts';
import { HomeClock } from '../../local/clock.ts';
import { Database } from '../../local/store/database.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { copyData } from './folder-truth.ts';
import { aFolder } from './home.ts';

let folder: string;
let db: Database;
beforeEach(() => {
  folder = aFolder();
  db = new Database(folder);
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

/** What the next process would find if this one ended here: a copy, opened as usual. */
function committed<T>(sql: string): T {
  const copy = `${folder}-copy`;
  copyData(folder, copy);
  const next = new Database(copy);
  const row = next.get<T>(sql);
  next.close();
  rmSync(copy, { recursive: true });
  return row!;
}
const events = (): number => committed<{ n: number }>('SELECT count(*) AS n FROM events').n;

const event = (profileId: string, index: number) => ({
  profileId,
  eventId: `m${index}`,
  type: 'track' as const,
  name: 'A',
  properties: {},
  context: {},
  occurredMs: index,
  receivedMs: index,
  attemptId: `a${index}`,
});

describe('a group of commits', () => {
  it('is on the disk once durable answers, and not before', async () => {
    const store = new SqliteProfileStore(db);
    const profiles = [{ expectedVersion: 0, profile: newProfile('p1', 1) }];
    await store.commit({ attemptId: 'a1', profiles, events: [event('p1', 1)] });
    expect(events()).toBe(0);
    await store.durable();
    expect(events()).toBe(1);
    expect(committed<{ version: number }>('SELECT version FROM profiles').version).toBe(1);
  });

  it('holds the profiles of all its commits, however many those are', async () => {
    const store = new SqliteProfileStore(db);
    // Groups are also closed when they are full: every commit may be the last of one.
    for (let version = 0; version < 8_500; version++) {
      const profiles = [{ expectedVersion: version, profile: newProfile('p1', 1) }];
      await store.commit({ attemptId: `a${version}`, profiles, events: [event('p1', version)] });
      if (version % 1000 < 2 || version % 1000 > 998) {
        const found = committed<{ profile: number | null; event: number | null }>(
          'SELECT (SELECT version FROM profiles) AS profile, (SELECT max(version) FROM events) AS event',
        );
        expect(found.profile).toBe(found.event);
      }
    }
    expect(events()).toBeGreaterThanOrEqual(8_000);
  });

  it('holds where the clock stood, so that no row lies ahead of the clock that goes on from it', async () => {
    const clock = new HomeClock(db, { kind: 'manual', startMs: 1_000 });
    clock.moveTo(5_000);
    db.write(() => db.run(`INSERT INTO meta VALUES ('row', '5000')`));
    await db.durable();
    expect(committed<{ value: string }>(`SELECT value FROM meta WHERE key = 'clock'`).value).toBe('5000');
  });

  it('goes on where one of its writes failed, without that one', async () => {
    db.write(() => db.run(`INSERT INTO meta VALUES ('first', '1')`));
    const failing = (): unknown =>
      db.write(() => {
        db.run(`INSERT INTO meta VALUES ('second', '2')`);
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    db.write(() => db.run(`INSERT INTO meta VALUES ('third', '3')`));
    await db.durable();
    expect(committed<{ keys: string }>(`SELECT group_concat(key) AS keys FROM meta WHERE key <> 'journal'`).keys).toBe(
      'first,third',
    );
  });

  it('keeps what stands in the journal alone, write for write, until the tables hold it', async () => {
    db.write(() => db.run(`INSERT INTO meta VALUES ('a', '1')`));
    await db.durable();
    db.write(() => db.run(`UPDATE meta SET value = value + 1 WHERE key = 'a'`));
    await db.durable();
    db.write(() => db.run('INSERT INTO outbox_packs VALUES (?, ?)', 5, new Uint8Array([0, 255, 7])));
    await db.durable();
    // The tables themselves have not been committed.
    const tables = new DatabaseSync(join(folder, 'sojourn.db'), { readOnly: true });
    expect(tables.prepare(`SELECT count(*) AS n FROM meta WHERE key = 'a'`).get()).toEqual({ n: 0 });
    tables.close();
    expect(committed(`SELECT value FROM meta WHERE key = 'a'`)).toEqual({ value: '2' });
    expect(committed('SELECT * FROM outbox_packs')).toEqual({ pack: 5, messages: new Uint8Array([0, 255, 7]) });
    db.commit();
    expect(committed(`SELECT value FROM meta WHERE key = 'a'`)).toEqual({ value: '2' });
    db.write(() => db.run(`UPDATE meta SET value = value + 1 WHERE key = 'a'`));
    await db.durable();
    expect(committed(`SELECT value FROM meta WHERE key = 'a'`)).toEqual({ value: '3' });
  });

  it('is made once, also where the tables held it before the journal was emptied', async () => {
    for (let round = 1; round <= 5; round++) {
      db.write(() => db.run(`INSERT INTO meta VALUES ('n', 1) ON CONFLICT DO UPDATE SET value = value + 1`));
      await db.durable();
      if (round % 2 === 0) db.commit();
      expect(committed(`SELECT value FROM meta WHERE key = 'n'`)).toEqual({ value: String(round) });
      if (round !== 2) continue;
      // Closed, the journal is empty: its numbers must go on from those of the tables.
      db.close();
      db = new Database(folder);
    }
  });

  it('refuses a journal that is not of these tables', async () => {
    const old = `${folder}-old`;
    db.write(() => db.run(`INSERT INTO meta VALUES ('n', 1)`));
    await db.durable();
    db.commit();
    copyData(folder, old);
    for (const _ of [1, 2]) {
      db.write(() => db.run(`UPDATE meta SET value = value + 1`));
      await db.durable();
      db.commit();
    }
    db.write(() => db.run(`UPDATE meta SET value = value + 1`));
    await db.durable();
    for (const name of ['journal.db', 'journal.db-wal']) copyFileSync(join(folder, name), join(old, name));
    expect(() => new Database(old)).toThrow('restore both from one backup');
    rmSync(old, { recursive: true });
  });

  it('refuses tables of another release, with a sentence', () => {
    const other = aFolder();
    const made = new DatabaseSync(join(other, 'sojourn.db'));
    made.exec('CREATE TABLE facts (a)');
    made.close();
    expect(() => new Database(other)).toThrow('Start with a new folder');
    rmSync(other, { recursive: true });
  });

  it('takes writes only as part of one', () => {
    expect(() => db.run(`INSERT INTO meta VALUES ('n', 1)`)).toThrow('Outside of a write');
  });

  it('fails as a whole where SQLite undoes more than one write, and loses nothing that was acknowledged', async () => {
    const told: unknown[] = [];
    db.onFailed = (error) => told.push(error);
    db.write(() => db.run(`INSERT INTO meta VALUES ('a', '1')`));
    await db.durable();
    // A full disk in the middle of a transaction: all of it is gone, with what was acknowledged.
    const { page_count: pages } = db.get<{ page_count: number }>('PRAGMA page_count')!;
    db.all(`PRAGMA max_page_count = ${pages + 1}`);
    const tooMuch = (): unknown => db.write(() => db.run(`INSERT INTO meta VALUES ('b', ?)`, 'x'.repeat(100_000)));
    expect(tooMuch).toThrow('cannot be written');
    expect(told).toHaveLength(1);
    expect(() => db.get('SELECT 1')).toThrow('cannot be written');
    expect(() => db.write(() => undefined)).toThrow('cannot be written');
    await expect(db.durable()).rejects.toThrow('cannot be written');
    db.close();
    db = new Database(folder);
    expect(db.all(`SELECT key FROM meta WHERE key IN ('a', 'b')`)).toEqual([{ key: 'a' }]);
  });

  it('refuses a journal that is not of these tables, also where they took in a group that had no row', async () => {
    const old = `${folder}-old`;
    let count = 0;
    const next = (): unknown => db.write(() => db.run(`INSERT INTO meta VALUES (?, '1')`, `k${count++}`));

    next();
    await db.durable();
    db.commit();
    copyData(folder, old);
    next();
    db.commit();
    next();
    await db.durable();
    for (const name of ['journal.db', 'journal.db-wal']) copyFileSync(join(folder, name), join(old, name));
    expect(() => new Database(old)).toThrow('restore both from one backup');
    rmSync(old, { recursive: true });
  });
});
