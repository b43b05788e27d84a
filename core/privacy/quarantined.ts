import type { QuarantinedEvent } from '../event/quarantine.ts';
import type { Ids, IdentityKey, PersonIds, ProfileStore, Quarantine } from '../ports.ts';
import { claimsOf } from '../profile/identity.ts';
import { identityKey } from '../profile/identity-key.ts';
import { identityRules } from '../profile/identity-rules.ts';
import { historyIds } from '../profile/profile.ts';
import { namesOf, tombstoneOf, type Name } from './erasure.ts';

interface QuarantinedPorts {
  readonly store: Pick<ProfileStore, 'load' | 'owners'>;
  readonly ids: Pick<Ids, 'tombstone'>;
  readonly quarantine: Pick<Quarantine, 'ofIdentities' | 'get'>;
}
interface QuarantinedPage {
  /** Id after which the page begins. */
  readonly after?: string;
  readonly most: number;
  /** Also those of nobody that name the person: nothing of somebody who is erased stays there. */
  readonly withNobodys?: boolean;
}

/**
 * Some of the events set aside that are a person's, in order of their ids: whose one is, its strongest identifier says
 * that finds anybody. `next` is the id after which more are to be looked at.
 */
export async function quarantinedOf(
  { profileId }: PersonIds,
  { store, ids, quarantine }: QuarantinedPorts,
  { after = '', most, withNobodys = false }: QuarantinedPage,
): Promise<{ readonly rows: readonly QuarantinedEvent[]; readonly next?: string }> {
  const profile = (await store.load(profileId))?.profile;
  if (!profile) return { rows: [] };
  const names: readonly Name[] = profile.erasure ? (profile.erasure.names ?? []) : namesOf(profile);
  const isUser = names.some(({ kind }) => kind === 'userId');
  const own = new Set(historyIds(profile));
  const hashOf = (key: IdentityKey): string => ids.tombstone(tombstoneOf.identity(key));
  const keys = names.filter(({ isOnlySaid }) => !isOnlySaid).map(({ kind, value }) => identityKey(kind, value));
  const found = (await quarantine.ofIdentities(keys.map(hashOf))).filter((id) => id > after).toSorted();
  const events = await quarantine.get(found.slice(0, most));
  const named = new Map(events.map((event) => [event, resolvingKeys(event, hashOf)]));
  const all = [...new Set([...named.values()].flat())];
  const owners = all.length === 0 ? new Map<IdentityKey, string>() : await store.owners(all);
  const isTheirs = (event: QuarantinedEvent): boolean => {
    const some = named.get(event)!;
    const owner = some.map((key) => owners.get(key)).find((one) => one !== undefined);
    if (owner === undefined) return withNobodys;
    // Another user's event is that user's, also of one who is not known yet.
    const isOfAnother = isUser && some.some((key) => key.startsWith('userId:') && !owners.has(key));
    return own.has(owner) && (withNobodys || !isOfAnother);
  };
  return { rows: events.filter(isTheirs), ...(found.length > most && { next: found[most - 1]! }) };
}

/** What an event finds somebody by, the strongest first, as it was ordered when it was set aside. */
function resolvingKeys(
  { message, identityHashes }: QuarantinedEvent,
  hashOf: (key: string) => string,
): readonly string[] {
  const claims = claimsOf(message, identityRules()).filter(({ mayResolve }) => mayResolve);
  const byHash = new Map(
    claims.map(({ kind, value }) => identityKey(kind, value)).map((key) => [hashOf(key), key] as const),
  );
  return identityHashes.flatMap((hash) => byHash.get(hash) ?? []);
}
