import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../core/event/event.ts';
import { StoreUnavailable } from '../../core/failures.ts';
import { applyGroupTraits, groupKeyOf, groupTraits, newGroup } from '../../core/group/group.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Groups, ProfileStore } from '../../core/ports.ts';
import { newProfile } from '../../core/profile/profile.ts';
import { acceptEvents } from '../../functions/accept-events/accept-events.ts';
import { noteGroups } from '../../functions/note-groups/note-groups.ts';
import type { Directory } from '../../functions/parts/http/directory.ts';
import type { CommitFault } from '../around-ports.ts';
import { aMessage, anIdentify, documentsOf, startMs } from '../builders.ts';
import { CountingIds, TestDefinitions } from '../fakes.ts';
import { runs } from '../properties.ts';

/** Stores of a home in which no group is known yet. */
export interface OpenGroups {
  readonly groups: Groups;
  readonly store: ProfileStore;
  readonly directory: Pick<Directory, 'members'>;
  /** Answers once lists show all that was committed. */
  readonly settle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const clock = { nowMs: () => startMs + 86_400_000, backOff: () => Promise.resolve() };
const acme = { type: 'company', groupId: 'acme' } as const;
const aCall = (groupId: string, traits: JsonObject, over: Partial<Message> = {}): Message =>
  aMessage({ type: 'group', groupId, traits, userId: 'u1', ...over });

/** All but writing. */
const reading = (groups: Groups): Omit<Groups, 'put'> => ({
  parts: groups.parts,
  mostAtOnce: groups.mostAtOnce,
  group: (id) => groups.group(id),
  enlist: (...args) => groups.enlist(...args),
  delist: (...args) => groups.delist(...args),
  members: (...args) => groups.members(...args),
});
/** The same groups, some of whose writes are heard of by nobody. */
function losing(groups: Groups, faults: readonly CommitFault[]): Groups {
  let puts = 0;
  return {
    ...reading(groups),
    put: async (group, expectedVersion, due) => {
      const fault = faults[puts++] ?? 'none';
      if (fault === 'lost-before') throw new StoreUnavailable('lost on the way there');
      const answer = await groups.put(group, expectedVersion, due);
      if (fault === 'lost-after') throw new StoreUnavailable('lost on the way back');
      return answer;
    },
  };
}
const homeOf = ({ store }: OpenGroups, groups: Groups) => {
  const ports = { profiles: store, definitions: new TestDefinitions(documentsOf()), clock, ids: new CountingIds() };
  return noteGroups({ ...ports, groups, accept: acceptEvents(ports) });
};

/** Groups, their traits and their members, on whatever they are kept. `full` is how often the property runs in the deep run. */
export function groupsContract(name: string, full: number, open: () => Promise<OpenGroups>): void {
  describe(`groups on ${name}`, () => {
    let opened: OpenGroups;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    async function members(id: { readonly type: string; readonly groupId: string }, limit = 2) {
      await opened.settle();
      const found: string[] = [];
      for (let cursor: string | undefined, isMore = true; isMore;) {
        const page = await opened.directory.members('group', groupKeyOf(id), { limit, ...(cursor && { cursor }) });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        found.push(...page.items.map(({ profileId }) => profileId));
        cursor = page.next;
        isMore = cursor !== undefined;
      }
      return found;
    }
    async function whois(userId: string): Promise<string> {
      const key = `userId:${userId}`;
      return (await opened.store.owners([key])).get(key)!;
    }

    it.each(['acme', 'a/b#c', 'constructor', 'žurnāls 🏠', 'x'.repeat(300)])(
      'come out as they were put: %s',
      async (groupId) => {
        const { groups } = opened;
        expect(await groups.group({ type: 'household', groupId })).toBeUndefined();
        const group = applyGroupTraits(newGroup({ type: 'household', groupId }), { plan: 'žß', n: [1, null] }, 5, 'm1');
        expect(await groups.put(group, 0)).toBe('put');
        expect(await groups.group({ type: 'household', groupId })).toEqual({ group, version: 1 });
        expect(await groups.group({ type: 'company', groupId })).toBeUndefined();
      },
    );

    it('are put only at the version that was read', async () => {
      const { groups } = opened;
      const first = applyGroupTraits(newGroup(acme), { plan: 'basic' }, 1, 'm1');
      const second = applyGroupTraits(first, { plan: 'large' }, 2, 'm2');
      expect(await groups.put(second, 1)).toBe('conflict');
      expect(await groups.put(first, 0)).toBe('put');
      expect(await groups.put(second, 0)).toBe('conflict');
      expect(await groups.put(second, 1)).toBe('put');
      expect(await groups.put(first, 1)).toBe('conflict');
      expect(await groups.group(acme)).toEqual({ group: second, version: 2 });
    });

    it('have of each trait what was said last, whatever comes first, races, or is not heard of', async () => {
      const call = fc.record({
        minute: fc.nat({ max: 5 }),
        traits: fc.dictionary(fc.constantFrom('plan', 'seats', 'valueOf'), fc.constantFrom('a', 'b', null), {
          maxKeys: 3,
        }),
        user: fc.nat({ max: 2 }),
      });
      const faults = fc.array(fc.constantFrom<CommitFault>('none', 'lost-before', 'lost-after'), { maxLength: 6 });
      let round = 0;
      const property = fc.asyncProperty(
        fc.array(call, { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.nat({ max: 7 })),
        faults,
        async (calls, order, lost) => {
          const groupId = `g${round++}`;
          const messages = calls.map(({ minute, traits, user }, index) =>
            aCall(groupId, traits, {
              messageId: `${groupId}m${index}`,
              userId: `${groupId}u${user}`,
              occurredMs: startMs + minute * 60_000,
            }),
          );
          const home = homeOf(opened, losing(opened.groups, lost));
          const shuffled = messages.toSorted(() => order.next().value! - 4);
          await Promise.all(shuffled.map((message) => home([message])));
          const expected: { [trait: string]: unknown } = {};
          for (const { traits } of messages.toSorted(
            (a, b) => a.occurredMs - b.occurredMs || (a.messageId < b.messageId ? -1 : 1),
          ))
            for (const [trait, value] of Object.entries(traits)) expected[trait] = value;
          for (const trait of Object.keys(expected)) if (expected[trait] === null) delete expected[trait];
          const read = await opened.groups.group({ type: 'company', groupId });
          expect(groupTraits(read?.group ?? newGroup(acme))).toEqual(expected);
        },
      );
      await fc.assert(property, runs(full));
    });

    it('have what a call said that was accepted before it died', async () => {
      const isDown: { now: boolean } = { now: true };
      const down: Groups = {
        ...reading(opened.groups),
        put: (...args) => (isDown.now ? Promise.reject(new Error('down')) : opened.groups.put(...args)),
      };
      const home = homeOf(opened, down);
      const call = aCall('acme', { plan: 'large' });
      await expect(home([call])).rejects.toThrow('down');
      isDown.now = false;
      expect(await home([call])).toMatchObject([{ status: 'duplicate' }]);
      expect(groupTraits((await opened.groups.group(acme))!.group)).toEqual({ plan: 'large' });
    });

    it('list their members in pages, each once, however often they are heard of', async () => {
      const home = homeOf(opened, opened.groups);
      const users = Array.from({ length: 7 }, (_, index) => `u${index}`);
      for (const again of [0, 1])
        for (const [index, userId] of users.entries())
          await home([
            aCall('acme', {}, { userId, messageId: `${userId}-${again}`, occurredMs: startMs + index + again * 100 }),
          ]);
      await home([aCall('acme', {}, { userId: 'u8', context: { groupType: 'household' } })]);
      const newestFirst = (await Promise.all(users.map(whois))).toReversed();
      expect(await members(acme)).toEqual(newestFirst);
      expect(await members({ type: 'household', groupId: 'acme' })).toEqual([await whois('u8')]);
      expect(await members({ type: 'company', groupId: 'acm' })).toEqual([]);
    });

    it('lose whoever is named another of the same type later, is merged, or erased', async () => {
      const home = homeOf(opened, opened.groups);
      await home([aCall('acme', {}, { userId: 'u1', occurredMs: startMs })]);
      await home([aCall('acme', {}, { userId: 'u2', occurredMs: startMs })]);
      await home([aCall('before', {}, { userId: 'u2', occurredMs: startMs - 5 })]);
      const visitor = { occurredMs: startMs + 1, anonymousId: 'a1' };
      const { userId: _, ...ofVisitor } = aCall('acme', {}, visitor);
      await home([ofVisitor]);
      expect(await members(acme)).toHaveLength(3);
      expect(await members({ type: 'company', groupId: 'before' })).toEqual([]);
      await home([anIdentify({}, { userId: 'u1', anonymousId: 'a1', occurredMs: startMs + 2 })]);
      expect((await members(acme)).toSorted()).toEqual([await whois('u1'), await whois('u2')].toSorted());
      await home([aCall('other', {}, { userId: 'u1', occurredMs: startMs + 3 })]);
      expect(await members(acme)).toEqual([await whois('u2')]);
      expect(await members({ type: 'company', groupId: 'other' })).toEqual([await whois('u1')]);
      const { profile, version } = (await opened.store.load(await whois('u2')))!;
      const erased = { ...newProfile(profile.profileId, 0), isErased: true };
      await opened.store.commit({ attemptId: 'erase', profiles: [{ expectedVersion: version, profile: erased }] });
      expect(await members(acme)).toEqual([]);
    });
  });
}
