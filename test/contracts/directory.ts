import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Documents } from '../../core/journey/document.ts';
import type { Message as RenderedMessage } from '../../core/message/message.ts';
import type { Change, ProfileStore } from '../../core/ports.ts';
import type { Profile } from '../../core/profile/profile.ts';
import { CursorInvalid, type Directory, type Page, type PageQuery } from '../../functions/parts/http/directory.ts';
import { aJourney, anAudience, aSegment, documentsOf } from '../builders.ts';
import { aDelivery, aFact, aMerge, anEnrollment, anEvent, aProfile, aTask, atMs } from './rows.ts';

/** Lists to be tried, empty, over a store that has published `documents`. */
export interface OpenDirectory {
  readonly store: ProfileStore;
  readonly directory: Directory;
  /** Lets everything that was committed reach the lists. */
  readonly settle: () => Promise<void>;
  /** Keeps a message that was handed over. */
  readonly keep: (deliveryId: string, message: RenderedMessage) => Promise<void>;
  readonly close: () => Promise<void>;
}

const always = { trait: 'plan', is: 'set' } as const;
/** What is published where lists are looked at. */
export const listedDocuments: Documents = documentsOf({
  journeys: ['cart', 'welcome'].map((id) => aJourney({ id, steps: [{ id: 'wait', wait: 'P1D' }] })),
  segments: ['loyal', 'idle'].map((id) => aSegment(id, always)),
  audiences: [anAudience('lookalike', 'seed', always)],
});

