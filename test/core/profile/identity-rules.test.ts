import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../core/event/event.ts';
import type { IdentityDocument } from '../../../core/journey/document.ts';
import { historyIds, type Profile } from '../../../core/profile/profile.ts';
import { acceptEvents } from '../../../functions/accept-events/accept-events.ts';
import { losing, portsAround, scheduledBy } from '../../around-ports.ts';
import { aMessage, anIdentify, aTrack, aWorkspace, TestHome } from '../../builders.ts';
import { runs } from '../../properties.ts';

const homeWith = (identity: IdentityDocument, isRecorded = false): TestHome =>
  new TestHome({ workspace: aWorkspace({ identity }), isRecorded });
const ids = (...pairs: readonly (readonly [string, string])[]): Partial<Message> => ({
  context: { externalIds: pairs.map(([type, id]) => ({ type, id })) },
});
const holding = ({ identifiers }: Profile, kind: string): readonly string[] =>
  identifiers.filter((one) => one.kind === kind && one.resolves).map((one) => one.value);
const conflicts = (home: TestHome) => home.facts('conflict').map(({ name, detail }) => [name, detail['reason']]);
const cards = homeWith.bind(undefined, { kinds: [{ kind: 'card', unique: true }] });
const isSame = async (home: TestHome, left: string, right: string): Promise<boolean> =>
  (await home.profile(left)).profileId === (await home.profile(right)).profileId;

describe('the order of kinds', () => {
  const both = aTrack('Visited', {}, { anonymousId: 'a1', traits: {}, context: { traits: { email: 'ana@b.lv' } } });
  const land = async (identity: IdentityDocument): Promise<Profile> => {
    const home = homeWith(identity);
    await home.accept(anIdentify({}, { userId: 'u1', anonymousId: 'a1' }));
    await home.accept(anIdentify({ email: 'ana@b.lv' }, { userId: 'u2' }));
    await home.accept(both);
    const [first, second] = [await home.profile('userId:u1'), await home.profile('userId:u2')];
    const events = await home.store.history(historyIds(first), { names: ['Visited'] });
    return events.length > 0 ? first : second;
  };

  it('is the usual one where the workspace says nothing', async () => {
    expect(holding(await land({}), 'userId')).toEqual(['u1']);
  });
  it('decides which of two people an event is about', async () => {
    expect(holding(await land({ order: ['email'] }), 'userId')).toEqual(['u2']);
  });
  it('never puts anything before the user id', async () => {
    const home = homeWith({ order: ['email'] });
    await home.accept(anIdentify({ email: 'ana@b.lv' }, { userId: 'u1' }));
    await home.accept(aTrack('Visited', {}, { userId: 'u2', context: { traits: { email: 'ana@b.lv' } } }));
    expect(await isSame(home, 'userId:u1', 'userId:u2')).toBe(false);
    expect(await home.store.history(historyIds(await home.profile('userId:u2')))).toHaveLength(1);
  });
});

describe('a blocked value', () => {
  it.each(['reception@hotel.lv', 'a.b@kiosk.lv', 'NoReply@shop.lv'])('finds and joins nobody: %s', async (email) => {
    const home = homeWith({ blocked: ['reception@hotel.lv', '*@kiosk.lv'] });
    await home.accept(anIdentify({ email }, { anonymousId: 'a1' }), anIdentify({ email }, { anonymousId: 'a2' }));
    expect(await isSame(home, 'anonymousId:a1', 'anonymousId:a2')).toBe(false);
    expect((await home.profile('anonymousId:a1')).identifiers.map((one) => one.kind)).toEqual(['anonymousId']);
  });
  it('may be the beginning of an id, and an alias does not join by it', async () => {
    const home = homeWith({ blocked: ['test-*'] });
    await home.accept(
      aTrack('Seen', {}, { userId: 'u1' }),
      aMessage({ type: 'alias', userId: 'u1', previousId: 'test-1' }),
    );
    expect(await home.store.owners(['userId:test-1', 'anonymousId:test-1'])).toEqual(new Map());
  });
});

