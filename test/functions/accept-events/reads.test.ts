import { describe, expect, it, vi } from 'vitest';
import { aTrack, TestHome } from '../../builders.ts';

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
