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

/** What keeps a person's addresses from being written to, each with its address. */
export async function suppressionsOf(
  { identifiers }: Profile,
  ids: Pick<Ids, 'addressHash'>,
  store: Pick<ProfileStore, 'suppressions'>,
): Promise<readonly JsonObject[]> {
  const addresses = identifiers.flatMap(({ kind, value }) => {
    const channel = channelOf(kind);
    return channel ? [{ channel, value, addressHash: ids.addressHash(channel, value) }] : [];
  });
  const values = new Map(addresses.map(({ addressHash, value }) => [addressHash, value]));
  const found = await store.suppressions(addresses);
  return found.map(({ addressHash, ...one }) => ({ ...one, address: values.get(addressHash)! }));
}