describe('a unique kind', () => {
  it('finds its person like any other', async () => {
    const home = cards();
    await home.accept(aTrack('Seen', {}, { anonymousId: 'a1', ...ids(['card', 'c1']) }));
    await home.accept(aTrack('Seen', {}, { anonymousId: 'a2', ...ids(['card', 'c1']) }));
    expect(await isSame(home, 'anonymousId:a1', 'anonymousId:a2')).toBe(true);
  });
  it('keeps two people with different values apart, whatever else they share', async () => {
    const home = cards();
    await home.accept(anIdentify({}, { anonymousId: 'a1', ...ids(['card', 'c1']) }));
    await home.accept(anIdentify({ email: 'both@b.lv' }, { anonymousId: 'a2', ...ids(['card', 'c2']) }));
    await home.accept(anIdentify({ email: 'both@b.lv' }, { anonymousId: 'a1' }));
    expect(await isSame(home, 'card:c1', 'card:c2')).toBe(false);
    expect(conflicts(home)).toEqual([['email', 'two-values']]);
    const first = await home.profile('card:c1');
    expect(first.identifiers.find((one) => one.kind === 'email')).toMatchObject({
      value: 'both@b.lv',
      resolves: false,
    });
  });
  it('makes somebody new of a new value beside a device that is another’s', async () => {
    const home = cards();
    await home.accept(aTrack('Seen', {}, { anonymousId: 'till', ...ids(['card', 'c1']) }));
    await home.accept(aTrack('Seen', {}, { anonymousId: 'till', ...ids(['card', 'c2']) }));
    expect(await isSame(home, 'card:c1', 'card:c2')).toBe(false);
    expect(await isSame(home, 'anonymousId:till', 'card:c1')).toBe(true);
    expect(await home.store.history(historyIds(await home.profile('card:c2')))).toHaveLength(1);
  });
  it('of the event itself keeps a device’s owner apart, also where the device is the stronger kind', async () => {
    const home = homeWith({ order: ['anonymousId', 'card'], kinds: [{ kind: 'card', unique: true }] });
    await home.accept(aTrack('Seen', {}, { anonymousId: 'till', ...ids(['card', 'c1']) }));
    await home.accept(aTrack('Seen', {}, { userId: 'u1', anonymousId: 'till', ...ids(['card', 'c2']) }));
    expect(await isSame(home, 'userId:u1', 'card:c2')).toBe(true);
    expect(await isSame(home, 'userId:u1', 'card:c1')).toBe(false);
  });
  it('is given way to by an alias under the server key, and by no other', async () => {
    const home = cards();
    await home.accept(aTrack('Seen', {}, { userId: 'u1', ...ids(['card', 'c1']) }));
    await home.accept(aTrack('Seen', {}, { anonymousId: 'a2', ...ids(['card', 'c2']) }));
    await home.accept(aMessage({ type: 'alias', userId: 'u1', previousId: 'a2', trust: 'public' }));
    expect(await isSame(home, 'card:c1', 'card:c2')).toBe(false);
    expect(conflicts(home)).toEqual([['anonymousId', 'two-values']]);
    await home.accept(aMessage({ type: 'alias', userId: 'u1', previousId: 'a2' }));
    expect(await isSame(home, 'card:c1', 'card:c2')).toBe(true);
  });
});

describe('a limit', () => {
  const emails = (count: number) => Array.from({ length: count }, (_, index) => `ana${index}@b.lv`);
  it('lets no further value find the person, who can still be written to', async () => {
    const home = homeWith({ kinds: [{ kind: 'email', atMost: 2 }] });
    for (const email of emails(3)) await home.accept(anIdentify({ email }, { userId: 'u1' }));
    const profile = await home.profile();
    expect(holding(profile, 'email')).toEqual(emails(2));
    expect(profile.identifiers.map((one) => one.value)).toContain(emails(3)[2]);
    expect(await home.store.owners([`email:${emails(3)[2]}`])).toEqual(new Map());
    expect(conflicts(home)).toEqual([['email', 'too-many-values']]);
  });
  it('keeps nothing of an id over it', async () => {
    const home = homeWith({ kinds: [{ kind: 'anonymousId', atMost: 2 }] });
    for (const anonymousId of ['a1', 'a2', 'a3']) await home.accept(anIdentify({}, { userId: 'u1', anonymousId }));
    expect((await home.profile()).identifiers.map((one) => one.value)).toEqual(['u1', 'a1', 'a2']);
  });
  it('refuses a merge that goes over it', async () => {
    const home = homeWith({ kinds: [{ kind: 'email', atMost: 2 }] });
    const [first, second, third] = emails(3) as [string, string, string];
    await home.accept(anIdentify({ email: first }, { userId: 'u1' }), anIdentify({ email: second }, { userId: 'u1' }));
    await home.accept(anIdentify({ email: third }, { anonymousId: 'a1' }));
    await home.accept(anIdentify({}, { userId: 'u1', anonymousId: 'a1' }));
    expect(await isSame(home, 'userId:u1', 'anonymousId:a1')).toBe(false);
    expect(conflicts(home)).toEqual([['anonymousId', 'too-many-values']]);
  });
  it('moves no more than 40 identifiers with one message, and says so', async () => {
    const home = homeWith({});
    const other = (from: number) =>
      ids(...Array.from({ length: 10 }, (_, at) => [`k${from}`, `${from}-${at}`] as const));
    for (const from of [1, 2, 3, 4, 5]) await home.accept(aTrack('Seen', {}, { anonymousId: 'a1', ...other(from) }));
    await home.accept(aTrack('Seen', {}, { userId: 'u1' }), anIdentify({}, { userId: 'u1', anonymousId: 'a1' }));
    expect(await isSame(home, 'userId:u1', 'anonymousId:a1')).toBe(false);
    expect(conflicts(home)).toEqual([['anonymousId', 'too-much-to-move']]);
  });
  it('takes ten ids of other systems from one message', async () => {
    const home = homeWith({});
    const many = Array.from({ length: 12 }, (_, at) => ['system', `${at}`] as const);
    await home.accept(
      aTrack('Seen', {}, { userId: 'u1', ...ids(...many.map(([type, id]) => [type, `n${id}`] as const)) }),
    );
    expect(holding(await home.profile(), 'system')).toHaveLength(10);
  });
});

