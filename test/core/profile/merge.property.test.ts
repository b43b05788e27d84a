import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../core/event/event.ts';
import { historyIds } from '../../../core/profile/profile.ts';
import { acceptEvents } from '../../../functions/accept-events/accept-events.ts';
import { losing, portsAround, scheduledBy, type CommitFault } from '../../around-ports.ts';
import { aJourney, aMessage, anIdentify, aTrack, startMs, TestHome } from '../../builders.ts';
import { factsOf } from '../../facts-of.ts';
import { runs } from '../../properties.ts';

/** Two users, their own devices, and a device, an e-mail and a phone that they share. */
const message = fc
  .record({
    userId: fc.option(fc.constantFrom('u1', 'u2'), { nil: undefined }),
    anonymousId: fc.constantFrom('of-u1', 'of-u2', 'shared', 'free'),
    type: fc.constantFrom('track', 'identify', 'identify'),
    traits: fc.record(
      { email: fc.constantFrom('shared@b.lv', 'free@b.lv'), phone: fc.constant('+37126123456') },
      { requiredKeys: [] },
    ),
    trust: fc.constantFrom('server', 'server', 'public'),
    minute: fc.nat(100),
  })
  .filter(
    ({ userId, anonymousId }) =>
      userId === undefined || !anonymousId.startsWith('of-') || anonymousId === `of-${userId}`,
  )
  .map(({ userId, type, traits, trust, anonymousId, minute }) =>
    aMessage({
      type: type as 'track',
      anonymousId,
      trust: trust as 'server',
      occurredMs: startMs + minute * 60_000,
      ...(userId !== undefined && { userId }),
      ...(type === 'identify' && { traits }),
    }),
  );
const faults = fc.array(fc.constantFrom<CommitFault>('none', 'none', 'lost-before', 'lost-after'), { maxLength: 4 });

/** Accepts several requests at once, in whatever order their reads and commits fall. */
async function race(
  home: TestHome,
  requests: readonly (readonly Message[])[],
  scheduler: fc.Scheduler,
  lost: readonly CommitFault[],
) {
  const ports = portsAround(home.ports, losing(lost, scheduledBy(scheduler)));
  const accepted = Promise.all(requests.map((request) => acceptEvents(ports)(request)));
  return scheduler.waitFor(accepted);
}

async function timelineOf(home: TestHome, key: string): Promise<readonly string[]> {
  const events = await home.store.history(historyIds(await home.profile(key)));
  return events.map((event) => event.eventId);
}

