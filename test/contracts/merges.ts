import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreContended, StoreUnavailable } from '../../core/failures.ts';
import type { Message } from '../../core/event/event.ts';
import type { Change, ProfileStore } from '../../core/ports.ts';
import { historyIds } from '../../core/profile/profile.ts';
import { acceptEvents } from '../../functions/accept-events/accept-events.ts';
import type { Directory } from '../../functions/parts/http/directory.ts';
import type { CommitFault } from '../around-ports.ts';
import { aMessage, anIdentify, aSegment, aTrack, documentsOf, startMs } from '../builders.ts';
import { CountingIds, TestDefinitions } from '../fakes.ts';
import { runs } from '../properties.ts';

export interface OpenStore {
  readonly store: ProfileStore;
  readonly directory: Pick<Directory, 'mergesOf'>;
  close(): Promise<void>;
}

const clock = { nowMs: () => startMs, backOff: () => Promise.resolve() };
const documents = documentsOf({ segments: [aSegment('bought', { did: 'Bought', atLeast: 1 })] });

/** The same store, some of whose commits are heard of by nobody. */
export function losingAnswers(store: ProfileStore, faults: readonly CommitFault[]): ProfileStore {
  let commits = 0;
  const commit = async (change: Change): Promise<'committed' | 'conflict'> => {
    const fault = faults[commits++] ?? 'none';
    if (fault === 'lost-before') throw new StoreUnavailable('lost on the way there');
    const answer = await store.commit(change);
    if (fault === 'lost-after') throw new StoreUnavailable('lost on the way back');
    return answer;
  };
  return Object.assign(Object.create(store) as ProfileStore, { commit });
}

const anonymous = (index: number): string => `a${index}`;
/** How somebody is found to be another: as one user on several devices, by an address, by an alias. */
const links: Readonly<Record<string, (index: number) => Message>> = {
  user: (index) => anIdentify({}, { userId: 'u1', anonymousId: anonymous(index) }),
  address: (index) => anIdentify({ email: 'ana@b.lv' }, { anonymousId: anonymous(index) }),
  alias: (index) => aMessage({ type: 'alias', anonymousId: anonymous(0), previousId: anonymous(index) }),
};
const people = fc.integer({ min: 2, max: 8 });
const faults = fc.array(fc.constantFrom<CommitFault>('none', 'none', 'lost-before', 'lost-after'), { maxLength: 10 });

/** Merges that race, in a store of either home. `full` is how often the property runs in the deep run. */
export function mergesContract(name: string, full: number, open: () => Promise<OpenStore>): void {
  describe(`merges of 2 to 8 people at once: ${name}`, () => {
    it.each(Object.keys(links))('lose nothing, though answers are lost: by %s', async (kind) => {
      const property = fc.asyncProperty(people, faults, fc.boolean(), async (count, lost, isBusy) => {
        const { store, directory, close } = await open();
        try {
          const indexes = Array.from({ length: count }, (_, index) => index);
          const ids = new CountingIds();
          const ports = {
            profiles: losingAnswers(store, lost),
            definitions: new TestDefinitions(documents),
            clock,
            ids,
          };
          // As the SDKs do: whoever is asked to come again does so with the same message.
          const send = async (message: Message): Promise<void> => {
            for (;;) {
              try {
                return void (await acceptEvents(ports)([message]));
              } catch (error) {
                if (!(error instanceof StoreContended)) throw error;
              }
            }
          };
          const before = indexes.map((index) =>
            aTrack(index === 0 ? 'Bought' : 'Viewed', {}, { anonymousId: anonymous(index) }),
          );
          await Promise.all(before.map(send));
          const joining = indexes.map(links[kind]!);
          const beside = isBusy ? indexes.map((index) => aTrack('Viewed', {}, { anonymousId: anonymous(index) })) : [];
          await Promise.all([...joining, ...beside].map(send));
          const keys = indexes.map((index) => `anonymousId:${anonymous(index)}`);
          const owners = await store.owners(keys);
          const loaded = await Promise.all(keys.map((key) => store.load(owners.get(key)!)));
          expect(new Set(loaded.map((one) => one!.profile.profileId)).size).toBe(1);
          const { profile } = loaded[0]!;
          expect(new Set(profile.mergedIds.map((one) => one.profileId)).size).toBe(profile.mergedIds.length);
          expect(profile.identifiers.filter((one) => one.kind === 'anonymousId' && one.resolves)).toHaveLength(count);
          expect(Object.keys(profile.segments)).toEqual(['bought']);
          // Each of those merged away is in the log once, by an event that was sent.
          const logged = (await directory.mergesOf(historyIds(profile), { limit: 100 })).items;
          expect(logged.map((row) => row.mergedId).sort()).toEqual(
            profile.mergedIds.map((one) => one.profileId).sort(),
          );
          for (const row of logged) expect(joining.map((message) => message.messageId)).toContain(row.eventId);
          const timeline = (await store.history(historyIds(profile))).map((event) => event.eventId);
          const sent = [...before, ...joining, ...beside].map((message) => message.messageId);
          expect(timeline.sort()).toEqual(sent.sort());
        } finally {
          await close();
        }
      });
      await fc.assert(property, runs(full));
    });
  });
}