/** What every directory must do, on whatever it stands. */
export function directoryContract(name: string, open: () => Promise<OpenDirectory>): void {
  describe(`the directory on ${name}`, () => {
    let opened: OpenDirectory;
    let directory: Directory;
    const versions = new Map<string, number>();
    beforeEach(async () => {
      versions.clear();
      opened = await open();
      directory = opened.directory;
    });
    afterEach(() => opened.close());

    let attempts = 0;
    /** Commits at the version at hand; p1 as it is where the test does not care. */
    const commit = async (
      change: Partial<Omit<Change, 'profiles'>>,
      profiles: readonly Profile[] = [aProfile('p1')],
    ): Promise<void> => {
      const at = profiles.map((profile) => ({ profile, expectedVersion: versions.get(profile.profileId) ?? 0 }));
      expect(await opened.store.commit({ attemptId: `attempt-${++attempts}`, profiles: at, ...change })).toBe(
        'committed',
      );
      for (const { profile, expectedVersion } of at) versions.set(profile.profileId, expectedVersion + 1);
    };
    const many = { limit: 1_000 } as const;

    /** All pages of a list put together. */
    async function paged<T>(read: (page: PageQuery) => Promise<Page<T>>, limit: number): Promise<readonly T[]> {
      const found: T[] = [];
      let cursor: string | undefined;
      do {
        const page = await read({ limit, ...(cursor !== undefined && { cursor }) });
        expect(page.items.length, 'an empty page promises nothing').toBeGreaterThan(0);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        found.push(...page.items);
        cursor = page.next;
      } while (cursor !== undefined);
      return found;
    }
    /** The whole list, once pages of any size were seen to make the same of it. */
    async function listed<T>(read: (page: PageQuery) => Promise<Page<T>>): Promise<readonly T[]> {
      await opened.settle();
      const { items, next } = await read(many);
      expect(next).toBeUndefined();
      for (let limit = 1; limit <= items.length + 1 && items.length > 0; limit++)
        expect(await paged(read, limit), `pages of ${limit}`).toEqual(items);
      return items;
    }

    describe('the log of merges', () => {
      const merges = (...profileIds: string[]) => listed((page) => directory.mergesOf(profileIds, page));

      it('is empty of somebody who was never merged', async () => {
        await commit({});
        expect(await merges('p1')).toEqual([]);
      });

      it('is one over all ids of a person, the newest first', async () => {
        const [first, second] = [aMerge('p2'), aMerge('p3', { version: 2, rule: 'alias' })];
        const later = aMerge('p1', { profileId: 'p4', atMs: atMs + 1 });
        await commit({ merges: [first] });
        await commit({ merges: [second] });
        await commit({ merges: [later] }, [aProfile('p4')]);
        expect(await merges('p4', 'p1', 'p2', 'p3')).toEqual([later, second, first]);
        expect(await merges('p1')).toEqual([second, first]);
        expect(await merges('p2')).toEqual([]);
      });

      it('has nothing of a commit that did not hold', async () => {
        await commit({});
        const profiles = [{ expectedVersion: 0, profile: aProfile('p1') }];
        expect(await opened.store.commit({ attemptId: 'late', profiles, merges: [aMerge('p2')] })).toBe('conflict');
        expect(await merges('p1')).toEqual([]);
      });
    });

    describe('a timeline', () => {
      const timeline = (...profileIds: string[]) => listed((page) => directory.timeline(profileIds, page));

      it('is empty for somebody of whom nothing is known', async () => {
        expect(await timeline('p1')).toEqual([]);
      });

      it('shows events, deliveries and what changed, newest first, each whole', async () => {
        const delivery = aDelivery('e1-1', { atMs: atMs + 2 });
        const event = anEvent('p1', 'm1', { note: 'clock_skew', isSilent: true });
        await commit({
          events: [event],
          enrollments: [{ row: anEnrollment('e1'), isNew: true }],
          deliveries: [{ row: delivery, isNew: true }],
          facts: [aFact('loyal', { kind: 'segment', atMs: atMs + 1, detail: { edge: 'entered' } })],
        });
        const { type, properties, context, receivedMs, note, isSilent } = event;
        expect(await timeline('p1')).toEqual([
          { kind: 'delivery', name: 'hello', atMs: atMs + 2, detail: { delivery } },
          { kind: 'segment', name: 'loyal', atMs: atMs + 1, detail: { detail: { edge: 'entered' } } },
          {
            kind: 'event',
            name: 'Viewed',
            atMs,
            detail: { eventId: 'm1', event: { type, properties, context, receivedMs, note, isSilent } },
          },
        ]);
      });

      it('shows tasks where they were made, of all ids of a person', async () => {
        const [task, later] = [aTask('e1-call-0'), aTask('e2-call-0', { profileId: 'p2', createdMs: atMs + 1 })];
        const others = aTask('e3-call-0', { profileId: 'p3' });
        const rows = [task, later, others].map((row) => ({ row, isNew: true }));
        await commit({ tasks: rows });
        expect(await timeline('p1', 'p2')).toEqual([
          { kind: 'task', name: 'calls', atMs: atMs + 1, detail: { task: later } },
          { kind: 'task', name: 'calls', atMs, detail: { task } },
        ]);
      });

      it('leaves out facts that only machines listen to', async () => {
        const kinds = [
          'event',
          'segment',
          'enrollment',
          'consent',
          'conversion',
          'resume',
          'emit',
          'conflict',
          'entry',
        ];
        await commit({ facts: kinds.map((kind) => aFact(kind, { kind: kind as 'event' })) });
        expect((await timeline('p1')).map((item) => item.kind)).toEqual([
          'conflict',
          'consent',
          'enrollment',
          'segment',
        ]);
      });

      it('puts the later commit first at one instant, and deliveries before all', async () => {
        const consent = aFact('granted', { kind: 'consent' });
        await commit({ events: [anEvent('p1', 'b'), anEvent('p1', 'a')], facts: [consent] });
        await commit({ facts: [consent] });
        await commit({
          events: [anEvent('p1', 'c')],
          enrollments: [{ row: anEnrollment('e1'), isNew: true }],
          deliveries: [{ row: aDelivery('e1-1'), isNew: true }],
        });
        const kinds = (await timeline('p1')).map(({ kind, detail }) => detail['eventId'] ?? kind);
        expect(kinds).toEqual(['delivery', 'c', 'consent', 'consent', 'b', 'a']);
      });

      it('is one over all ids of a person', async () => {
        const at = (profileId: string, eventId: string, ms: number) =>
          anEvent(profileId, eventId, { occurredMs: atMs + ms });
        const events = [at('p1', 'm1', 1), at('p2', 'm2', 2), at('p1', 'm3', 3), at('p3', 'other', 4)];
        await commit({ events }, [aProfile('p1'), aProfile('p2'), aProfile('p3')]);
        const ids = (await timeline('p1', 'p2')).map(({ detail }) => detail['eventId']);
        expect(ids).toEqual(['m3', 'm2', 'm1']);
      });

      it('loses nothing between pages of what two merged people did at one instant and version', async () => {
        const profiles = ['p1', 'p2'].map((id) => ({ expectedVersion: 0, profile: aProfile(id) }));
        const facts = ['p1', 'p2'].map((profileId) => aFact('loyal', { profileId, kind: 'segment' }));
        const events = ['p1', 'p2'].map((profileId) => anEvent(profileId, 'm1'));
        await opened.store.commit({ attemptId: 'a1', profiles, facts, events });
        const kinds: string[] = [];
        for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
          const page = await directory.timeline(['p1', 'p2'], { limit: 1, ...(cursor && { cursor }) });
          kinds.push(...page.items.map(({ kind }) => kind));
          cursor = page.next;
        }
        expect(kinds).toEqual(['segment', 'segment', 'event', 'event']);
      });
    });

    describe('of enrollments', () => {
      const enroll = (enrollmentId: string, over: Parameters<typeof anEnrollment>[1] = {}) => ({
        row: anEnrollment(enrollmentId, over),
        isNew: true,
      });

      it('a person’s are listed as they stand now, newest first', async () => {
        await commit(
          {
            enrollments: [
              enroll('e1'),
              enroll('e2', { enteredMs: atMs + 2, journeyId: 'welcome' }),
              enroll('e3', { enteredMs: atMs + 1, profileId: 'p2' }),
              enroll('e4', { profileId: 'p3' }),
            ],
          },
          [aProfile('p1'), aProfile('p2'), aProfile('p3')],
        );
        const ended = anEnrollment('e1', { status: 'exited', reason: 'exit-event', saved: { stars: 5 } });
        await commit({ enrollments: [{ row: ended, isNew: false }] });
        const found = await listed((page) => directory.enrollmentsOf(['p1', 'p2'], page));
        expect(found.map((one) => one.enrollmentId)).toEqual(['e2', 'e3', 'e1']);
        expect(found[2]).toEqual(ended);
      });

      it('a journey’s are listed by status, and those of one instant each once', async () => {
        const statuses = ['active', 'exited', 'active', 'completed'] as const;
        const rows = Array.from({ length: 24 }, (_, index) =>
          enroll(`e${index}`, { status: statuses[index % 4]!, enteredMs: atMs + Math.floor(index / 8) }),
        );
        await commit({ enrollments: [...rows, enroll('other', { journeyId: 'welcome' })] });
        const all = await listed((page) => directory.enrollmentsIn('cart', undefined, page));
        expect(all.map((one) => one.enteredMs)).toEqual(rows.map(({ row }) => row.enteredMs).toReversed());
        expect(new Set(all.map((one) => one.enrollmentId)).size).toBe(24);
        const active = await listed((page) => directory.enrollmentsIn('cart', 'active', page));
        expect(active).toEqual(all.filter((one) => one.status === 'active'));
        expect(await listed((page) => directory.enrollmentsIn('cart', 'failed', page))).toEqual([]);
      });

      it('and of deliveries a journey tells how many are where', async () => {
        const delivered = (index: number, over: Parameters<typeof aDelivery>[1]) => ({
          row: aDelivery(`e1-${index}`, over),
          isNew: true,
        });
        await commit({
          enrollments: [
            enroll('e1', { path: ['hello', 'wait'], cursor: { stepId: 'wait', visit: 2 } }),
            enroll('e2', { path: ['hello'], cursor: { stepId: 'hello', visit: 1 }, goalReachedMs: atMs }),
            enroll('e3', { path: ['hello', 'wait'], status: 'exited', reason: 'converted', goalReachedMs: atMs }),
            enroll('e4', { path: [], status: 'completed' }),
            enroll('e5', { status: 'held-out', goalReachedMs: atMs }),
            enroll('e6', { journeyId: 'welcome' }),
          ],
          deliveries: [
            delivered(1, { status: 'sent' }),
            delivered(2, { status: 'skipped', reason: 'no-consent' }),
            delivered(3, { status: 'sent' }),
            delivered(4, { status: 'opened', stepId: 'remind' }),
            delivered(5, { journeyId: 'welcome' }),
          ],
        });
        await opened.settle();
        expect(await directory.journeyCounts('cart')).toEqual({
          byStatus: { active: 2, exited: 1, completed: 1, 'held-out': 1 },
          byReason: { converted: 1, completed: 1 },
          reached: { hello: 3, wait: 2 },
          standing: { wait: 1, hello: 1 },
          goals: 3,
          deliveries: { hello: { sent: 2, 'no-consent': 1 }, remind: { opened: 1 } },
        });
        const nothing = { byStatus: {}, byReason: {}, reached: {}, standing: {}, goals: 0, deliveries: {} };
        expect(await directory.journeyCounts('unknown')).toEqual(nothing);
      });
    });

    describe('of deliveries', () => {
      const rows = [
        aDelivery('e1-1', { status: 'handing' }),
        aDelivery('e1-2', { status: 'pending', channel: 'sms' }),
        aDelivery('e1-3', { status: 'sent', atMs: atMs + 1 }),
        aDelivery('e2-1', {
          status: 'sent',
          journeyId: 'welcome',
          channel: 'push',
          profileId: 'p2',
          enrollmentId: 'e2',
        }),
        aDelivery('e1-4', { status: 'skipped', reason: 'no-consent', atMs: atMs + 2 }),
        aDelivery('e1-5', { status: 'pending', atMs: atMs + 2 }),
      ];
      beforeEach(() =>
        commit(
          {
            enrollments: [
              { row: anEnrollment('e1'), isNew: true },
              { row: anEnrollment('e2', { profileId: 'p2', journeyId: 'welcome' }), isNew: true },
            ],
            deliveries: rows.map((row) => ({ row, isNew: true })),
          },
          [aProfile('p1'), aProfile('p2')],
        ),
      );

      it('a person’s are listed whole, newest first', async () => {
        const found = await listed((page) => directory.deliveriesOf(['p1'], page));
        expect(found.map((one) => one.atMs - atMs)).toEqual([2, 2, 1, 0, 0]);
        expect(found).toEqual(expect.arrayContaining(rows.filter((one) => one.profileId === 'p1')));
      });

      it('filters narrow down together, and what is being handed over counts as pending', async () => {
        const filters: readonly [Parameters<Directory['deliveries']>[0], readonly string[]][] = [
          [{}, ['e1-1', 'e1-2', 'e1-3', 'e1-4', 'e1-5', 'e2-1']],
          [{ journeyId: 'cart' }, ['e1-1', 'e1-2', 'e1-3', 'e1-4', 'e1-5']],
          [{ channel: 'email' }, ['e1-1', 'e1-3', 'e1-4', 'e1-5']],
          [{ status: 'sent' }, ['e1-3', 'e2-1']],
          [{ status: 'pending' }, ['e1-1', 'e1-2', 'e1-5']],
          [{ journeyId: 'cart', channel: 'email', status: 'pending' }, ['e1-1', 'e1-5']],
          [{ journeyId: 'welcome', status: 'pending' }, []],
          [{ journeyId: 'unknown' }, []],
          [{ status: 'unheard-of' }, []],
        ];
        for (const [filter, wanted] of filters) {
          const found = await listed((page) => directory.deliveries(filter, page));
          expect(found.map((one) => one.deliveryId).sort(), JSON.stringify(filter)).toEqual(wanted);
          expect(found.map((one) => one.atMs)).toEqual(found.map((one) => one.atMs).toSorted((a, b) => b - a));
        }
      });

      it('a changed one is listed once, as it is now', async () => {
        const sent = { ...rows[0]!, status: 'delivered' } as const;
        await commit({ deliveries: [{ row: sent, isNew: false }] });
        const found = await listed((page) => directory.deliveries({ journeyId: 'cart' }, page));
        expect(found.filter((one) => one.deliveryId === 'e1-1')).toEqual([sent]);
      });

      it('a message is shown as it was handed over', async () => {
        const message: RenderedMessage = {
          channel: 'push',
          to: 'device',
          title: 'Привет \u{1f600}',
          body: 'Three left',
          tags: { deliveryId: 'e2-1' },
        };
        await opened.keep('e2-1', message);
        expect(await directory.message('e2-1')).toEqual(message);
        expect(await directory.message('e1-1')).toBeUndefined();
      });
    });

    describe('of tasks', () => {
      const rows = [
        aTask('e1-call-0'),
        aTask('e2-call-0', { createdMs: atMs + 2 }),
        aTask('e3-visit-0', { queue: 'visits', createdMs: atMs + 1 }),
        aTask('e4-call-0', { profileId: 'p2' }),
      ];
      beforeEach(() => commit({ tasks: rows.map((row) => ({ row, isNew: true })) }, [aProfile('p1'), aProfile('p2')]));
      const tasks = (filter: Parameters<Directory['tasks']>[0]) => listed((page) => directory.tasks(filter, page));

      it('all are listed whole, newest first, and narrowed down by queue and status', async () => {
        const found = await tasks({});
        expect(found.map((one) => one.createdMs - atMs)).toEqual([2, 1, 0, 0]);
        expect(found).toEqual(expect.arrayContaining(rows));
        const ids = async (filter: Parameters<Directory['tasks']>[0]) =>
          (await tasks(filter)).map((one) => one.taskId).sort();
        expect(await ids({ queue: 'calls' })).toEqual(['e1-call-0', 'e2-call-0', 'e4-call-0']);
        expect(await ids({ queue: 'visits', status: 'open' })).toEqual(['e3-visit-0']);
        expect(await ids({ queue: 'unknown' })).toEqual([]);
        expect(await ids({ status: 'done' })).toEqual([]);
      });

      it('one that is done leaves the open ones', async () => {
        const done = aTask('e1-call-0', { status: 'done', doneMs: atMs + 9, outcome: 'reached' });
        await commit({ tasks: [{ row: done, isNew: false }] });
        expect(await tasks({ status: 'done' })).toEqual([done]);
        expect((await tasks({ status: 'open', queue: 'calls' })).map((one) => one.taskId)).toEqual([
          'e2-call-0',
          'e4-call-0',
        ]);
        expect(await tasks({})).toHaveLength(4);
      });
    });

    describe('of members', () => {
      it('those who belong now are listed by the time of joining, and counted', async () => {
        const people = Array.from({ length: 12 }, (_, index) =>
          aProfile(`p${index}`, { segments: { loyal: atMs + Math.floor(index / 3) }, audiences: { lookalike: atMs } }),
        );
        for (const group of [0, 4, 8]) await commit({}, people.slice(group, group + 4));
        await opened.settle();
        await commit({}, [aProfile('p0'), aProfile('p11', { segments: { loyal: atMs - 5 } })]);
        const found = await listed((page) => directory.members('segment', 'loyal', page));
        expect(found.map((one) => one.sinceMs - atMs)).toEqual([3, 3, 2, 2, 2, 1, 1, 1, 0, 0, -5]);
        expect(found.at(-1)).toEqual({ profileId: 'p11', sinceMs: atMs - 5 });
        expect(await directory.memberCounts('segment')).toEqual({ loyal: 11 });
        expect(await directory.memberCounts('audience')).toEqual({ lookalike: 10 });
        expect(await listed((page) => directory.members('audience', 'loyal', page))).toEqual([]);
      });
    });

    it('refused triggers of a journey are told newest first, a hundred at most', async () => {
      const refused = (ms: number, reason: string, over: Parameters<typeof aFact>[1] = {}) =>
        aFact('cart', { kind: 'entry', atMs: atMs + ms, detail: { refused: reason }, ...over });
      await commit({ facts: [refused(1, 'stale'), refused(3, 'when'), refused(2, 'again')] });
      await commit({ facts: [refused(3, 'converted'), refused(9, 'no', { kind: 'event' })] });
      await commit({ facts: [refused(5, 'other', { profileId: 'p2' }), aFact('welcome', { kind: 'entry' })] }, [
        aProfile('p1'),
        aProfile('p2'),
      ]);
      await opened.settle();
      const reasons = async (...ids: string[]) => (await directory.refusalsOf(ids, 'cart')).map((one) => one.reason);
      expect(await reasons('p1')).toEqual(['converted', 'when', 'again', 'stale']);
      expect(await reasons('p1', 'p2')).toEqual(['other', 'converted', 'when', 'again', 'stale']);
      await commit({ facts: Array.from({ length: 120 }, (_, index) => refused(10 + index, `n${index}`)) });
      expect(await reasons('p1')).toHaveLength(100);
    });

    describe('of suppressions', () => {
      const email = { channel: 'email', addressHash: 'aa', reason: 'complaint', atMs } as const;

      it('each reason of each address is listed, newest first', async () => {
        const rows = [
          email,
          { ...email, reason: 'manual', atMs: atMs + 3, source: 'api', purpose: 'marketing' },
          { ...email, addressHash: 'bb', reason: 'stop', channel: 'sms', atMs: atMs + 2 },
          { ...email, addressHash: 'cc', atMs: atMs + 2 },
          { ...email, addressHash: 'dd', reason: 'hard-bounce' },
          { ...email, addressHash: 'ee', reason: 'unsubscribe', atMs: atMs + 1 },
        ] as const;
        await commit({ suppressions: rows.slice(0, 1) });
        await commit({ suppressions: rows.slice(1) });
        const found = await listed((page) => directory.suppressions(undefined, undefined, page));
        expect(found.map((one) => one.atMs - atMs)).toEqual([3, 2, 2, 1, 0, 0]);
        expect(found).toEqual(expect.arrayContaining([...rows]));
        const texts = await listed((page) => directory.suppressions('sms', undefined, page));
        expect(texts).toEqual([rows[2]]);
        const ofOne = await listed((page) => directory.suppressions('email', 'aa', page));
        expect(ofOne).toEqual([rows[1], rows[0]]);
        expect(await listed((page) => directory.suppressions('sms', 'aa', page))).toEqual([]);
      });

      it('a reason that comes again keeps its first day, and one that was lifted is gone', async () => {
        await commit({ suppressions: [email, { ...email, reason: 'stop' }] });
        await commit({ suppressions: [{ ...email, atMs: atMs + 9 }] });
        expect(await listed((page) => directory.suppressions(undefined, undefined, page))).toContainEqual(email);
        await commit({ unsuppressions: [{ channel: 'email', addressHash: 'aa', evidence: 'wrote to us' }] });
        expect(await listed((page) => directory.suppressions(undefined, undefined, page))).toEqual([]);
        await commit({ suppressions: [{ ...email, atMs: atMs + 20 }] });
        const found = await listed((page) => directory.suppressions(undefined, undefined, page));
        expect(found).toEqual([{ ...email, atMs: atMs + 20 }]);
      });
    });

    it('a cursor that was not made here is refused by every list', async () => {
      await commit({ events: [anEvent('p1', 'm1')] });
      const lists: readonly ((page: PageQuery) => Promise<unknown>)[] = [
        (page) => directory.timeline(['p1'], page),
        (page) => directory.enrollmentsOf(['p1'], page),
        (page) => directory.deliveriesOf(['p1'], page),
        (page) => directory.members('segment', 'loyal', page),
        (page) => directory.enrollmentsIn('cart', undefined, page),
        (page) => directory.deliveries({}, page),
        (page) => directory.suppressions(undefined, undefined, page),
      ];
      const odd = [
        '',
        'x',
        'e30',
        Buffer.from('[1]').toString('base64url'),
        Buffer.from('["1",1]').toString('base64url'),
      ];
      for (const read of lists)
        for (const cursor of odd) await expect(read({ limit: 1, cursor })).rejects.toThrow(CursorInvalid);
    });
  });
}
