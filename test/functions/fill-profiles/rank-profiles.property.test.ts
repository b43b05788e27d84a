import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../core/failures.ts';
import type { Ranks } from '../../../core/ports.ts';
import { traitValue } from '../../../core/trait/computed-trait.ts';
import { viewOf } from '../../../core/segment/view.ts';
import { erasePerson } from '../../../functions/erase-person/erase-person.ts';
import { rankProfiles } from '../../../functions/fill-profiles/rank-profiles.ts';
import { unmergeProfile } from '../../../functions/unmerge-profile/unmerge-profile.ts';
import { readCoverage } from '../../../local/store/coverage.ts';
import { SqliteFills } from '../../../local/store/fills.ts';
import { SqliteRanks } from '../../../local/store/ranks.ts';
import { anIdentify, aSegment, aTrack, TestHome } from '../../builders.ts';
import { runs } from '../../properties.ts';

const traits = [
  { id: 'orders', name: 'Orders', count: 'Bought' },
  { id: 'spent', name: 'Spent', sum: 'Bought', of: 'total' },
  { id: 'by-orders', name: 'By orders', rank: 'orders', into: 5 },
  { id: 'by-spent', name: 'By money', rank: 'spent', into: 3, best: 'least' as const },
];
const best = aSegment('best', { trait: 'by-orders', atLeast: 4 });

/** Somebody, by what they paid each time. */
const person = fc.array(fc.constantFrom(0.1, 0.2, 5, 12, 99.99), { maxLength: 4 });
/** At which call of the store something fails, and whether it was done all the same. */
const fault = fc.record({ at: fc.nat(6), isLost: fc.boolean() });

/** A home whose people wait to be counted. */
async function homeOf(people: readonly (readonly number[])[]): Promise<TestHome> {
  const home = new TestHome({});
  for (const [index, paid] of people.entries()) {
    await home.accept(anIdentify({}, { userId: `u${index}` }));
    for (const total of paid) await home.accept(aTrack('Bought', { total }, { userId: `u${index}` }));
  }
  home.publish({ traits, segments: [best] });
  await home.drain();
  return home;
}

/** A store whose calls fail where they are told to. */
function failing(ranks: Ranks, faults: readonly { readonly at: number; readonly isLost: boolean }[]): Ranks {
  let calls = 0;
  let left = [...faults];
  const fails = async <T>(work: () => Promise<T>): Promise<T> => {
    const [next] = left;
    if (next?.at !== calls++) return work();
    [calls, left] = [0, left.slice(1)];
    if (next.isLost) await work();
    throw new StoreUnavailable('down');
  };
  return {
    progress: (number, part) => ranks.progress(number, part),
    all: (number) => fails(() => ranks.all(number)),
    advance: (progress) => fails(() => ranks.advance(progress)),
    put: (coverage, before) => fails(() => ranks.put(coverage, before)),
  };
}

/** Whoever is known by a user id is erased, if they are there yet. */
async function forget(home: TestHome, userId: string): Promise<void> {
  const profileId = (await home.store.owners([`userId:${userId}`])).get(`userId:${userId}`);
  if (profileId !== undefined) await erasePerson({ ...home.ports, personal: home.personal })({ profileId });
}
/** Whoever was merged into somebody last is taken out again. */
async function takeApart(home: TestHome, userId: string): Promise<void> {
  const profileId = (await home.store.owners([`userId:${userId}`])).get(`userId:${userId}`);
  const mergedId =
    profileId === undefined ? undefined : (await home.store.load(profileId))?.profile.mergedIds.at(-1)?.profileId;
  if (profileId !== undefined && mergedId !== undefined) await unmergeProfile(home.ports)({ profileId, mergedId });
}

describe('counting everybody', () => {
  it('makes the same tables wherever it dies and is taken up again, and they rank as a plain sort does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(person, { minLength: 1, maxLength: 9 }),
        fc.array(fault, { maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (people, faults, most) => {
          const home = await homeOf(people);
          const { number, ranks: first } = home.definitions.now.coverage;
          const startedMs = home.clock.nowMs();
          const stores = { fills: new SqliteFills(home.db), ranks: failing(new SqliteRanks(home.db), faults) };
          const rank = rankProfiles({ ...home.ports, ...stores }, { most, atOnce: 2 });
          // A call that dies is made again, as a machine does; a table that is there by then ends it.
          for (let isOver = false; !isOver;) {
            const answer = await rank({ number, part: 0, startedMs }).catch(() => ({ isDone: false }));
            isOver = answer.isDone || readCoverage(home.db)!.number > number;
          }
          const made = readCoverage(home.db)!;
          expect([made.number, made.ranks]).toEqual([number + 1, first]);
          const values = people.map((paid) => paid.length);
          for (const [index, value] of values.entries()) {
            const profile = await home.profile(`userId:u${index}`);
            const behind = values.filter((other) => other < value).length;
            const view = viewOf(profile, home.definitions.now, startedMs);
            const place = 1 + Math.floor((5 * behind) / values.length);
            expect(traitValue(view, 'by-orders')).toBe(place);
            expect(Object.hasOwn(profile.segments, 'best')).toBe(place >= 4);
          }
        },
      ),
      runs(400),
    );
  });

  it('loses nothing of what happens meanwhile: after the next night everybody is ranked as they are', async () => {
    const change = fc.record({
      who: fc.nat(8),
      what: fc.constantFrom('buy', 'merge', 'unmerge', 'erase', 'come'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(person, { minLength: 2, maxLength: 7 }),
        fc.array(change, { maxLength: 6 }),
        async (people, changes) => {
          const home = await homeOf(people);
          const { number } = home.definitions.now.coverage;
          const stores = { fills: new SqliteFills(home.db), ranks: new SqliteRanks(home.db) };
          const rank = rankProfiles({ ...home.ports, ...stores }, { most: 1, atOnce: 1 });
          for (const [index, { who, what }] of changes.entries()) {
            await rank({ number, part: 0, startedMs: home.clock.nowMs() });
            const userId = `u${who % people.length}`;
            if (what === 'buy') await home.accept(aTrack('Bought', { total: 1 }, { userId }));
            else if (what === 'erase') await forget(home, userId);
            else if (what === 'unmerge') await takeApart(home, userId);
            else if (what === 'come') await home.accept(aTrack('Bought', { total: 1 }, { userId: `new${index}` }));
            else {
              await home.accept(aTrack('Bought', { total: 1 }, { userId: '', anonymousId: `a${index}` }));
              await home.accept(anIdentify({}, { userId, anonymousId: `a${index}` }));
            }
          }
          home.definitions.rank(readCoverage(home.db)!);
          await home.wind('P2D');
          const { computed, coverage } = home.definitions.now;
          const standing = home.profiles().filter(({ mergedInto, isErased }) => mergedInto === undefined && !isErased);
          expect(coverage.ranks!['by-orders']!.people).toBe(standing.length);
          const valueOf = (profile: (typeof standing)[number]): number =>
            Number(computed.get('orders')!.valueOf(viewOf(profile, home.definitions.now, home.clock.nowMs())));
          const values = standing.map(valueOf);
          for (const profile of standing) {
            const behind = values.filter((other) => other < valueOf(profile)).length;
            const place = 1 + Math.floor((5 * behind) / values.length);
            expect(Object.hasOwn(profile.segments, 'best')).toBe(place >= 4);
          }
        },
      ),
      runs(400),
    );
  });
});
