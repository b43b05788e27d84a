import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MergeRow } from '../../../core/profile/merge-log.ts';
import { historyIds } from '../../../core/profile/profile.ts';
import { acceptEvents } from '../../../functions/accept-events/accept-events.ts';
import { changeConsent } from '../../../functions/change-consent/change-consent.ts';
import { unmergeProfile, type UnmergeAnswer } from '../../../functions/unmerge-profile/unmerge-profile.ts';
import { losing, portsAround, scheduledBy, type CommitFault } from '../../around-ports.ts';
import { aJourney, aMessage, anIdentify, aTrack, dayMs, startMs, TestHome } from '../../builders.ts';
import { runs } from '../../properties.ts';

const link = (over = {}) => anIdentify({}, { userId: 'u1', anonymousId: 'a1', ...over });
const anonymously = { anonymousId: 'a1' };

/** u1 and a1, who became part of them. */
async function merged(home: TestHome): Promise<{ readonly profileId: string; readonly mergedId: string }> {
  await home.accept(aTrack('Viewed', {}, { userId: 'u1' }), aTrack('Viewed', {}, anonymously));
  const { profileId: mergedId } = await home.profile('anonymousId:a1');
  await home.accept(link());
  const { profileId } = await home.profile('userId:u1');
  expect(profileId).not.toBe(mergedId);
  return { profileId, mergedId };
}
const isOne = async (home: TestHome): Promise<boolean> =>
  (await home.profile('userId:u1')).profileId === (await home.profile('anonymousId:a1')).profileId;