describe('a merge', () => {
  it('loses nothing, has one winner and joins no two users, however requests race', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.array(message, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 5 }),
        faults,
        async (scheduler, requests, lost) => {
          const home = new TestHome({ isRecorded: true });
          try {
            await race(home, requests, scheduler, lost);
            const everybody = home.profiles();
            const alive = everybody.filter((profile) => profile.mergedInto === undefined);
            const timelines = await Promise.all(alive.map((profile) => home.store.history(historyIds(profile))));
            const written = timelines.flat().map((event) => event.eventId);
            expect(written.sort()).toEqual(
              requests
                .flat()
                .map((one) => one.messageId)
                .sort(),
            );
            for (const one of requests.flat()) {
              const keys = [
                one.userId !== undefined && `userId:${one.userId}`,
                one.userId === undefined && `anonymousId:${one.anonymousId}`,
              ];
              for (const key of keys) if (key) expect(await timelineOf(home, key)).toContain(one.messageId);
            }
            for (const profile of alive) {
              const users = profile.identifiers.filter((one) => one.kind === 'userId');
              expect(users.length).toBeLessThan(2);
              for (const one of profile.identifiers.filter((identifier) => identifier.resolves))
                expect((await home.profile(`${one.kind}:${one.value}`)).profileId).toBe(profile.profileId);
            }
          } finally {
            home.close();
          }
        },
      ),
      runs(10_000),
    );
  });

  it('of several people gives the same, whatever is joined first and however often', async () => {
    const minute = (index: number): number => startMs + index * 60_000;
    const said = fc.constantFrom('granted', 'denied');
    const person = fc.record({ plan: fc.constantFrom('gold', 'basic'), consent: said, isBuyer: fc.boolean() });
    /** A tree over everybody: each but the first is joined to somebody before. */
    const family = fc.array(fc.tuple(person, fc.nat()), { minLength: 2, maxLength: 8 }).chain((people) =>
      fc.record({
        people: fc.constant(people),
        order: fc.shuffledSubarray(
          people.slice(1).map((_, index) => index + 1),
          { minLength: people.length - 1 },
        ),
        again: fc.subarray(people.slice(1).map((_, index) => index + 1)),
      }),
    );
    const factsAfter = async (
      people: readonly (readonly [{ plan: string; consent: string; isBuyer: boolean }, number])[],
      order: readonly number[],
    ): Promise<readonly string[]> => {
      const home = new TestHome({
        isRecorded: true,
        segments: [{ id: 'twice', name: 'twice', when: { did: 'Bought', atLeast: 2 } }],
      });
      try {
        for (const [index, [{ plan, consent, isBuyer }]] of people.entries()) {
          const who = { anonymousId: `a${index}`, occurredMs: minute(index) };
          const context = { consent: { email: { marketing: consent } } };
          await home.take(anIdentify({ plan, name: `${index}` }, { ...who, messageId: `i${index}`, context }));
          if (isBuyer) await home.take(aTrack('Bought', {}, { ...who, messageId: `b${index}` }));
        }
        for (const index of order) {
          const previousId = `a${people[index]![1] % index}`;
          const over = {
            anonymousId: `a${index}`,
            previousId,
            messageId: `l${index}`,
            occurredMs: minute(100 + index),
          };
          await home.take(aMessage({ type: 'alias', ...over }));
        }
        // Whoever spoke last, not who stays.
        const { traits } = await home.profile('anonymousId:a0');
        expect(traits['name']!.value).toBe(`${people.length - 1}`);
        return await factsOf(home);
      } finally {
        home.close();
      }
    };
    await fc.assert(
      fc.asyncProperty(family, async ({ people, order, again }) => {
        const facts = await factsAfter(people, [...order, ...again]);
        expect(facts).toHaveLength(1);
        expect(facts).toEqual(
          await factsAfter(
            people,
            order.toSorted((a, b) => a - b),
          ),
        );
      }),
      runs(4_000),
    );
  });

  it('leaves at most one active enrollment of a journey, the oldest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 8 }), faults, async (scheduler, count, lost) => {
        const journey = aJourney({ steps: [{ id: 'pause', wait: 'P9D' }] });
        const home = new TestHome({ isRecorded: true, journeys: [journey] });
        try {
          const ids = Array.from({ length: count }, (_, index) => `a${index}`);
          for (const anonymousId of ids) {
            await home.accept(aTrack('Cart Filled', {}, { anonymousId }));
            await home.wind('PT1M');
          }
          const entered = home.enrollments();
          expect(entered).toHaveLength(count);
          const link = (anonymousId: string) => [anIdentify({}, { userId: 'u1', anonymousId })];
          await race(home, ids.map(link), scheduler, lost);
          expect(home.enrollments().filter((one) => one.status === 'active')).toHaveLength(1);
          expect(home.enrollments()[0]).toMatchObject({ enrollmentId: entered[0]!.enrollmentId, status: 'active' });
          const { enrollments } = await home.profile();
          expect(enrollments.filter((one) => one.isActive)).toHaveLength(1);
        } finally {
          home.close();
        }
      }),
      runs(1_000),
    );
  });

  it('is logged with its event, its identifier and its rule, and what had found the merged one', async () => {
    const home = new TestHome();
    await home.accept(
      anIdentify({ email: 'ana@b.lv' }, { anonymousId: 'a1' }),
      anIdentify({}, { userId: 'u1' }),
      anIdentify({}, { userId: 'u2' }),
    );
    const ids = await Promise.all(['anonymousId:a1', 'userId:u1', 'userId:u2'].map((key) => home.profile(key)));
    const [anonymous, first, second] = ids.map((profile) => profile.profileId);
    const link = anIdentify({}, { userId: 'u1', anonymousId: 'a1' });
    const alias = aMessage({ type: 'alias', userId: 'u2', previousId: 'u1' });
    await home.accept(link, link, alias);
    const logged = home.log.flatMap((change) => change.merges ?? []);
    const stayed = (await home.profile('userId:u2')).profileId;
    const one = { kind: 'anonymousId', value: 'a1' };
    expect(logged).toMatchObject([
      {
        profileId: first,
        mergedId: anonymous,
        eventId: link.messageId,
        by: one,
        rule: 'identifier',
        identifiers: [one, { kind: 'email', value: 'ana@b.lv' }],
      },
      {
        profileId: stayed,
        mergedId: stayed === first ? second : first,
        eventId: alias.messageId,
        by: { kind: 'userId', value: 'u1' },
        rule: 'alias',
      },
    ]);
    const told = home.facts('enrollment').filter((fact) => fact.name === 'merged');
    // By what it says: facts are listed by their profiles, whose ids are random.
    expect(told.find(({ detail }) => detail['eventId'] === link.messageId)?.detail).toEqual({
      profileId: anonymous,
      eventId: link.messageId,
      by: 'anonymousId',
      rule: 'identifier',
    });
  });

  it('may be repeated', async () => {
    const home = new TestHome();
    const link = anIdentify({ name: 'Ana' }, { userId: 'u1', anonymousId: 'a1' });
    await home.accept(aTrack('Viewed', {}, { anonymousId: 'a1' }), aTrack('Bought', {}, { userId: 'u1' }), link);
    const before = await home.profile();
    await home.accept(link, { ...link, messageId: 'again' });
    const after = await home.profile('anonymousId:a1');
    expect(after.profileId).toBe(before.profileId);
    expect(after.mergedIds).toEqual(before.mergedIds);
    expect(after.mergedIds).toHaveLength(1);
  });

  it('moves every identity of the loser, also those that the message does not name', async () => {
    const home = new TestHome();
    const at = (anonymousId: string) => anIdentify({ email: 'ana@b.lv' }, { anonymousId });
    await home.accept(at('a1'), at('a2'), aTrack('Bought', {}, { userId: 'u1' }));
    await home.accept(anIdentify({}, { userId: 'u1', anonymousId: 'a1' }));
    const { profileId } = await home.profile();
    const rows = await home.store.owners(['anonymousId:a1', 'anonymousId:a2', 'email:ana@b.lv']);
    expect([...rows.values()]).toEqual([profileId, profileId, profileId]);
  });

  it('takes a person who is made and merged in one request', async () => {
    const home = new TestHome();
    await home.accept(aTrack('Bought', {}, { userId: 'u1' }));
    await home.take(aTrack('Viewed', {}, { anonymousId: 'a1' }), anIdentify({}, { userId: 'u1', anonymousId: 'a1' }));
    expect(await home.profile('anonymousId:a1')).toEqual(await home.profile('userId:u1'));
  });

  it('keeps the stricter word on consent until somebody known to be the same person says otherwise', async () => {
    const home = new TestHome();
    const says = (value: string, over: Partial<Message>) =>
      aTrack('Asked', {}, { context: { consent: { email: { marketing: value } } }, ...over });
    const minute = (count: number) => startMs + count * 60_000;
    await home.take(says('denied', { anonymousId: 'a1', occurredMs: minute(1) }));
    await home.take(says('granted', { userId: 'u1', occurredMs: minute(2) }));
    await home.take(anIdentify({}, { userId: 'u1', anonymousId: 'a1', occurredMs: minute(3) }));
    expect((await home.profile()).consent['email/marketing']?.value).toBe('denied');
    await home.take(says('granted', { userId: 'u1', occurredMs: minute(4) }));
    expect((await home.profile()).consent['email/marketing']?.value).toBe('granted');
  });

  it('counts together what both did', async () => {
    const home = new TestHome({
      segments: [{ id: 'even', name: 'even', when: { did: 'Bought', sum: 'price', atMost: 5 } }],
    });
    await home.accept(
      aTrack('Bought', { price: 20 }, { userId: 'u1' }),
      aTrack('Bought', { price: -20 }, { anonymousId: 'a1' }),
    );
    expect(Object.keys((await home.profile()).segments)).toEqual([]);
    await home.accept(anIdentify({}, { userId: 'u1', anonymousId: 'a1' }));
    expect(Object.keys((await home.profile()).segments)).toEqual(['even']);
  });
});

