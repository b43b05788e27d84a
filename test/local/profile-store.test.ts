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
  return { store: new SqliteProfileStore(db), close: async () => db.close() };
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
});
