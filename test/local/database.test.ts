import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newProfile } from '../../core/profile/profile.ts';
import { HomeClock } from '../../local/clock.ts';
import { Database } from '../../local/store/database.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
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

/** What another process would find: only what was committed. */
function committed<T>(sql: string): T {
  const other = new DatabaseSync(join(folder, 'sojourn.db'));
  const row = other.prepare(sql).get() as T;
  other.close();
  return row;
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
    for (let version = 0; version < 4_500; version++) {
      const profiles = [{ expectedVersion: version, profile: newProfile('p1', 1) }];
      await store.commit({ attemptId: `a${version}`, profiles, events: [event('p1', version)] });
      if (version % 500 < 3 || version % 500 > 497) {
        const found = committed<{ profile: number | null; event: number | null }>(
          'SELECT (SELECT version FROM profiles) AS profile, (SELECT max(version) FROM events) AS event',
        );
        expect(found.profile).toBe(found.event);
      }
    }
    expect(events()).toBeGreaterThan(3_000);
  });

  it('holds where the clock stood, so that no row lies ahead of the clock that goes on from it', async () => {
    const clock = new HomeClock(db, { kind: 'manual', startMs: 1_000 });
    clock.moveTo(5_000);
    db.write(() => db.prepare(`INSERT INTO meta VALUES ('row', '5000')`).run());
    await db.durable();
    expect(committed<{ value: string }>(`SELECT value FROM meta WHERE key = 'clock'`).value).toBe('5000');
  });

  it('goes on where one of its writes failed, without that one', async () => {
    db.write(() => db.prepare(`INSERT INTO meta VALUES ('first', '1')`).run());
    const failing = (): unknown =>
      db.write(() => {
        db.prepare(`INSERT INTO meta VALUES ('second', '2')`).run();
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    db.write(() => db.prepare(`INSERT INTO meta VALUES ('third', '3')`).run());
    await db.durable();
    expect(committed<{ keys: string }>(`SELECT group_concat(key) AS keys FROM meta`).keys).toBe('first,third');
  });
});
