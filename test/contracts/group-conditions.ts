import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillProfile } from '../../core/fill-profile.ts';
import { changeGroup } from '../../core/group/change-group.ts';
import { groupTraits, newGroup, setGroupTraits } from '../../core/group/group.ts';
import type { DueRow, Groups, Ports } from '../../core/ports.ts';
import { acceptEvents } from '../../functions/accept-events/accept-events.ts';
import { noteGroups } from '../../functions/note-groups/note-groups.ts';
import { unmergeProfile } from '../../functions/unmerge-profile/unmerge-profile.ts';
import { wakeDue } from '../../functions/wake-due/wake-due.ts';
import { losing, portsAround, scheduledBy, type Around, type CommitFault } from '../around-ports.ts';
import { aMessage, anIdentify, aSegment, documentsOf, startMs } from '../builders.ts';
import { CountingIds, TestDefinitions } from '../fakes.ts';
import type { OpenGroups } from './groups.ts';

/** The same, with what is due in it. */
export interface OpenDue extends OpenGroups {
  readonly due: () => Promise<readonly DueRow[]>;
  readonly done: (due: DueRow) => Promise<void>;
}

const documents = documentsOf({
  segments: [
    aSegment('large', { trait: 'groups.company.plan', is: 'large' }),
    aSegment('crowded', { all: [{ trait: 'groups.household.size', atLeast: 4 }, { segment: 'large' }] }),
  ],
});
const nowMs = startMs + 86_400_000;

/** What happens to people and groups; each is one call that others may come between. */
type Step =
  | {
      readonly kind: 'join';
      readonly who: number;
      readonly group: number;
      readonly minute: number;
      readonly plan?: string;
    }
  | { readonly kind: 'change'; readonly group: number; readonly plan: string }
  | { readonly kind: 'merge'; readonly who: number; readonly other: number }
  | { readonly kind: 'wake'; readonly which: number }
  | { readonly kind: 'settle' };