describe('a value that several known people share', () => {
  const kiosk = async (sharedBy: number, people: number): Promise<TestHome> => {
    const home = homeWith({ sharedBy });
    for (let user = 1; user <= people; user++)
      await home.accept(anIdentify({}, { userId: `u${user}`, anonymousId: 'kiosk' }));
    return home;
  };
  const signUp = anIdentify({ email: 'new@b.lv' }, { anonymousId: 'kiosk' });

  it('finds its first owner until there are too many', async () => {
    const home = await kiosk(3, 2);
    await home.accept(signUp);
    expect(await isSame(home, 'email:new@b.lv', 'userId:u1')).toBe(true);
  });
  it('finds nobody from then on where the event names something better', async () => {
    const home = await kiosk(3, 3);
    await home.accept(signUp);
    expect(await isSame(home, 'email:new@b.lv', 'userId:u1')).toBe(false);
    expect(conflicts(home)).toContainEqual(['anonymousId', 'shared-value']);
  });
  it('still takes what names nobody else', async () => {
    const home = await kiosk(2, 4);
    await home.accept(aTrack('Seen', {}, { anonymousId: 'kiosk' }));
    expect(await home.store.history(historyIds(await home.profile('userId:u1')), { names: ['Seen'] })).toHaveLength(1);
  });
  it('counts each person once, however often they come', async () => {
    const home = await kiosk(3, 2);
    for (let times = 0; times < 5; times++) await home.accept(anIdentify({}, { userId: 'u2', anonymousId: 'kiosk' }));
    const [value] = (await home.profile()).identifiers.filter((one) => one.kind === 'anonymousId');
    expect(value!.others).toHaveLength(1);
  });
});

describe('the rules of identity', () => {
  const request = fc.array(
    fc
      .record({
        userId: fc.option(fc.constantFrom('u1', 'u2', 'u3'), { nil: undefined }),
        anonymousId: fc.constantFrom('a1', 'a2', 'a3'),
        card: fc.option(fc.constantFrom('c1', 'c2'), { nil: undefined }),
        email: fc.option(fc.constantFrom('e1@b.lv', 'e2@b.lv', 'e3@b.lv', 'e4@b.lv'), { nil: undefined }),
      })
      .map(({ userId, anonymousId, card, email }) =>
        anIdentify(email === undefined ? {} : { email }, {
          anonymousId,
          ...(userId !== undefined && { userId }),
          ...(card !== undefined && ids(['card', card])),
        }),
      ),
    { minLength: 1, maxLength: 3 },
  );

  it('hold of everybody, and nothing is lost, however requests race', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(request, { minLength: 2, maxLength: 5 }),
        fc.array(fc.constantFrom('none' as const, 'lost-before' as const, 'lost-after' as const), { maxLength: 3 }),
        fc.constantFrom(['card'], ['anonymousId', 'email', 'card']),
        async (scheduler, requests, lost, order) => {
          const home = homeWith(
            {
              order,
              kinds: [
                { kind: 'card', unique: true },
                { kind: 'email', atMost: 2 },
              ],
              sharedBy: 2,
            },
            true,
          );
          try {
            const ports = portsAround(home.ports, losing(lost, scheduledBy(scheduler)));
            await scheduler.waitFor(Promise.all(requests.map((one) => acceptEvents(ports)(one))));
            const alive = home.profiles().filter((one) => one.mergedInto === undefined);
            const events = await Promise.all(alive.map((one) => home.store.history(historyIds(one))));
            expect(
              events
                .flat()
                .map((one) => one.eventId)
                .sort(),
            ).toEqual(
              requests
                .flat()
                .map((one) => one.messageId)
                .sort(),
            );
            for (const profile of alive) {
              expect(holding(profile, 'userId').length).toBeLessThan(2);
              expect(holding(profile, 'card').length).toBeLessThan(2);
              expect(holding(profile, 'email').length).toBeLessThan(3);
              for (const one of profile.identifiers.filter(({ resolves }) => resolves))
                expect((await home.profile(`${one.kind}:${one.value}`)).profileId).toBe(profile.profileId);
            }
          } finally {
            home.close();
          }
        },
      ),
      runs(5_000),
    );
  });
});
