import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change, DueRow, OutgoingFact, ProfileStore } from '../../core/ports.ts';
import type { Profile } from '../../core/profile/profile.ts';
import { aDelivery, aFact, anEnrollment, anEvent, aProfile, aTask, atMs } from './rows.ts';

/** A store to be tried, empty. */
export interface OpenStore {
  readonly store: ProfileStore;
  /** Due rows up to an instant, earliest first, then by profile and subject. */
  readonly due: (untilMs: number, limit: number) => Promise<readonly DueRow[]>;
  /** All facts that were to go out so far, in order of their commits. */
  readonly outgoing: () => Promise<readonly OutgoingFact[]>;
  readonly close: () => Promise<void>;
}

const email = { channel: 'email', addressHash: 'aa' } as const;

/** What every profile store must do, on whatever it stands. */
export function profileStoreContract(name: string, open: () => Promise<OpenStore>): void {
  describe(`the profile store on ${name}`, () => {
    let opened: OpenStore;
    let store: ProfileStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    let attempts = 0;
    /** Commits at version `expected` of each profile; p1 as a new one where the test does not care. */
    const commit = (change: Partial<Change> = {}, expected: number | readonly number[] = 0): Promise<string> => {
      const { profiles = [{ expectedVersion: 0, profile: aProfile('p1') }], ...rest } = change;
      const versions = typeof expected === 'number' ? profiles.map(() => expected) : expected;
      const at = profiles.map(({ profile }, index) => ({ profile, expectedVersion: versions[index]! }));
      return store.commit({ attemptId: `attempt-${++attempts}`, profiles: at, ...rest });
    };
    const of = (...profiles: readonly Profile[]): Pick<Change, 'profiles'> => ({
      profiles: profiles.map((profile) => ({ expectedVersion: 0, profile })),
    });

    describe('versions', () => {
      it('know nobody at first', async () => {
        expect(await store.load('p1')).toBeUndefined();
      });

      it('count the commits of a profile, and give back what was committed', async () => {
        const traits = { plan: { value: { deep: [1, null, 'ž'] }, ms: atMs, id: 'm1' } };
        expect(await commit(of(aProfile('p1')))).toBe('committed');
        expect(await commit(of(aProfile('p1', { traits })), 1)).toBe('committed');
        expect(await store.load('p1')).toEqual({ version: 2, profile: aProfile('p1', { traits }) });
      });

      it('refuse a commit at another version than the one that stands', async () => {
        await commit();
        for (const expected of [0, 2]) expect(await commit({}, expected)).toBe('conflict');
        expect(await commit(of(aProfile('p2')), 1)).toBe('conflict');
        expect((await store.load('p1'))?.version).toBe(1);
        expect(await store.load('p2')).toBeUndefined();
      });

      it('are followed through merges to the profile that won', async () => {
        await commit(of(aProfile('p1'), aProfile('p2'), aProfile('p3')));
        await commit(of(aProfile('p1', { mergedInto: 'p2' }), aProfile('p2')), 1);
        await commit(of(aProfile('p2', { mergedInto: 'p3' }), aProfile('p3')), [2, 1]);
        expect((await store.load('p1'))?.profile.profileId).toBe('p3');
        expect((await store.load('p1'))?.version).toBe(2);
      });

      it('let each of eight writers through in the end, one at a time', async () => {
        await commit();
        const write = async (writer: number): Promise<void> => {
          for (let done = 0; done < 5;) {
            const { profile, version } = (await store.load('p1'))!;
            const count = Number(profile.traits['count']?.value ?? 0) + 1;
            const next = { ...profile, traits: { count: { value: count, ms: atMs, id: 'm1' } } };
            const events = [anEvent('p1', `m${writer}-${done}`)];
            if ((await commit({ ...of(next), events }, version)) === 'committed') done++;
          }
        };
        await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(write));
        const loaded = await store.load('p1');
        expect(loaded?.version).toBe(41);
        expect(loaded?.profile.traits['count']?.value).toBe(40);
        const versions = (await store.history(['p1'])).map((event) => event.version);
        expect(new Set(versions).size).toBe(40);
      });

      it('are durable when asked', async () => {
        await commit();
        await expect(store.durable()).resolves.toBeUndefined();
      });
    });

    describe('a commit', () => {
      it('is nothing at all where anything in it conflicts', async () => {
        await commit({
          identities: [{ key: 'userId:taken', profileId: 'p1' }],
          events: [anEvent('p1', 'seen')],
          enrollments: [{ row: anEnrollment('e1'), isNew: true }],
          deliveries: [{ row: aDelivery('d1'), isNew: true }],
          suppressions: [{ ...email, reason: 'hard-bounce', atMs }],
        });
        const whole: Partial<Change> = {
          ...of(aProfile('p1', { convertedMs: atMs }), aProfile('p2')),
          events: [anEvent('p1', 'new'), anEvent('p2', 'new')],
          identities: [{ key: 'userId:new', profileId: 'p2' }],
          enrollments: [{ row: anEnrollment('e2'), isNew: true }],
          deliveries: [{ row: aDelivery('d2'), isNew: true }],
          guards: [{ profileId: 'p1', journeyId: 'cart', key: '', enteredMs: atMs, enrollmentId: 'e2' }],
          suppressions: [{ channel: 'sms', addressHash: 'bb', reason: 'stop', atMs }],
          due: [{ profileId: 'p1', subject: 'profile', dueMs: atMs }],
          facts: [aFact('Viewed')],
        };
        const conflicts: readonly [Partial<Change>, readonly number[]][] = [
          [{}, [1, 1]],
          [{ events: [anEvent('p1', 'new'), anEvent('p1', 'seen')] }, [1, 0]],
          [
            {
              identities: [
                { key: 'userId:new', profileId: 'p2' },
                { key: 'userId:taken', profileId: 'p2' },
              ],
            },
            [1, 0],
          ],
          [
            {
              enrollments: [
                { row: anEnrollment('e2'), isNew: true },
                { row: anEnrollment('e1'), isNew: true },
              ],
            },
            [1, 0],
          ],
          [
            {
              deliveries: [
                { row: aDelivery('d2'), isNew: true },
                { row: aDelivery('d1'), isNew: true },
              ],
            },
            [1, 0],
          ],
          [{ unless: [{ ...email, purpose: 'marketing' }] }, [1, 0]],
        ];
        for (const [over, expected] of conflicts)
          expect(await commit({ ...whole, ...over }, expected)).toBe('conflict');
        expect(await store.load('p1')).toEqual({ version: 1, profile: aProfile('p1') });
        expect(await store.load('p2')).toBeUndefined();
        expect((await store.history(['p1', 'p2'])).map((event) => event.eventId)).toEqual(['seen']);
        expect(await store.owners(['userId:new'])).toEqual(new Map());
        expect(await store.enrollments(['e2'])).toEqual([]);
        expect(await store.delivery('d2')).toBeUndefined();
        expect(await store.guard(['p1'], 'cart', '')).toBeUndefined();
        expect(await store.suppressions([{ channel: 'sms', addressHash: 'bb' }])).toEqual([]);
        expect(await opened.due(atMs, 10)).toEqual([]);
        expect(await opened.outgoing()).toEqual([]);
        expect(await commit(whole, [1, 0])).toBe('committed');
      });

      it('may write suppressions alone', async () => {
        expect(await commit({ ...of(), suppressions: [{ ...email, reason: 'complaint', atMs }] })).toBe('committed');
        expect(await store.suppressions([email])).toMatchObject([{ reason: 'complaint' }]);
      });
    });

    describe('identities', () => {
      it('have one owner each', async () => {
        await commit({ identities: [{ key: 'userId:u1', profileId: 'p1' }] });
        expect(await store.owners(['userId:u1', 'userId:u2'])).toEqual(new Map([['userId:u1', 'p1']]));
        expect(await commit({ ...of(aProfile('p2')), identities: [{ key: 'userId:u1', profileId: 'p2' }] })).toBe(
          'conflict',
        );
      });

      it('move only from the owner who was read', async () => {
        await commit({ ...of(aProfile('p1'), aProfile('p2')), identities: [{ key: 'userId:u1', profileId: 'p1' }] });
        const moving = (from: string) =>
          commit({ ...of(aProfile('p2')), identities: [{ key: 'userId:u1', profileId: 'p2', from }] }, 1);
        expect(await moving('p2')).toBe('conflict');
        expect(await moving('p1')).toBe('committed');
        expect(await store.owners(['userId:u1'])).toEqual(new Map([['userId:u1', 'p2']]));
      });

      it('that do not exist cannot be moved', async () => {
        expect(await commit({ identities: [{ key: 'userId:u1', profileId: 'p1', from: 'p2' }] })).toBe('conflict');
      });
    });

    describe('events', () => {
      it('are written once per profile and message', async () => {
        await commit({ events: [anEvent('p1', 'm1')] });
        expect(await commit({ events: [anEvent('p1', 'm1')] }, 1)).toBe('conflict');
        expect(await commit({ ...of(aProfile('p2')), events: [anEvent('p2', 'm1')] })).toBe('committed');
      });

      it('are not written again for a person of whom they were written before a merge', async () => {
        await commit({ ...of(aProfile('p1'), aProfile('p2')), events: [anEvent('p2', 'm1')] });
        const winner = aProfile('p1', { mergedIds: [{ profileId: 'p2', version: 2, atMs }] });
        await commit(of(winner, aProfile('p2', { mergedInto: 'p1' })), 1);
        expect(await commit({ ...of(winner), events: [anEvent('p1', 'm1')] }, 2)).toBe('conflict');
      });

      it('name the attempt that wrote them, under any of a person’s ids', async () => {
        const events = [anEvent('p1', 'm1', { attemptId: 'x' }), anEvent('p2', 'm2', { attemptId: 'y' })];
        await commit({ ...of(aProfile('p1'), aProfile('p2')), events });
        const seen = await store.seen(['p1', 'p2'], ['m1', 'm2', 'm3']);
        expect(seen).toEqual(
          new Map([
            ['m1', 'x'],
            ['m2', 'y'],
          ]),
        );
        expect(await store.seen(['p2'], ['m1'])).toEqual(new Map());
      });

      it('come back whole, with the version that their commit made', async () => {
        const event = anEvent('p1', 'm1', { isSilent: true, properties: { list: [1, { two: 2 }] } });
        await commit();
        await commit({ events: [event] }, 1);
        expect(await store.history(['p1'])).toEqual([{ ...event, version: 2 }]);
      });

      it('come in order of time, then id, over all of a person’s ids', async () => {
        const events = [
          anEvent('p1', 'b', { occurredMs: atMs + 2 }),
          anEvent('p2', 'a', { occurredMs: atMs + 2 }),
          anEvent('p1', 'c', { occurredMs: atMs + 1 }),
        ];
        await commit({ ...of(aProfile('p1'), aProfile('p2')), events });
        expect((await store.history(['p1', 'p2'])).map((event) => event.eventId)).toEqual(['c', 'a', 'b']);
      });

      it('can be asked for by name, from a time on, and after a version', async () => {
        await commit({ events: [anEvent('p1', 'm1'), anEvent('p1', 'm2', { name: 'Bought', occurredMs: atMs + 5 })] });
        await commit({ events: [anEvent('p1', 'm3', { name: 'Bought', occurredMs: atMs + 4 })] }, 1);
        const ids = async (filter: Parameters<ProfileStore['history']>[1]) =>
          (await store.history(['p1'], filter)).map((event) => event.eventId);
        expect(await ids({ names: ['Bought', 'Other'] })).toEqual(['m3', 'm2']);
        expect(await ids({ sinceMs: atMs + 5 })).toEqual(['m2']);
        expect(await ids({ afterVersion: 1 })).toEqual(['m3']);
        expect(await ids({ names: ['Viewed'], afterVersion: 1 })).toEqual([]);
        expect(await ids({ names: [] })).toEqual([]);
      });
    });

    describe('rows', () => {
      it('of enrollments are made once and changed after', async () => {
        await commit({ enrollments: [{ row: anEnrollment('e1'), isNew: true }] });
        const changed = anEnrollment('e1', { status: 'exited', reason: 'exit-event', saved: { answer: { stars: 5 } } });
        await commit({ enrollments: [{ row: changed, isNew: false }] }, 1);
        expect(await store.enrollments(['e0', 'e1'])).toEqual([changed]);
      });

      it('of deliveries are made once and changed after', async () => {
        await commit({ deliveries: [{ row: aDelivery('d1'), isNew: true }] });
        await commit({ deliveries: [{ row: aDelivery('d1', { status: 'sent' }), isNew: false }] }, 1);
        expect(await store.delivery('d1')).toEqual(aDelivery('d1', { status: 'sent' }));
        expect(await store.delivery('d0')).toBeUndefined();
      });

      it('of tasks are made once and changed after', async () => {
        expect(await commit({ tasks: [{ row: aTask('e1-call-0'), isNew: true }] })).toBe('committed');
        expect(await commit({ tasks: [{ row: aTask('e1-call-0'), isNew: true }] }, 1)).toBe('conflict');
        expect((await store.load('p1'))?.version).toBe(1);
        const done = aTask('e1-call-0', { status: 'done', doneMs: atMs + 5, outcome: 'reached' });
        expect(await commit({ tasks: [{ row: done, isNew: false }] }, 1)).toBe('committed');
        expect(await store.task('e1-call-0')).toEqual(done);
        expect(await store.task('e1-call')).toBeUndefined();
      });

      it('of entries tell the latest one of any of a person’s ids, by journey and key', async () => {
        const guard = { journeyId: 'cart', key: 'c1', enteredMs: atMs, enrollmentId: 'e1' };
        const later = { ...guard, profileId: 'p2', enteredMs: atMs + 1, enrollmentId: 'e2' };
        await commit({ guards: [{ ...guard, profileId: 'p1' }, later] });
        expect(await store.guard(['p1'], 'cart', 'c1')).toEqual({ ...guard, profileId: 'p1' });
        expect(await store.guard(['p1', 'p2'], 'cart', 'c1')).toEqual(later);
        expect(await store.guard(['p1'], 'cart', 'c2')).toBeUndefined();
        expect(await store.guard(['p1'], 'other', 'c1')).toBeUndefined();
        await commit({ guards: [{ ...guard, profileId: 'p1', enteredMs: atMs + 9 }] }, 1);
        expect((await store.guard(['p1', 'p2'], 'cart', 'c1'))?.enteredMs).toBe(atMs + 9);
      });
    });

    describe('suppressions', () => {
      const unless = (purpose: 'marketing' | 'transactional', expected: number) =>
        commit({ unless: [{ ...email, purpose }] }, expected);

      it('stand in the way of what they cover', async () => {
        await commit({ suppressions: [{ ...email, reason: 'unsubscribe', atMs, source: 'link' }] });
        expect(await unless('marketing', 1)).toBe('conflict');
        expect(await unless('transactional', 1)).toBe('committed');
        await commit({ suppressions: [{ ...email, reason: 'hard-bounce', atMs }] }, 2);
        expect(await unless('transactional', 3)).toBe('conflict');
        expect(await commit({ unless: [{ channel: 'sms', addressHash: 'aa', purpose: 'marketing' }] }, 3)).toBe(
          'committed',
        );
      });

      it('are told with their reasons, once each, and are removed together', async () => {
        const first = { ...email, reason: 'complaint', atMs, source: 'provider' } as const;
        await commit({ suppressions: [first, { ...email, reason: 'manual', atMs }] });
        await commit({ suppressions: [{ ...first, atMs: atMs + 1 }] }, 1);
        const told = await store.suppressions([email, { channel: 'email', addressHash: 'bb' }]);
        expect(told.toSorted((a, b) => (a.reason < b.reason ? -1 : 1))).toEqual([
          first,
          { ...email, reason: 'manual', atMs },
        ]);
        await commit({ unsuppressions: [{ ...email, evidence: 'wrote to us' }] }, 2);
        expect(await store.suppressions([email])).toEqual([]);
        expect(await unless('marketing', 3)).toBe('committed');
      });
    });

    describe('suppressions of one change', () => {
      it('may name a reason twice: the first stands, and the broader one widens it', async () => {
        const narrow = { ...email, reason: 'manual', atMs, purpose: 'marketing' } as const;
        const broad = { ...email, reason: 'manual', atMs: atMs + 1, source: 'api' } as const;
        await commit({ suppressions: [narrow, broad, { ...email, addressHash: 'bb', reason: 'manual', atMs }] });
        expect(await store.suppressions([email])).toEqual([{ ...email, reason: 'manual', atMs }]);
        expect(await commit({ unless: [{ ...email, purpose: 'transactional' }] }, 1)).toBe('conflict');
      });
    });

    describe('due rows', () => {
      const due = (profileId: string, subject: string, dueMs: number) => ({ profileId, subject, dueMs });

      it('come earliest first, then by profile and subject, up to an instant and a number', async () => {
        const rows = [
          due('p2', 'profile', 2),
          due('p1', 'profile', 2),
          due('p1', 'e1', 2),
          due('p3', 'profile', 1),
          due('p1', 'e2', 3),
        ];
        await commit({ due: rows });
        expect(await opened.due(2, 10)).toEqual([rows[3], rows[2], rows[1], rows[0]]);
        expect(await opened.due(2, 1)).toEqual([rows[3]]);
        expect(await opened.due(0, 10)).toEqual([]);
      });

      it('are moved and taken away', async () => {
        await commit({ due: [due('p1', 'profile', 5), due('p1', 'e1', 5)] });
        const undue = [due('p1', 'profile', 5), due('p1', 'e1', 5)];
        await commit({ due: [due('p1', 'profile', 3)], undue }, 1);
        expect(await opened.due(9, 10)).toEqual([due('p1', 'profile', 3)]);
      });
    });

    describe('facts', () => {
      it('go out in order of their commits, with their place', async () => {
        await commit({ facts: [aFact('a'), aFact('quiet', { isOutgoing: false }), aFact('b', { kind: 'resume' })] });
        await commit({ events: [anEvent('p1', 'm1'), anEvent('p1', 'm2')], facts: [aFact('c')] }, 1);
        const facts = await opened.outgoing();
        expect(facts.map(({ name: what, version, index, kind }) => [what, version, index, kind])).toEqual([
          ['a', 1, 0, 'event'],
          ['b', 1, 2, 'resume'],
          ['c', 2, 0, 'event'],
        ]);
        expect(facts[0]).toMatchObject(aFact('a'));
      });

      it('of several people in one commit go out under each one’s own version', async () => {
        await commit(of(aProfile('p1')));
        await commit(
          { ...of(aProfile('p1'), aProfile('p2')), facts: [aFact('x'), aFact('y', { profileId: 'p2' })] },
          [1, 0],
        );
        const facts = await opened.outgoing();
        expect(facts.map((fact) => [fact.profileId, fact.version, fact.name]).sort()).toEqual([
          ['p1', 2, 'x'],
          ['p2', 1, 'y'],
        ]);
      });
    });

    it('writes a word where none stands, and changes nothing where one does', async () => {
      const stop = { subject: 'journey/cart', kind: 'breaker', atMs, why: 'Too many.' } as const;
      expect(await commit({ stops: [stop] })).toBe('committed');
      expect(await store.stops()).toEqual(new Map([['journey/cart', 'breaker']]));
      expect(await commit({ stops: [stop] }, 1)).toBe('conflict');
      expect((await store.load('p1'))?.version).toBe(1);
    });

    it('stops nothing at first', async () => {
      expect((await store.stops()).size).toBe(0);
    });
  });
}