describe('identity', () => {
  it('never joins two known users by a shared device, e-mail or phone', async () => {
    const home = new TestHome();
    const contact = { email: 'both@b.lv', phone: '+37126123456' };
    await home.accept(
      anIdentify(contact, { userId: 'u1', anonymousId: 'shared' }),
      anIdentify(contact, { userId: 'u2', anonymousId: 'shared' }),
    );
    const [first, second] = [await home.profile('userId:u1'), await home.profile('userId:u2')];
    expect(first.profileId).not.toBe(second.profileId);
    expect((await home.profile('email:both@b.lv')).profileId).toBe(first.profileId);
    expect(second.identifiers.find((one) => one.kind === 'email')).toMatchObject({
      value: 'both@b.lv',
      resolves: false,
    });
    expect(home.facts('conflict').map((fact) => fact.name)).toEqual(['anonymousId', 'email', 'phone']);
  });

  it('joins two users where an alias under the server key asks for it', async () => {
    const home = new TestHome();
    await home.accept(anIdentify({}, { userId: 'u1' }), anIdentify({}, { userId: 'u2' }));
    await home.accept(aMessage({ type: 'alias', userId: 'u2', previousId: 'u1', trust: 'public' }));
    expect((await home.profile('userId:u1')).profileId).not.toBe((await home.profile('userId:u2')).profileId);
    await home.accept(aMessage({ type: 'alias', userId: 'u2', previousId: 'u1' }));
    expect((await home.profile('userId:u1')).profileId).toBe((await home.profile('userId:u2')).profileId);
  });

  it('neither resolves nor moves an e-mail that came under the public key', async () => {
    const home = new TestHome();
    await home.accept(anIdentify({ email: 'ana@b.lv' }, { userId: 'u1' }));
    await home.accept(anIdentify({ email: 'ana@b.lv' }, { anonymousId: 'stranger', trust: 'public' }));
    expect((await home.profile('email:ana@b.lv')).profileId).toBe((await home.profile('userId:u1')).profileId);
    const stranger = await home.profile('anonymousId:stranger');
    expect(stranger.profileId).not.toBe((await home.profile('userId:u1')).profileId);
    expect(stranger.identifiers.find((one) => one.kind === 'email')).toMatchObject({
      isVerified: false,
      resolves: false,
    });
  });

  it('writes an alias of an anonymous id as that, and not as a user', async () => {
    const home = new TestHome();
    await home.accept(
      aTrack('Viewed', {}, { anonymousId: 'a1' }),
      aMessage({ type: 'alias', userId: 'u1', previousId: 'a1' }),
    );
    const users = (await home.profile()).identifiers.filter((one) => one.kind === 'userId').map((one) => one.value);
    expect(users).toEqual(['u1']);
  });
});
