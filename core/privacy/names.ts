import type { Channel } from '../journey/document.ts';
import type { JsonObject } from '../json.ts';
import type { Ids, ProfileStore } from '../ports.ts';
import type { Profile } from '../profile/profile.ts';

/** Kinds of identifier that messages are written to, with what writes to them. */
const channels: ReadonlyMap<string, Channel> = new Map([
  ['email', 'email'],
  ['phone', 'sms'],
  ['device', 'push'],
] as const);

export const channelOf = (kind: string): Channel | undefined => channels.get(kind);

/**
 * Some of what keeps a person's addresses from being written to, each with its address, in order of the addresses' hashes.
 * Nothing of one that was said under a public key alone: it may be anybody's. `next` is the hash after which more are to come.
 */
export async function suppressionsOf(
  { identifiers }: Profile,
  { ids, store }: { readonly ids: Pick<Ids, 'addressHash'>; readonly store: Pick<ProfileStore, 'suppressions'> },
  { after = '', most }: { readonly after?: string; readonly most: number },
): Promise<{ readonly rows: readonly JsonObject[]; readonly next?: string }> {
  const all = identifiers.flatMap(({ kind, value, isVerified, resolves }) => {
    const channel = isVerified || resolves ? channelOf(kind) : undefined;
    return channel ? [{ channel, value, addressHash: ids.addressHash(channel, value) }] : [];
  });
  const left = all
    .filter(({ addressHash }) => addressHash > after)
    .toSorted((a, b) => (a.addressHash < b.addressHash ? -1 : 1));
  const some = left.slice(0, most);
  const values = new Map(some.map(({ addressHash, value }) => [addressHash, value]));
  const found = await store.suppressions(some);
  return {
    rows: found.map(({ addressHash, ...one }) => ({ ...one, address: values.get(addressHash)! })),
    ...(left.length > most && { next: some.at(-1)!.addressHash }),
  };
}
