import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newProfile } from '../../core/profile/profile.ts';
import { Database } from '../../local/store/database.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { profileStoreContract } from '../contracts/profile-store.ts';

profileStoreContract('SQLite in memory', async () => {
  const db = new Database(':memory:');
  const store = new SqliteProfileStore(db);
  return {
    store,
    due: (untilMs, limit) => store.due(untilMs, limit),
    outgoing: () => store.outgoing(1_000),
    close: async () => db.close(),
  };
});

const anEvent = (eventId: string) => ({
  profileId: 'p1',
  eventId,
  type: 'track' as const,
  name: 'A',
  properties: {},
  context: {},
  occurredMs: 1,
  receivedMs: 1,
  attemptId: 'a',
});

describe('the profile store on SQLite in a folder', () => {
  it('gives a new process all that was committed, and the facts that are still to go out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sojourn-store-'));
    try {
      const first = new Database(folder);
      const fact = { profileId: 'p1', kind: 'resume', name: 'e1', atMs: 1, detail: {}, isOutgoing: true } as const;
      const profiles = [{ expectedVersion: 0, profile: newProfile('p1', 1) }];
      await new SqliteProfileStore(first).commit({ attemptId: 'a1', profiles, facts: [fact, { ...fact, name: 'e2' }] });
      first.close();
      const second = new Database(folder);
      const store = new SqliteProfileStore(second);
      expect(await store.load('p1')).toEqual({ version: 1, profile: newProfile('p1', 1) });
      expect((await store.outgoing(10)).map((one) => one.name)).toEqual(['e1', 'e2']);
      second.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('takes what was acknowledged off the queue, and nothing else', async () => {
    const db = new Database(':memory:');
    const store = new SqliteProfileStore(db);
    const fact = { profileId: 'p1', kind: 'resume', atMs: 1, detail: {}, isOutgoing: true } as const;
    const facts = ['a', 'b', 'c'].map((name) => ({ ...fact, name }));
    await store.commit({ attemptId: 'a1', profiles: [{ expectedVersion: 0, profile: newProfile('p1', 1) }], facts });
    const [first, , last] = await store.outgoing(10);
    await store.acknowledge([first!.sequence, last!.sequence]);
    expect((await store.outgoing(10)).map((one) => one.name)).toEqual(['b']);
    await store.acknowledge([]);
    expect(await store.outgoing(10)).toHaveLength(1);
    db.close();
  });

  it('hands out a long queue of facts in order, each once, and never holds all of it', async () => {
    const db = new Database(':memory:');
    const store = new SqliteProfileStore(db);
    const fact = { profileId: 'p1', kind: 'resume', atMs: 1, detail: {}, isOutgoing: true } as const;
    let version = 0;
    const commit = async (): Promise<void> => {
      const names = Array.from({ length: 7 }, (_, index) => `${version}.${index}`);
      const profiles = [{ expectedVersion: version, profile: newProfile('p1', 1) }];
      const facts = names.map((name) => ({ ...fact, name }));
      // Facts stand in the event that caused them, or in a row of their commit.
      const events = version % 2 === 0 ? [] : [1, 2].map((at) => anEvent(`${version}-${at}`));
      expect(await store.commit({ attemptId: `a${version++}`, profiles, events, facts })).toBe('committed');
    };
    while (version < 400) await commit();
    const seen: string[] = [];
    for (;;) {
      const next = await store.outgoing(32);
      if (next.length === 0) break;
      seen.push(...next.map((one) => one.name));
      await store.acknowledge(next.map((one) => one.sequence));
      if (version < 500) await commit();
    }
    expect(seen).toEqual(Array.from({ length: 3_500 }, (_, at) => `${Math.floor(at / 7)}.${at % 7}`));
    db.close();
  });
});
