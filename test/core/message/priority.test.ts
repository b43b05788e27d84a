import { describe, expect, it } from 'vitest';
import type { FrequencyCap, Journey } from '../../../core/journey/document.ts';
import { mergeProfiles } from '../../../core/profile/merge.ts';
import { newProfile } from '../../../core/profile/profile.ts';
import { aJourney, anIdentify, aTrack, aWorkspace, hourMs, startMs, TestHome } from '../../builders.ts';

const quietHours = { email: { from: '22:00', to: '08:00' } };
const nightMs = startMs + 13 * hourMs;
const oneADay = (then: 'skip' | 'defer'): FrequencyCap => ({
  channels: ['email', 'sms'],
  atMost: 1,
  within: 'P1D',
  then,
});

/** A journey whose one message is named after it. */
const writes = (id: string, priority: number, over: Partial<Journey> = {}): Journey =>
  aJourney({
    id,
    priority,
    entry: { on: { event: `For ${id}` }, again: 'always' },
    steps: [{ id, send: { email: id } }],
    ...over,
  });

/** Messages of these journeys come up at night, in this order; then morning comes. */
async function atNight(
  journeys: readonly Journey[],
  caps: readonly FrequencyCap[],
  events: readonly string[],
): Promise<TestHome> {
  const home = new TestHome({ journeys, workspace: aWorkspace({ quietHours, frequencyCaps: caps }), startMs: nightMs });
  await home.accept(anIdentify({ email: 'ana@b.lv', phone: '+37126123456' }));
  for (const event of events) await home.accept(aTrack(`For ${event}`));
  await home.wind('PT9H30M');
  return home;
}
const said = (home: TestHome) =>
  Object.fromEntries(
    home.deliveries().map(({ template, status, reason }) => [template, [status, reason].join(' ').trim()]),
  );

