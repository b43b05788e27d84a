import fc from 'fast-check';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newProfile, type Profile } from '../../core/profile/profile.ts';
import { Database } from '../../local/store/database.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { runs } from '../properties.ts';
import { copyData } from './folder-truth.ts';
import { aFolder } from './home.ts';

let folder: string;
beforeEach(() => {
  folder = aFolder();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const listsOf = (db: Database): readonly string[] => {
  db.lists.bringUp();
  return db
    .all<{ text: string }>(`SELECT kind || '/' || id || '/' || profile_id || '/' || since_ms AS text FROM members`)
    .map(({ text }) => text)
    .sort();
};
const said = ({ profileId, segments, audiences }: Profile): readonly string[] => [
  ...Object.entries(segments).map(([id, ms]) => `segment/${id}/${profileId}/${ms}`),
  ...Object.entries(audiences).map(([id, ms]) => `audience/${id}/${profileId}/${ms}`),
];

/** What the next process would find if this one ended here. */
async function afterCrash<T>(look: (db: Database) => T | Promise<T>): Promise<T> {
  const copy = `${folder}-copy`;
  copyData(folder, copy);
  const next = new Database(copy);
  try {
    return await look(next);
  } finally {
    next.close();
    rmSync(copy, { recursive: true });
  }
}

const memberships = fc.dictionary(fc.constantFrom('a', 'b', 'c', '7', '__proto__x'), fc.integer({ min: 1, max: 9 }), {
  maxKeys: 4,
});
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('commit' as const),
      profileId: fc.constantFrom('p1', 'p2', 'p3'),
      segments: memberships,
      audiences: memberships,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constantFrom('durable' as const, 'tables' as const, 'read' as const) }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('crash' as const) }) },
);

describe('lists of members', () => {
  it('say what the profiles say, at any time and after any crash', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 25 }), async (steps) => {
        rmSync(folder, { recursive: true });
        const db = new Database(folder);
        const store = new SqliteProfileStore(db);
        const wanted = new Map<string, { readonly profile: Profile; readonly version: number }>();
        try {
          for (const one of steps) {
            if (one.what === 'commit') {
              const { profileId, segments, audiences } = one;
              const profile = { ...newProfile(profileId, 1), segments, audiences };
              const version = wanted.get(profileId)?.version ?? 0;
              await store.commit({ attemptId: 'a', profiles: [{ expectedVersion: version, profile }] });
              wanted.set(profileId, { profile, version: version + 1 });
            } else if (one.what === 'durable') await store.durable();
            else if (one.what === 'tables') db.commit();
            else if (one.what === 'read')
              expect(listsOf(db)).toEqual([...wanted.values()].flatMap(({ profile }) => said(profile)).sort());
            else {
              await store.durable();
              await afterCrash(async (next) => {
                expect(listsOf(next)).toEqual([...wanted.values()].flatMap(({ profile }) => said(profile)).sort());
                const again = new SqliteProfileStore(next);
                for (const [profileId, loaded] of wanted) expect(await again.load(profileId)).toEqual(loaded);
              });
            }
          }
        } finally {
          db.close();
        }
      }),
      runs(300),
    );
  });

  it('are brought up for many people before the tables are committed', async () => {
    const db = new Database(folder);
    const store = new SqliteProfileStore(db);
    for (let index = 0; index < 1_100; index++) {
      const profile = { ...newProfile(`p${index}`, 1), segments: { a: 1 } };
      await store.commit({ attemptId: 'a', profiles: [{ expectedVersion: 0, profile }] });
    }
    await store.durable();
    expect(db.all('SELECT 1 FROM members')).toHaveLength(1_100);
    db.close();
  });
});

describe('tables of the version before', () => {
  it('are brought up to this one when they are opened', async () => {
    const made = new Database(folder);
    const store = new SqliteProfileStore(made);
    const profiles = [
      { ...newProfile('p1', 1), segments: { a: 5 }, audiences: { b: 6 } },
      { ...newProfile('p2', 1), audiences: { b: 7 } },
      newProfile('p3', 1),
    ];
    await store.commit({ attemptId: 'a', profiles: profiles.map((profile) => ({ expectedVersion: 0, profile })) });
    const lists = listsOf(made);
    made.close();
    // As version 1 kept them.
    const old = new DatabaseSync(join(folder, 'sojourn.db'));
    for (const profile of profiles)
      old.prepare('UPDATE profiles SET body = ? WHERE profile_id = ?').run(JSON.stringify(profile), profile.profileId);
    old.exec('DROP TABLE memberships; PRAGMA user_version = 1;');
    old.close();
    const db = new Database(folder);
    const opened = new SqliteProfileStore(db);
    for (const profile of profiles) expect((await opened.load(profile.profileId))?.profile).toEqual(profile);
    expect(listsOf(db)).toEqual(lists);
    expect(db.all("SELECT 1 FROM profiles WHERE body ->> '$.segments' IS NOT NULL")).toEqual([]);
    db.close();
    expect(() => new Database(folder).close()).not.toThrow();
  });
});