const plan = fc.constantFrom('large', 'small');
const who = fc.nat({ max: 3 });
const group = fc.nat({ max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      { kind: fc.constant('join' as const), who, group, minute: fc.nat({ max: 60 }), plan },
      { requiredKeys: ['kind', 'who', 'group', 'minute'] },
    ),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('change' as const), group, plan }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('merge' as const), who: fc.constant(3), other: fc.nat({ max: 2 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wake' as const), which: fc.nat({ max: 5 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'settle' as const }) },
);
const faults = fc.array(fc.constantFrom<CommitFault>('none', 'none', 'lost-before', 'lost-after'), { maxLength: 10 });

const groupsAround = (groups: Groups, around: Around): Groups => ({
  parts: groups.parts,
  mostAtOnce: 2,
  group: (...args) => around('group', () => groups.group(...args)),
  put: (...args) => around('commit', () => groups.put(...args)),
  enlist: (...args) => around('enlist', () => groups.enlist(...args)),
  delist: (...args) => around('delist', () => groups.delist(...args)),
  members: (...args) => around('members', () => groups.members(...args)),
});

/** Conditions on traits of groups, on whatever people and groups are kept. `full` is how often the property runs in the deep run. */
export function groupConditionsContract(name: string, full: number, open: () => Promise<OpenDue>): void {
  describe(`conditions on groups on ${name}`, () => {
    let opened: OpenDue;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    function homeOf(around: Around, definitions = new TestDefinitions(documents)) {
      const clock = { nowMs: () => nowMs, backOff: () => Promise.resolve() };
      const all = { profiles: opened.store, definitions, clock, ids: new CountingIds() };
      const ports = portsAround(all as unknown as Ports, around);
      const groups = groupsAround(opened.groups, around);
      return {
        definitions,
        accept: noteGroups({ ...ports, groups, accept: acceptEvents(ports) }),
        change: (groupId: string, value: string, id: string) =>
          changeGroup({ ...ports, groups }, { type: 'company', groupId }, (one) =>
            setGroupTraits(one, { plan: value }, nowMs, id),
          ),
        unmerge: unmergeProfile(ports),
        fill: fillProfile(ports),
        wake: wakeDue({ ...ports, groups, personal: () => Promise.reject(new Error('nobody is erased')) }),
      };
    }
    const plainly: Around = (_, call) => call();
    /** All that is due, until nothing is. */
    async function rest(home: ReturnType<typeof homeOf>): Promise<void> {
      for (let round = 0; ; round++) {
        await opened.settle();
        const rows = await opened.due();
        if (rows.length === 0) return;
        expect(round).toBeLessThan(50);
        for (const row of rows) {
          await home.wake(row);
          await opened.done(row);
        }
      }
    }
    async function segmentsOf(userId: string): Promise<readonly string[]> {
      const key = `userId:${userId}`;
      const owner = (await opened.store.owners([key])).get(key);
      const loaded = owner === undefined ? undefined : await opened.store.load(owner);
      return Object.keys(loaded?.profile.segments ?? {}).sort();
    }
    const aCall = (userId: string, groupId: string, over = {}) => aMessage({ type: 'group', groupId, userId, ...over });

    it('hold of members, of whoever joins later, and no more of whoever leaves', async () => {
      const home = homeOf(plainly);
      await home.accept([aCall('u1', 'acme', { traits: { plan: 'large', seats: 5 } }), aCall('u2', 'acme')]);
      await rest(home);
      expect([await segmentsOf('u1'), await segmentsOf('u2')]).toEqual([['large'], ['large']]);
      await home.accept([aCall('u3', 'acme')]);
      await home.accept([aCall('u1', 'other', { occurredMs: startMs + 1_000 })]);
      await rest(home);
      expect([await segmentsOf('u1'), await segmentsOf('u3')]).toEqual([[], ['large']]);
      await home.change('acme', 'small', 'put1');
      await rest(home);
      expect([await segmentsOf('u2'), await segmentsOf('u3')]).toEqual([[], []]);
      const household = { traits: { size: 4 }, context: { groupType: 'household' } };
      await home.accept([aCall('u2', 'tree', household)]);
      await home.change('acme', 'large', 'put2');
      await rest(home);
      expect([await segmentsOf('u2'), await segmentsOf('u3')]).toEqual([['crowded', 'large'], ['large']]);
    });

    it('cost nothing where no document asks for a trait that changes', async () => {
      const home = homeOf(plainly);
      await home.accept([aCall('u1', 'acme', { traits: { seats: 5 } })]);
      await rest(home);
      await home.accept([aCall('u1', 'acme', { messageId: 'again', traits: { seats: 6 } })]);
      expect(await opened.due()).toEqual([]);
    });

    it('are right of both who are taken apart, whatever changed while they were one', async () => {
      const home = homeOf(plainly);
      const { userId: _, ...visitor } = aCall('nobody', 'theirs', { anonymousId: 'a1', occurredMs: startMs });
      await home.accept([visitor, aCall('u1', 'ours', { occurredMs: startMs + 5 })]);
      await rest(home);
      const mergedId = (await opened.store.owners(['anonymousId:a1'])).get('anonymousId:a1')!;
      await home.accept([anIdentify({}, { userId: 'u1', anonymousId: 'a1', occurredMs: startMs + 6 })]);
      const profileId = (await opened.store.owners(['userId:u1'])).get('userId:u1')!;
      await home.change('theirs', 'large', 'put1');
      await rest(home);
      expect(await segmentsOf('u1')).toEqual([]);
      expect(await home.unmerge({ profileId, mergedId })).toMatchObject({ kind: 'unmerged' });
      await rest(home);
      expect(await segmentsOf('u1')).toEqual([]);
      expect(Object.keys((await opened.store.load(mergedId))!.profile.segments)).toEqual(['large']);
    });

    it('are asked of whoever is filled with a publication that asks for them, without a word to journeys', async () => {
      const bare = new TestDefinitions(documentsOf({ segments: [aSegment('readers', { did: 'Read' })] }));
      const home = homeOf(plainly, bare);
      await home.accept([aCall('u1', 'acme', { traits: { plan: 'large' } }), aCall('u2', 'acme')]);
      expect(await opened.due()).toEqual([]);
      bare.publish(documents);
      const people = await Promise.all(
        ['u1', 'u2'].map(async (id) => (await opened.store.owners([`userId:${id}`])).get(`userId:${id}`)!),
      );
      for (const profileId of people) await home.fill(profileId);
      await rest(home);
      expect([await segmentsOf('u1'), await segmentsOf('u2')]).toEqual([['large'], ['large']]);
      // Again, for nothing.
      for (const profileId of people) await home.fill(profileId);
      expect(await opened.due()).toEqual([]);
      await home.change('acme', 'small', 'put1');
      await rest(home);
      expect([await segmentsOf('u1'), await segmentsOf('u2')]).toEqual([[], []]);
    });

    it('are looked at once more, and no oftener, where a group changes again and again meanwhile', async () => {
      const home = homeOf(plainly);
      const people = ['u1', 'u2', 'u3', 'u4', 'u5'];
      await home.accept(people.map((userId) => aCall(userId, 'acme', { messageId: userId })));
      await rest(home);
      const acme = { type: 'company', groupId: 'acme' };
      await home.change('acme', 'large', 'put0');
      const [begun] = await opened.due();
      await home.wake(begun!);
      await opened.done(begun!);
      const standing = await opened.due();
      expect(standing.length).toBeGreaterThan(0);
      for (let count = 1; count <= 7; count++)
        await home.change('acme', count % 2 === 0 ? 'large' : 'small', `put${count}`);
      expect(await opened.due()).toEqual(standing);
      expect((await opened.groups.group(acme))!.group.walk).toMatchObject({ isAgain: true });
      await rest(home);
      expect(await Promise.all(people.map(segmentsOf))).toEqual(people.map(() => []));
      expect((await opened.groups.group(acme))!.group.walk).toBeUndefined();
    });

    it('are right in the end, whoever joins and changes at once, whatever is lost, and in whatever order it is looked at', async () => {
      let round = 0;
      const property = fc.asyncProperty(
        // Those of one list begin at once, and come between one another.
        fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
        faults,
        fc.scheduler(),
        async (steps, lost, scheduler) => {
          const at = `r${round++}`;
          const userOf = (index: number): string => `${at}u${index}`;
          const groupIdOf = (index: number): string => `${at}#${index}`;
          const home = homeOf(losing(lost, scheduledBy(scheduler)));
          const run = async (one: Step, index: number): Promise<unknown> => {
            if (one.kind === 'settle') return opened.settle();
            if (one.kind === 'change') return home.change(groupIdOf(one.group), one.plan, `${at}m${index}`);
            if (one.kind === 'wake') {
              const rows = await opened.due();
              const row = rows[one.which % Math.max(1, rows.length)];
              if (!row) return undefined;
              await home.wake(row);
              return opened.done(row);
            }
            if (one.kind === 'merge')
              return home.accept([
                anIdentify({}, { userId: userOf(one.other), anonymousId: userOf(3), messageId: `${at}m${index}` }),
              ]);
            const by = one.who === 3 ? { userId: undefined, anonymousId: userOf(3) } : { userId: userOf(one.who) };
            const { userId: _, ...bare } = aCall('nobody', groupIdOf(one.group), {
              messageId: `${at}m${index}`,
              occurredMs: startMs + one.minute * 60_000,
              traits: one.plan === undefined ? {} : { plan: one.plan },
            });
            return home.accept([{ ...bare, ...by } as typeof bare]);
          };
          // Whoever hears of a failure comes again.
          const again = async (one: Step, index: number): Promise<void> => {
            for (let tries = 0; tries < 12; tries++)
              try {
                await run(one, index);
                return;
              } catch {
                continue;
              }
          };
          for (const [turn, beside] of steps.entries())
            await scheduler.waitFor(Promise.all(beside.map((one, index) => again(one, turn * 10 + index))));
          await rest(homeOf(plainly, home.definitions));
          for (let index = 0; index < 4; index++) {
            const key = index === 3 ? `anonymousId:${userOf(3)}` : `userId:${userOf(index)}`;
            const owner = (await opened.store.owners([key])).get(key);
            if (owner === undefined) continue;
            const { profile } = (await opened.store.load(owner))!;
            const { company } = profile.groups;
            const id = { type: 'company', groupId: company?.value ?? '' };
            const read = company && (await opened.groups.group(id));
            const wanted = groupTraits(read?.group ?? newGroup(id))['plan'] === 'large' ? ['large'] : [];
            expect(Object.keys(profile.segments)).toEqual(wanted);
            expect(read?.group.walk).toBeUndefined();
          }
        },
      );
      await fc.assert(property, { numRuns: full, endOnFailure: true });
    });
  });
}
