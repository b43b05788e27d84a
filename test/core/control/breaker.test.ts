import { expect, it } from 'vitest';
import type { Steps } from '../../../core/journey/document.ts';
import { newProfile } from '../../../core/profile/profile.ts';
import { mergeProfiles } from '../../../core/profile/merge.ts';
import { isRunaway, withHanded, withoutHanded } from '../../../core/message/breaker.ts';
import { aJourney, anIdentify, aTrack, aWorkspace, startMs, TestHome, type TestHomeOptions } from '../../builders.ts';

const workspace = aWorkspace({ breaker: { atMost: 3 } });
const hello: Steps = [{ id: 'hello', send: { email: 'hello' } }];

/** Somebody whom each "Cart Filled" sends a message. */
async function loop(options: TestHomeOptions = {}): Promise<TestHome> {
  const home = new TestHome({ journeys: [aJourney({ steps: hello })], workspace, ...options });
  await home.accept(anIdentify({ email: 'ana@b.lv' }));
  return home;
}
async function fill(home: TestHome, times: number): Promise<void> {
  for (let time = 0; time < times; time++) await home.accept(aTrack('Cart Filled'));
}
const outcomes = (home: TestHome) =>
  home
    .deliveries()
    .map(({ status, reason }) => [status, reason].join(' ').trim())
    .toSorted();

it('the message that is one too many for a person within an hour stops its journey, and is held', async () => {
  const home = await loop();
  await fill(home, 4);
  expect(outcomes(home)).toEqual(['deferred breaker', 'sent', 'sent', 'sent']);
  const { profileId } = await home.profile();
  expect(await home.controls.list()).toEqual([
    {
      subject: 'journey/cart',
      kind: 'breaker',
      atMs: startMs,
      why: `More than 3 messages to ${profileId} within an hour.`,
    },
  ]);
  await fill(home, 1);
  expect(home.facts('entry')).toMatchObject([{ detail: { refused: 'breaker' } }]);
});

it('a resumption lets it go on, and begins to count anew', async () => {
  const home = await loop();
  await fill(home, 4);
  await home.control('resume');
  await home.wind('PT10M');
  expect(outcomes(home)).toEqual(['sent', 'sent', 'sent', 'sent']);
  await fill(home, 3);
  expect(outcomes(home)).toContain('deferred breaker');
});

it('a resumption lets everybody go on whom the breaker held, not only the one who tripped it', async () => {
  const sends = (id: string): Steps => [{ id, send: { email: 'hello' } }];
  const steps: Steps = [...['a', 'b', 'c'].flatMap(sends), { id: 'rest', wait: 'PT10M' }, ...sends('d')];
  const home = new TestHome({ journeys: [aJourney({ steps })], workspace });
  for (const userId of ['ana', 'bo']) {
    await home.accept(anIdentify({ email: `${userId}@b.lv` }, { userId }));
    await home.accept(aTrack('Cart Filled', {}, { userId }));
  }
  await home.wind('PT11M');
  expect((await home.controls.list()).map(({ kind }) => kind)).toEqual(['breaker']);
  await home.control('resume');
  await home.wind('PT40M');
  expect([home.sent.length, await home.controls.list()]).toEqual([8, []]);
});

it('a hand-over that its provider never had counts once, when it is made again', async () => {
  const home = await loop();
  home.channels.answer = (_, count) => (count === 1 ? 'dies-before' : { kind: 'accepted' });
  await fill(home, 1);
  await home.wind('PT2M');
  expect(home.sent).toHaveLength(1);
  expect(Object.values((await home.profile()).handed ?? {})).toMatchObject([{ length: 1 }]);
});

it('as many within an hour as it may be, hour after hour, are no runaway', async () => {
  const home = await loop();
  for (let hour = 0; hour < 4; hour++) {
    await fill(home, 3);
    await home.wind('PT1H');
  }
  expect([home.sent.length, await home.controls.list()]).toEqual([12, []]);
});

it('a webhook counts, another journey’s message does not, and 20 is what may be where nothing is said', async () => {
  const steps: Steps = [{ id: 'hook', send: { webhook: 'hook' } }, ...hello];
  const quiet = aJourney({ id: 'quiet', entry: { on: { event: 'Looked' }, again: 'always' }, steps: hello });
  const home = await loop({ workspace: aWorkspace(), journeys: [aJourney({ steps }), quiet] });
  await fill(home, 10);
  await home.accept(aTrack('Looked'));
  expect([home.sent.length, await home.controls.list()]).toEqual([21, []]);
  await fill(home, 1);
  expect((await home.controls.list()).map(({ subject }) => subject)).toEqual(['journey/cart']);
});

it('a hand-over that was refused is not counted', async () => {
  const home = await loop();
  home.channels.answer = () => ({ kind: 'refused', reason: '550', isPermanent: true });
  await fill(home, 9);
  expect([new Set(outcomes(home)), await home.controls.list()]).toEqual([new Set(['failed provider-refused']), []]);
});

it('it never takes the place of somebody’s word', async () => {
  const home = await loop();
  const commit = home.store.commit;
  home.store.commit = async (change) => {
    if (change.stops) await home.controls.put({ subject: 'journey/cart', kind: 'paused', atMs: 0, by: 'eva' });
    return commit(change);
  };
  await fill(home, 4);
  expect(await home.controls.list()).toMatchObject([{ kind: 'paused', by: 'eva' }]);
  expect(outcomes(home)).toContain('deferred paused');
});

it('two people who become one have had the messages of both', () => {
  const times = [1, 2].map((ms) => startMs + ms);
  const person = (id: string, ms: number) => ({ ...newProfile(id, startMs), handed: { cart: [ms] } });
  const { winner } = mergeProfiles(person('p1', times[1]!), person('p2', times[0]!), 1, new Map(), startMs);
  expect(winner.handed).toEqual({ cart: times });
  expect(isRunaway(winner.handed, 'cart', aWorkspace({ breaker: { atMost: 2 } }), startMs + 3)).toBe(true);
  expect(isRunaway(winner.handed, 'other', aWorkspace({ breaker: { atMost: 2 } }), startMs + 3)).toBe(false);
});

it('what is of more than an hour ago is forgotten with the next, of all journeys', () => {
  const handed = withHanded({ old: [startMs], cart: [startMs, startMs + 1] }, 'cart', startMs + 3_600_000);
  expect(handed).toEqual({ cart: [startMs + 1, startMs + 3_600_000] });
  expect(withoutHanded({ cart: [5, 5, 7] }, 'cart', 5)).toEqual({ cart: [5, 7] });
  expect(withoutHanded({ cart: [5] }, 'cart', 5)).toEqual({});
});