describe('a merge that is undone', () => {
  let home: TestHome;
  let unmerge: (task: { profileId: string; mergedId: string }) => Promise<UnmergeAnswer>;
  beforeEach(() => {
    home = new TestHome();
    unmerge = unmergeProfile(home.ports);
  });
  afterEach(() => home.close());

  it('is not made again by what made it, but by an alias under the server key', async () => {
    const task = await merged(home);
    expect(await unmerge(task)).toEqual({ kind: 'unmerged', ...task });
    await home.accept(link(), aMessage({ type: 'alias', userId: 'u1', previousId: 'a1', trust: 'public' }));
    expect(await isOne(home)).toBe(false);
    expect(home.facts('conflict').map(({ detail }) => detail['reason'])).toContain('kept-apart');
    await home.accept(aMessage({ type: 'alias', userId: 'u1', previousId: 'a1' }));
    expect(await isOne(home)).toBe(true);
    expect(await unmerge(task)).toEqual({ kind: 'unmerged', ...task });
    expect(await isOne(home)).toBe(false);
    // By now an identity of the earlier alias leads to somebody who does not list it.
    await home.accept(aMessage({ type: 'alias', userId: 'u1', previousId: 'a1', messageId: 'once-more' }));
    expect(await isOne(home)).toBe(true);
  });

  it('is left as it is where too much has happened since, and nothing of it is begun', async () => {
    const task = await merged(home);
    const since = Array.from({ length: 5_001 }, () => aTrack('Viewed', {}, { userId: 'u1' }));
    for (let at = 0; at < since.length; at += 500) await home.accept(...since.slice(at, at + 500));
    const before = await home.profile('userId:u1');
    expect(await unmerge(task)).toEqual({ kind: 'too-large' });
    expect(await home.profile('userId:u1')).toEqual(before);
    expect(await isOne(home)).toBe(true);
  }, 60_000);

  it('tells both of it, and keeps nothing of the two with the merge', async () => {
    const task = await merged(home);
    await unmerge(task);
    const told = home.log.flatMap(({ facts = [] }) => facts).filter(({ name }) => name === 'unmerged');
    expect(told.map(({ profileId, detail }) => [profileId, detail['profileId']])).toEqual([
      [task.profileId, task.mergedId],
      [task.mergedId, task.profileId],
    ]);
    const [row] = await home.store.merges([task.profileId]);
    expect(row).toMatchObject({ ...task, undoneMs: startMs, identifiers: [] });
    expect(row!.undo).toBeUndefined();
  });

  it('leaves a denial that was given since on both sides, and a grant where it was given', async () => {
    const task = await merged(home);
    const { profileId } = task;
    await changeConsent(home.ports)({ profileId, consent: { 'email/marketing': 'denied' }, source: 'desk' });
    await changeConsent(home.ports)({ profileId, consent: { 'sms/marketing': 'granted' }, source: 'desk' });
    await unmerge(task);
    const said = async (key: string) => (await home.profile(key)).consent;
    expect((await said('userId:u1'))['email/marketing']).toMatchObject({ value: 'denied' });
    expect((await said('anonymousId:a1'))['email/marketing']).toMatchObject({ value: 'denied' });
    expect((await said('userId:u1'))['sms/marketing']).toMatchObject({ value: 'granted' });
    expect((await said('anonymousId:a1'))['sms/marketing']).toBeUndefined();
  });

  it('gives each the enrollments that they began, which go on; what the merge ended stays ended', async () => {
    const journeys = [
      aJourney({ steps: [{ id: 'pause', wait: 'P2D' }] }),
      aJourney({
        id: 'welcome',
        entry: { on: { event: 'Signed Up' }, again: 'always' },
        steps: [{ id: 'pause', wait: 'P2D' }],
      }),
    ];
    const own = new TestHome({ journeys });
    try {
      await own.accept(aTrack('Cart Filled', {}, { userId: 'u1' }));
      // Later, so that the merge keeps the other one: of two that are as old, an id decides.
      await own.wind('PT1M');
      await own.accept(aTrack('Cart Filled', {}, anonymously));
      await own.accept(aTrack('Signed Up', {}, anonymously));
      const { profileId: mergedId } = await own.profile('anonymousId:a1');
      await own.accept(link());
      const { profileId } = await own.profile('userId:u1');
      expect(await unmergeProfile(own.ports)({ profileId, mergedId })).toMatchObject({ kind: 'unmerged' });
      const stubs = async (key: string) => (await own.profile(key)).enrollments.map((one) => one.journeyId);
      expect(await stubs('userId:u1')).toEqual(['cart']);
      expect(await stubs('anonymousId:a1')).toEqual(['welcome']);
      await own.wind('P3D');
      const ends = own.enrollments().map((one) => [one.profileId === mergedId, one.journeyId, one.status]);
      expect(ends).toEqual(
        expect.arrayContaining([
          [false, 'cart', 'completed'],
          [true, 'cart', 'exited'],
          [true, 'welcome', 'completed'],
        ]),
      );
      expect(own.problems).toEqual([]);
    } finally {
      own.close();
    }
  });

  it('leaves nothing of their events with the other: no journey that they began, and no word of them', async () => {
    const timed = { steps: [{ id: 'pause', wait: 'P2D' as const }] };
    const journeys = [
      aJourney({ id: 'welcome', entry: { on: { event: 'Signed Up' }, again: 'always' }, ...timed }),
      aJourney({ id: 'thanks', entry: { on: { event: 'Order Completed' }, again: 'always' }, ...timed }),
    ];
    const own = new TestHome({ journeys });
    try {
      const { profileId, mergedId } = await merged(own);
      await own.accept(aTrack('Signed Up', { note: 'of a1' }, { ...anonymously, messageId: 'theirs' }));
      await own.accept(aTrack('Order Completed', { note: 'of u1' }, { userId: 'u1', messageId: 'ours' }));
      const said = (id: string): string =>
        JSON.stringify([
          own.enrollments().filter((one) => one.profileId === id),
          own.db.all('SELECT * FROM facts WHERE profile_id = ?', id),
        ]);
      expect(said(profileId)).toContain('of a1');
      expect(await unmergeProfile(own.ports)({ profileId, mergedId })).toMatchObject({ kind: 'unmerged' });
      expect(said(profileId)).not.toContain('of a1');
      expect(said(profileId)).not.toContain('theirs');
      expect(said(profileId)).toContain('of u1');
      const events = await own.store.history([mergedId]);
      expect(events.find(({ eventId }) => eventId === 'theirs')?.properties).toEqual({ note: 'of a1' });
      await own.wind('P3D');
      const ends = own.enrollments().map((one) => `${one.journeyId} ${one.status} ${one.reason ?? ''}`);
      expect(ends.sort()).toEqual(['thanks completed ', 'welcome exited unmerged']);
      expect(own.problems).toEqual([]);
    } finally {
      own.close();
    }
  });

  it('moves as many events as there are, some in each commit', async () => {
    const task = await merged(home);
    const since = Array.from({ length: 70 }, () => aTrack('Bought', {}, anonymously));
    for (const message of since) await home.accept(message);
    const from = home.log.length;
    await unmerge(task);
    const sizes = home.log.slice(from).map(({ moves = [] }) => moves.length);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(70);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(20);
    const events = await home.store.history(historyIds(await home.profile('anonymousId:a1')));
    expect(events).toHaveLength(71);
  });

  it('is refused where nothing tells any more what was whose', async () => {
    const task = await merged(home);
    expect(await unmerge({ ...task, profileId: 'nobody' })).toEqual({ kind: 'unknown-profile' });
    expect(await unmerge({ ...task, mergedId: 'nobody' })).toEqual({ kind: 'not-merged' });
    const [{ undo: _, ...row }] = (await home.store.merges([task.profileId])) as readonly [MergeRow];
    const bare = Object.assign(Object.create(home.store) as typeof home.store, { merges: async () => [row] });
    expect(await unmergeProfile({ ...home.ports, profiles: bare })(task)).toEqual({ kind: 'not-kept' });
    const later = { ...home.ports.clock, nowMs: () => startMs + 401 * dayMs };
    expect(await unmergeProfile({ ...home.ports, clock: later })(task)).toEqual({ kind: 'too-old' });
    expect(await isOne(home)).toBe(true);
  });

  it('is undone once, and loses no event, whatever comes in meanwhile and whichever answers are lost', async () => {
    const faults = fc.array(fc.constantFrom<CommitFault>('none', 'none', 'lost-before', 'lost-after'), {
      maxLength: 5,
    });
    const property = fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 0, max: 12 }),
      faults,
      async (scheduler, count, lost) => {
        const own = new TestHome({ isRecorded: true });
        try {
          const task = await merged(own);
          const before = Array.from({ length: count }, () => aTrack('Bought', {}, anonymously));
          for (const message of before) await own.take(message);
          const ports = portsAround(own.ports, losing(lost, scheduledBy(scheduler)));
          const beside = [aTrack('Asked', {}, anonymously), aTrack('Asked', {}, { userId: 'u1' })];
          const all = Promise.all([
            unmergeProfile(ports)(task),
            unmergeProfile(ports)(task),
            ...beside.map((message) => acceptEvents(ports)([message])),
          ]);
          const [first, second] = await scheduler.waitFor(all);
          expect([first, second]).toEqual([
            { kind: 'unmerged', ...task },
            { kind: 'unmerged', ...task },
          ]);
          const names = async (key: string) =>
            (await own.store.history(historyIds(await own.profile(key)))).map((event) => event.name).sort();
          expect(await names('anonymousId:a1')).toEqual(['Asked', ...before.map(() => 'Bought'), 'Viewed']);
          expect(await names('userId:u1')).toEqual(['Asked', 'Identified', 'Viewed']);
        } finally {
          own.close();
        }
      },
    );
    await fc.assert(property, runs(4_000));
  });
});
