import { decideLoop } from '../decide-loop.ts';
import type { Change, DecisionPorts, IdentityKey, Loaded, PersonalData, PersonIds } from '../ports.ts';
import { goneProfile, keyOfName, tombstoneOf, type Erasure, type Name, type Receipt } from './erasure.ts';
import { sweptHoldings, type HoldingId } from './inventory.ts';
import { historyIds, type Profile } from '../profile/profile.ts';

export type ErasurePorts = Pick<DecisionPorts, 'profiles' | 'clock' | 'ids'> & { readonly personal: PersonalData };

/** Each is four rows of one transaction at most. */
const mostNames = 15;

/**
 * Takes away what is kept of somebody who is being erased: kind by kind as the inventory lists it, then their names, for
 * which tombstones stand from then on. Safe to repeat, and goes on wherever it was cut off.
 * @returns `undefined` for somebody who is not being erased; a receipt that says `erasing` where it is too early
 */
export const finishErasure =
  (ports: ErasurePorts) =>
  async (profileId: string): Promise<Receipt | undefined> => {
    const { personal, profiles } = ports;
    const loaded = await profiles.load(profileId);
    const erasure = loaded?.profile.erasure;
    if (!loaded || !erasure) return undefined;
    if (erasure.names === undefined) return personal.receipt(erasure.erasureId);
    const person = personOf(loaded);
    if (!(await personal.isSettled(person, erasure.askedMs))) return personal.receipt(erasure.erasureId);
    await sweep(ports, person, erasure);
    while (await forgetNames(ports, profileId));
    // Whoever had read the person before this commit can write nothing about them after it; what they wrote before goes.
    await note(ports, profileId, ({ profile }) => ({ profile: { ...profile } }));
    await sweep(ports, person, erasure);
    await note(ports, profileId, ({ profile }, receipt) => ({
      profile: goneProfile(profile),
      receipt: { ...receipt, status: 'done', doneMs: ports.clock.nowMs() },
    }));
    await personal.scrub();
    return personal.receipt(erasure.erasureId);
  };

const personOf = ({ profile }: Loaded): PersonIds => ({
  profileId: profile.profileId,
  mergedIds: historyIds(profile).slice(1),
});

async function sweep(ports: ErasurePorts, person: PersonIds, { askedMs }: Erasure): Promise<void> {
  for (const holding of sweptHoldings) {
    for (;;) {
      const deleted = await ports.personal.erase(holding, person, askedMs);
      if (deleted === 0) break;
      await note(ports, person.profileId, (_, receipt) => ({ receipt: counting(receipt, holding, deleted) }));
    }
  }
}
const counting = (receipt: Receipt, holding: HoldingId, more: number): Receipt => ({
  ...receipt,
  deleted: { ...receipt.deleted, [holding]: (receipt.deleted[holding] ?? 0) + more },
});

/** Some names are theirs no more: what found them finds nobody, and is known by its keyed hash. @returns whether any are left */
async function forgetNames(ports: ErasurePorts, profileId: string): Promise<boolean> {
  const { profiles, ids, personal } = ports;
  return decideLoop<boolean>(ports, async (attemptId) => {
    const loaded = await profiles.load(profileId);
    const erasure = loaded?.profile.erasure;
    if (!loaded || !erasure?.names?.length) return { answer: false };
    const [some, rest] = [erasure.names.slice(0, mostNames), erasure.names.slice(mostNames)];
    const { free, owners } = await freeNames(profiles, loaded.profile, some);
    const isShared = await sharedNames(profiles, free);
    const reached = free.filter((name): name is Reached => name.channel !== undefined && !isShared.has(name));
    const receipt = (await personal.receipt(erasure.erasureId))!;
    const { askedMs: atMs } = erasure;
    const change: Partial<Change> = {
      disowned: free.flatMap((name) => {
        const from = owners.get(keyOfName(name));
        return from === undefined ? [] : [{ key: keyOfName(name), from }];
      }),
      tombstones: free.map((name) => ({ hash: ids.tombstone(tombstoneOf.identity(keyOfName(name))), atMs })),
      suppressions: reached.map(({ channel, value }) => ({
        channel,
        addressHash: ids.addressHash(channel, value),
        reason: 'erasure',
        atMs,
        source: 'erasure',
      })),
      erasures: [
        {
          ...receipt,
          tombstones: receipt.tombstones + free.length,
          suppressed: receipt.suppressed + reached.length,
          attemptId,
        },
      ],
    };
    const profile = { ...loaded.profile, erasure: { ...erasure, names: rest } };
    return {
      answer: rest.length > 0,
      change: { attemptId, profiles: [{ expectedVersion: loaded.version, profile }], ...change },
    };
  });
}

type Reached = Name & Required<Pick<Name, 'channel'>>;

/** Which names are theirs alone to be forgotten by, with the owners of all; what found somebody else all along stays theirs. */
async function freeNames(
  profiles: ErasurePorts['profiles'],
  profile: Profile,
  some: readonly Name[],
): Promise<{ readonly free: readonly Name[]; readonly owners: ReadonlyMap<IdentityKey, string> }> {
  // The earlier id of an alias finds them as a user as well, and is listed once.
  const listed = new Set(some.map(keyOfName));
  const users = some
    .flatMap(({ kind, value }): readonly Name[] => (kind === 'anonymousId' ? [{ kind: 'userId', value }] : []))
    .filter((name) => !listed.has(keyOfName(name)));
  const owners = await profiles.owners([...some, ...users].map(keyOfName));
  const own = new Set(historyIds(profile));
  const isTheirs = (name: Name): boolean => own.has(owners.get(keyOfName(name)) ?? '');
  const free = some.filter((name) => isTheirs(name) || (!owners.has(keyOfName(name)) && !name.isOnlySaid));
  return { free: [...free, ...users.filter(isTheirs)], owners };
}

/** Addresses that somebody living gave too: they are written to. */
async function sharedNames(profiles: ErasurePorts['profiles'], names: readonly Name[]): Promise<ReadonlySet<Name>> {
  const shared = new Set<Name>();
  for (const name of names)
    for (const other of name.others ?? []) {
      const profile = (await profiles.load(other))?.profile;
      if (profile?.identifiers.some(({ kind, value }) => kind === name.kind && value === name.value)) shared.add(name);
    }
  return shared;
}

/** Writes down how far it has come, at the person's version. */
const note = (
  ports: ErasurePorts,
  profileId: string,
  change: (loaded: Loaded, receipt: Receipt) => { readonly profile?: Loaded['profile']; readonly receipt?: Receipt },
): Promise<void> =>
  decideLoop<void>(ports, async (attemptId) => {
    const loaded = await ports.profiles.load(profileId);
    const standing = loaded?.profile.erasure && (await ports.personal.receipt(loaded.profile.erasure.erasureId));
    if (!loaded || !standing || standing.status === 'done' || standing.attemptId === attemptId)
      return { answer: undefined };
    const { profile = loaded.profile, receipt } = change(loaded, standing);
    return {
      answer: undefined,
      change: {
        attemptId,
        profiles: [{ expectedVersion: loaded.version, profile }],
        erasures: [{ ...(receipt ?? standing), attemptId }],
      },
    };
  });
