import type { Ids, PersonIds, ProfileStore, Quarantine } from '../ports.ts';
import { identityKey } from '../profile/identity-key.ts';
import { historyIds } from '../profile/profile.ts';
import { tombstoneOf } from './erasure.ts';

/** Ids of the events set aside that name a person, by whatever finds this person and nobody else. */
export async function quarantinedOf(
  { profileId }: PersonIds,
  {
    store,
    ids,
    quarantine,
  }: {
    readonly store: Pick<ProfileStore, 'load' | 'owners'>;
    readonly ids: Pick<Ids, 'tombstone'>;
    readonly quarantine: Pick<Quarantine, 'ofIdentities'>;
  },
): Promise<readonly string[]> {
  const profile = (await store.load(profileId))?.profile;
  if (!profile) return [];
  const names = profile.erasure ? (profile.erasure.names ?? []) : profile.identifiers;
  const keys = names.map(({ kind, value }) => identityKey(kind, value));
  if (keys.length === 0) return [];
  const own = new Set(historyIds(profile));
  const owners = await store.owners(keys);
  const theirs = keys.filter((key) => own.has(owners.get(key) ?? profile.profileId));
  return quarantine.ofIdentities(theirs.map((key) => ids.tombstone(tombstoneOf.identity(key))));
}
