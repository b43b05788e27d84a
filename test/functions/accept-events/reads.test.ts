import { describe, expect, it, vi } from 'vitest';
import { aJourney, anIdentify, aSegment, aTrack, documentsOf, startMs, TestHome } from '../../builders.ts';

const visit = (messageId: string) => aTrack('Product Viewed', {}, { userId: 'u1', anonymousId: 'a1', messageId });

async function aKnownVisitor(): Promise<TestHome> {
  const home = new TestHome();
  await home.accept(visit('m1'));
  return home;
}

describe('an event of a known visitor', () => {
  it('asks who owns one identity: the profile says that the others are its own', async () => {
    const home = await aKnownVisitor();
    const owners = vi.spyOn(home.store, 'owners');
    await home.accept(visit('m2'));
    expect(owners.mock.calls).toEqual([[['userId:u1']]]);
    expect(home.profiles()).toHaveLength(1);
  });

  it('asks for identities that the profile does not know', async () => {
    const home = await aKnownVisitor();
    const owners = vi.spyOn(home.store, 'owners');
    await home.accept({ ...visit('m2'), anonymousId: 'a2' });
    expect(owners.mock.calls).toEqual([[['userId:u1']], [['anonymousId:a2']]]);
    await home.accept(aTrack('Product Viewed', {}, { anonymousId: 'a2', messageId: 'm3' }));
    expect(home.profiles()).toHaveLength(1);
  });

  it('that comes again is found out by its own commit, and changes nothing', async () => {
    const home = await aKnownVisitor();
    const [before] = home.profiles();
    const seen = vi.spyOn(home.store, 'seen');
    const results = await home.take(visit('m1'), visit('m2'), visit('m1'));
    expect(results.map(({ status }) => status)).toEqual(['duplicate', 'accepted', 'duplicate']);
    expect(seen.mock.calls.map(([, messageIds]) => messageIds)).toEqual([['m1', 'm2', 'm1']]);
    const [after] = home.profiles();
    expect(after).toMatchObject({ profileId: before!.profileId });
    expect(home.db.all('SELECT event_id FROM events ORDER BY event_id')).toHaveLength(2);
  });
});

describe('the past of a person', () => {
  const inOrder = aSegment('in-order', { sequence: [{ did: 'Product Viewed' }, { did: 'Product Added' }] });
  const at = (seconds: number) => ({ occurredMs: startMs + seconds * 1_000 });
  const watching = aJourney({ exit: [{ when: { did: 'Product Viewed', atLeast: 9 } }], steps: [{ wait: 'P9D' }] });

  async function aHome(): Promise<{ readonly home: TestHome; readonly asked: () => readonly unknown[] }> {
    const home = new TestHome({ segments: [inOrder], journeys: [watching] });
    await home.accept(aTrack('Cart Filled', {}, at(0)), aTrack('Product Viewed', {}, at(0)));
    await home.wind('PT1H');
    const history = vi.spyOn(home.store, 'history');
    return { home, asked: () => history.mock.calls.map(([, filter]) => filter) };
  }

  it('is not read for what comes in its order', async () => {
    const { home, asked } = await aHome();
    await home.accept(aTrack('Product Viewed', {}, at(8)), aTrack('Product Added', {}, at(9)));
    expect(asked()).toEqual([]);
    expect(Object.keys((await home.profile()).segments)).toEqual(['in-order']);
  });

  it('is read for what comes late where order matters, and only what that asks for', async () => {
    const { home, asked } = await aHome();
    await home.accept(aTrack('Product Added', {}, at(-9)));
    expect(asked()).toEqual([{ names: ['Product Viewed', 'Product Added'] }]);
    expect((await home.profile()).segments).toEqual({});
    await home.accept(aTrack('Page Viewed', {}, at(-9)));
    expect(asked()).toHaveLength(1);
  });

  it('is read for two who turn out to be one, once for all that asks for it', async () => {
    const { home, asked } = await aHome();
    await home.accept(aTrack('Product Added', {}, { anonymousId: 'a1', ...at(5) }));
    expect(asked()).toEqual([]);
    await home.accept(anIdentify({}, { userId: 'u1', anonymousId: 'a1' }));
    expect(asked()).toEqual([{ names: ['Product Viewed', 'Product Added'] }]);
    expect(Object.keys((await home.profile()).segments)).toEqual(['in-order']);
  });

  it('is read once of whoever is yet to be filled', async () => {
    const { home, asked } = await aHome();
    home.definitions.publish(documentsOf({ segments: [inOrder, aSegment('bought', { did: 'Bought' })] }));
    await home.accept(aTrack('Page Viewed', {}, at(20)));
    await home.accept(aTrack('Page Viewed', {}, at(21)));
    expect(asked()).toEqual([{ names: ['Bought'] }]);
  });
});
