import { newProfile } from '../../core/profile/profile.ts';
import { Database } from '../../local/store/database.ts';
import { SqlitePlaces } from '../../local/store/places.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { SqliteRounds } from '../../local/store/rounds.ts';
import { roundsContract } from '../contracts/rounds.ts';

roundsContract('SQLite', async () => {
  const db = new Database(':memory:');
  const store = new SqliteProfileStore(db);
  return {
    rounds: new SqliteRounds(db),
    places: new SqlitePlaces(db),
    parts: 1,
    join: async (profileIds) => {
      for (const profileId of profileIds) {
        const profile = { ...newProfile(profileId, 0), segments: { vips: 1 } };
        await store.commit({ attemptId: profileId, profiles: [{ expectedVersion: 0, profile }] });
      }
    },
    close: async () => db.close(),
  };
});