describe('when the night is over and two messages want the one slot of the day', () => {
  const low = writes('low', 10);
  const high = writes('high', 90);

  it.each([[['low', 'high']], [['high', 'low']]])(
    'the higher priority goes, whichever came first (%s)',
    async (events) => {
      const home = await atNight([low, high], [oneADay('skip')], events);
      expect([home.sent, said(home)]).toEqual([['high'], { high: 'sent', low: 'skipped frequency-cap' }]);
    },
  );

  it('the other waits for its own slot where the cap defers', async () => {
    const home = await atNight([low, writes('high', 90)], [oneADay('defer')], ['low', 'high']);
    expect(said(home)).toEqual({ high: 'sent', low: 'deferred frequency-cap' });
  });

  it('of equal priority the first goes, and the other does not wait for it', async () => {
    const home = await atNight([low, writes('too', 10)], [oneADay('skip')], ['low', 'too']);
    expect(home.sent).toHaveLength(1);
    expect(home.deliveries().filter(({ reason }) => reason === 'priority')).toEqual([]);
  });

  it('a priority that is not said is 50', async () => {
    const { priority: _, ...plain } = writes('plain', 0);
    expect((await atNight([plain, writes('less', 49)], [oneADay('skip')], ['less', 'plain'])).sent).toEqual(['plain']);
    expect((await atNight([plain, writes('more', 51)], [oneADay('skip')], ['plain', 'more'])).sent).toEqual(['more']);
  });

  it('one that is not sent after all keeps nobody from the slot', async () => {
    const home = new TestHome({
      journeys: [low, writes('high', 90, { exit: [{ on: { event: 'Gone' } }] })],
      workspace: aWorkspace({ quietHours, frequencyCaps: [oneADay('skip')] }),
      startMs: nightMs,
    });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('For low'), aTrack('For high'));
    home.content.answer = ({ templateId }) =>
      templateId === 'high' ? { kind: 'missing-value', name: 'x' } : undefined;
    await home.wind('PT9H30M');
    expect([home.sent, said(home)]).toEqual([['low'], { high: 'skipped missing-value', low: 'sent' }]);
  });

  it('one whose journey was left keeps nobody waiting', async () => {
    const home = new TestHome({
      journeys: [low, writes('high', 90, { exit: [{ on: { event: 'Gone' } }] })],
      workspace: aWorkspace({ quietHours, frequencyCaps: [oneADay('skip')] }),
      startMs: nightMs,
    });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('For low'), aTrack('For high'), aTrack('Gone'));
    await home.windTo(startMs + 22 * hourMs);
    expect(home.deliveries().find(({ template }) => template === 'low')).toMatchObject({
      status: 'sent',
      atMs: startMs + 22 * hourMs,
    });
  });

  it('one that its pause holds keeps nobody waiting', async () => {
    const home = new TestHome({
      journeys: [low, high],
      workspace: aWorkspace({ quietHours, frequencyCaps: [oneADay('skip')] }),
      startMs: nightMs,
    });
    await home.accept(anIdentify({ email: 'ana@b.lv' }));
    await home.control('pause', 'journey/high');
    await home.accept(aTrack('For low'));
    await home.wind('PT9H30M');
    expect(home.sent).toEqual(['low']);
  });

  it('a slot for each keeps neither waiting', async () => {
    const cap = { ...oneADay('skip'), atMost: 2 };
    const home = await atNight([low, high], [cap], ['low', 'high']);
    expect(home.deliveries().map(({ atMs }) => atMs)).toEqual(Array(2).fill(startMs + 22 * hourMs));
  });

  it('a cap of a topic, a channel or a purpose knows only its own', async () => {
    const offers = writes('offers', 90, { steps: [{ id: 'offers', send: { email: 'offers' }, topic: 'offers' }] });
    const news = writes('news', 10, { steps: [{ id: 'news', send: { email: 'news' }, topic: 'news' }] });
    const caps = (over: Partial<FrequencyCap>): readonly FrequencyCap[] => [{ ...oneADay('skip'), ...over }];
    const sent = async (over: Partial<FrequencyCap>) =>
      (await atNight([offers, news], caps(over), ['news', 'offers'])).sent;
    expect((await sent({ topic: 'offers' })).toSorted()).toEqual(['news', 'offers']);
    expect((await sent({ channels: 'sms' })).toSorted()).toEqual(['news', 'offers']);
    expect((await sent({ purpose: 'transactional' })).toSorted()).toEqual(['news', 'offers']);
    expect(await sent({ purpose: 'marketing' })).toEqual(['offers']);
  });

  it('nothing of it stays on the profile', async () => {
    const home = await atNight([low, high], [oneADay('skip')], ['low', 'high']);
    expect((await home.profile()).wants).toBeUndefined();
  });
});

describe('where one event begins several journeys that send at once', () => {
  const on = { entry: { on: { event: 'Came' }, again: 'always' as const } };
  async function come(journeys: readonly Journey[], then: 'skip' | 'defer'): Promise<TestHome> {
    const home = new TestHome({ journeys, workspace: aWorkspace({ frequencyCaps: [oneADay(then)] }) });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Came'));
    await home.wind('PT2M');
    return home;
  }

  it('the highest has the slot, in whatever order they begin', async () => {
    for (const [one, two] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const home = await come([writes(one, 10, on), writes(two, 90, on)], 'skip');
      expect(said(home)).toEqual({ [two]: 'sent', [one]: 'skipped frequency-cap' });
    }
  });

  it('the lower ones wait for a minute at most, for one who does not come', async () => {
    const when = { trait: 'vip', is: true } as const;
    const home = await come([writes('low', 10, on), writes('high', 90, { entry: { ...on.entry, when } })], 'skip');
    expect(home.deliveries().map(({ template, atMs }) => [template, atMs])).toEqual([['low', startMs + 60_000]]);
  });
});

it('what waits for two people who become one is wanted by one', () => {
  const want = (deliveryId: string) => ({
    deliveryId,
    wakeMs: startMs,
    channel: 'email',
    purpose: 'marketing' as const,
    priority: 5,
  });
  const person = (id: string) => ({ ...newProfile(id, startMs), wants: [want(id)] });
  const { winner } = mergeProfiles(person('p1'), person('p2'), 1, new Map(), startMs);
  expect(winner.wants).toEqual([want('p1'), want('p2')]);
});
