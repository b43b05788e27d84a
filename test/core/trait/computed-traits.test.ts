import { describe, expect, it } from 'vitest';
import type { Json } from '../../../core/json.ts';
import type { Condition } from '../../../core/segment/condition.ts';
import type { Documents, Step } from '../../../core/journey/document.ts';
import { checkDocuments } from '../../../core/journey/check.ts';
import { viewOf } from '../../../core/segment/view.ts';
import { traitsOf } from '../../../core/trait/computed-trait.ts';
import type { TraitDocument } from '../../../core/trait/trait-document.ts';
import { presentProfile } from '../../../functions/parts/http/present.ts';
import { aJourney, anIdentify, aSegment, aTrack, aWorkspace, dayMs, startMs, TestHome } from '../../builders.ts';

const orders: TraitDocument = { id: 'orders', name: 'Orders', count: 'Order Completed' };
const recent: TraitDocument = { id: 'recent', name: 'Orders of a week', count: 'Order Completed', within: 'P7D' };
const spent: TraitDocument = { id: 'spent', name: 'Spent', sum: 'Order Completed', of: 'total' };
const since: TraitDocument = { id: 'days-since', name: 'Days since the last order', daysSince: 'Order Completed' };
const basket: TraitDocument = { id: 'basket', name: 'Basket', ratio: { of: 'spent', to: 'orders' } };
const usage: TraitDocument = { id: 'usage', name: 'Usage', level: 'recent', from: { light: 1, heavy: 2 } };
const last: TraitDocument = { id: 'last-order', name: 'Last order', last: 'Order Completed' };
const traits = [orders, recent, spent, since, basket, usage, last];

const anOrder = (total = 10) => aTrack('Order Completed', { total });
async function traitsNow(home: TestHome, key?: string): Promise<{ readonly [name: string]: Json }> {
  return traitsOf(viewOf(await home.profile(key), home.definitions.now, home.clock.nowMs()));
}
const memberships = async (home: TestHome): Promise<readonly string[]> => Object.keys((await home.profile()).segments);

describe('computed traits', () => {
  it('are read beside given ones, and go before one of the same name', async () => {
    const home = new TestHome({ traits });
    await home.accept(anIdentify({ orders: 99, city: 'Riga' }), anOrder(10), anOrder(30));
    expect(await traitsNow(home)).toEqual({
      city: 'Riga',
      orders: 2,
      recent: 2,
      spent: 40,
      basket: 20,
      usage: 'heavy',
      'days-since': 0,
      'last-order': new Date(startMs).toISOString(),
    });
  });

  it('make segments change with the event, and with time alone', async () => {
    const segments = [
      aSegment('heavy', { trait: 'usage', is: 'heavy' }),
      aSegment('away', { trait: 'days-since', atLeast: 60 }),
      aSegment('rich', {
        all: [
          { trait: 'basket', atLeast: 20 },
          { trait: 'orders', atLeast: 2 },
        ],
      }),
    ];
    const home = new TestHome({ traits, segments });
    await home.accept(anOrder(10));
    expect(await memberships(home)).toEqual([]);
    await home.wind('P1D');
    await home.accept(anOrder(30));
    expect(await memberships(home)).toEqual(['heavy', 'rich']);
    await home.windTo(startMs + 7 * dayMs - 1);
    expect(await memberships(home)).toContain('heavy');
    await home.windTo(startMs + 7 * dayMs);
    expect(await memberships(home)).toEqual(['rich']);
    // Sixty midnights after 3 March.
    await home.windTo(Date.parse('2026-05-01T23:59:59Z'));
    expect(await memberships(home)).toEqual(['rich']);
    await home.windTo(Date.parse('2026-05-02T00:00:00Z'));
    expect(await memberships(home)).toEqual(['rich', 'away']);
  });

  it('end, release and branch journeys', async () => {
    const steps: readonly Step[] = [
      { id: 'which', branch: [{ when: { trait: 'orders', atLeast: 2 }, steps: [{ wait: 'P1D' }] }], otherwise: [] },
      { id: 'third', waitFor: { when: { trait: 'orders', atLeast: 3 } }, within: 'P30D' },
      { id: 'rest', wait: 'P90D' },
    ];
    const home = new TestHome({
      traits,
      journeys: [aJourney({ exit: [{ when: { trait: 'days-since', atLeast: 40 } }], steps })],
    });
    await home.accept(anOrder(), anOrder(), aTrack('Cart Filled'));
    expect(home.enrollments()[0]!.cursor.stepId).not.toBe('third');
    await home.wind('P1D');
    expect(home.enrollments()[0]!.cursor.stepId).toBe('third');
    await home.accept(anOrder());
    expect(home.enrollments()[0]!.cursor.stepId).toBe('rest');
    await home.wind('P50D');
    expect(home.enrollments()[0]).toMatchObject({ status: 'exited', reason: 'exit-condition' });
  });

  it('move a wait until a date of theirs, and begin journeys by it', async () => {
    const home = new TestHome({
      traits,
      journeys: [
        aJourney({ steps: [{ id: 'until', wait: { until: { trait: 'last-order', offset: 'P5D' } } }] }),
        aJourney({
          id: 'monthly',
          entry: { on: { date: { trait: 'last-order' }, offset: 'P30D' }, again: 'always' },
          steps: [{ wait: 'PT1H' }],
        }),
      ],
    });
    await home.accept(anOrder(), aTrack('Cart Filled'));
    await home.wind('P2D');
    await home.accept(anOrder());
    await home.wind('P4D');
    expect(home.enrollments('cart')[0]!.status).toBe('active');
    await home.wind('P1D');
    expect(home.enrollments('cart')[0]!.status).toBe('completed');
    await home.windTo(startMs + 32 * dayMs - 1);
    expect(home.enrollments('monthly')).toEqual([]);
    await home.windTo(startMs + 32 * dayMs);
    expect(home.enrollments('monthly')).toHaveLength(1);
  });

  it('are what people are ranked by', async () => {
    const journey = aJourney({
      entry: {
        on: { schedule: { every: 'P1D', at: '12:00' }, segment: 'everybody' },
        again: 'never',
        limit: { atMost: 1, per: 'P1M', by: 'profile.traits.spent' },
      },
      steps: [{ wait: 'PT1H' }],
    });
    const home = new TestHome({
      traits,
      journeys: [journey],
      segments: [aSegment('everybody', { did: 'Order Completed' })],
    });
    const by = (userId: string, total: number) => aTrack('Order Completed', { total }, { userId });
    await home.accept(by('u1', 10), by('u2', 30), by('u3', 20));
    await home.wind('P1D');
    const [first] = home.enrollments(journey.id);
    expect(first?.profileId).toBe((await home.profile('userId:u2')).profileId);
  });

  it('are made of the history where they are published later, and by what a merge brings together', async () => {
    const home = new TestHome({});
    await home.accept(anOrder(5), aTrack('Order Completed', { total: 7 }, { anonymousId: 'a1' }));
    home.publish({ traits, segments: [aSegment('regular', { trait: 'orders', atLeast: 2 })] });
    await home.drain();
    expect(await traitsNow(home)).toMatchObject({ orders: 1, spent: 5 });
    await home.accept(anIdentify({}, { userId: 'u1', anonymousId: 'a1' }));
    expect(await traitsNow(home)).toMatchObject({ orders: 2, spent: 12 });
    expect(await memberships(home)).toEqual(['regular']);
  });

  it('change who is in a segment when they are published anew', async () => {
    const segments = [aSegment('heavy', { trait: 'usage', is: 'heavy' })];
    const home = new TestHome({ traits, segments });
    await home.accept(anOrder());
    expect(await memberships(home)).toEqual([]);
    const others = traits.map((trait) => (trait === usage ? { ...usage, from: { heavy: 1 } } : trait));
    home.publish({ traits: others, segments });
    await home.drain();
    expect(await memberships(home)).toEqual(['heavy']);
  });
});

describe('what a window holds', () => {
  it('is counted up to 500, whoever else asks for more of it', async () => {
    const home = new TestHome({
      traits: [recent],
      segments: [aSegment('many', { did: 'Order Completed', within: 'P7D', atLeast: 500 })],
    });
    await home.take(...Array.from({ length: 40 }, () => anOrder()));
    for (let count = 0; count < 12; count++) await home.take(...Array.from({ length: 40 }, () => anOrder()));
    expect(await traitsNow(home)).toEqual({ recent: 500 });
    expect(await memberships(home)).toEqual(['many']);
  });

  it('is read at once where the clocks change', async () => {
    const traits = Array.from({ length: 30 }, (_, index): TraitDocument => ({
      ...recent,
      id: `t${index}`,
      within: `P${5 + index}D`,
    }));
    const segments = traits.map(({ id }) => aSegment(id, { trait: id, atLeast: 400 }));
    const home = new TestHome({ traits, segments, workspace: aWorkspace({ timeZone: 'Europe/Riga' }) });
    await home.windTo(Date.parse('2026-03-28T00:00:00Z'));
    for (let count = 0; count < 10; count++) {
      await home.wind('PT5H');
      await home.take(
        ...Array.from({ length: 40 }, () => aTrack('Order Completed', {}, { occurredMs: home.clock.nowMs() })),
      );
    }
    expect(await memberships(home)).toHaveLength(30);
  });

  it('takes no number that is none, and no longer text than a name', async () => {
    const average: TraitDocument = { id: 'average', name: 'Average', average: 'Order Completed', of: 'total' };
    const names: TraitDocument = { id: 'names', name: 'Names', list: 'Order Completed', of: 'name', within: 'P7D' };
    const home = new TestHome({ traits: [average, spent, names] });
    const odd = [1e303, -1e303, 1e10, 5, '7', null, Number.MAX_VALUE];
    await home.accept(...odd.map((total) => aTrack('Order Completed', { total, name: 'x'.repeat(81) })));
    await home.accept(aTrack('Order Completed', { total: 7, name: 'x'.repeat(80) }));
    expect(await traitsNow(home)).toEqual({ average: 6, spent: 12, names: ['x'.repeat(80)] });
  });

  it('leaves out what has no name, however much of that there is', async () => {
    const as = { shoes: 'Shoes' };
    const home = new TestHome({
      traits: [
        { id: 'list', name: 'List', list: 'Seen', of: 'c', as },
        { id: 'most', name: 'Most', mostFrequent: 'Seen', of: 'c', as },
        { id: 'last', name: 'Last', last: 'Seen', of: 'c', as },
      ],
    });
    await home.accept(aTrack('Seen', { c: 'shoes' }));
    for (let count = 0; count < 30; count++) await home.take(aTrack('Seen', { c: `other ${count}` }));
    expect(await traitsNow(home)).toEqual({ list: ['Shoes'], most: 'Shoes', last: 'Shoes' });
  });

  it('counts hours where the person lives, and changes them with the clock', async () => {
    const hour: TraitDocument = { id: 'hour', name: 'Hour', mostFrequent: 'Seen', by: 'hour' };
    const home = new TestHome({
      traits: [hour],
      segments: [aSegment('at-19', { trait: 'hour', is: 19 }), aSegment('at-20', { trait: 'hour', is: 20 })],
      workspace: aWorkspace({ timeZone: 'Europe/Riga' }),
    });
    await home.windTo(Date.parse('2026-03-10T17:10:00Z'));
    await home.accept(aTrack('Seen', {}, { occurredMs: home.clock.nowMs() }));
    expect(await memberships(home)).toEqual(['at-19']);
    await home.windTo(Date.parse('2026-03-29T00:59:59Z'));
    expect(await memberships(home)).toEqual(['at-19']);
    await home.windTo(Date.parse('2026-03-29T01:00:00Z'));
    expect(await memberships(home)).toEqual(['at-20']);
  });
});

describe('what is published anew', () => {
  const waiting = (when: Condition) => aJourney({ steps: [{ waitFor: { when }, within: 'P30D' }] });
  const day = (first: string): TraitDocument => ({ id: 'd', name: 'D', first });

  it('reaches those inside: other stages', async () => {
    const stage = (atLeast: number) => ({
      workspace: aWorkspace({ stages: { retention: { did: 'Bought', atLeast } } }),
      journeys: [waiting({ trait: 'stage', is: 'retention' })],
    });
    const home = new TestHome(stage(3));
    await home.accept(aTrack('Bought'), aTrack('Cart Filled'));
    home.publish(stage(1));
    await home.drain();
    expect(home.enrollments()[0]!.status).toBe('completed');
  });

  it('reaches those inside: another date, which a condition asks for', async () => {
    const documents = (first: string) => ({
      traits: [day(first), { ...day('Bought'), id: 'other' }],
      journeys: [waiting({ dayOf: 'd', from: 'P0D', to: 'P1D' })],
    });
    const home = new TestHome(documents('Never'));
    await home.accept(aTrack('Bought'), aTrack('Cart Filled'));
    home.publish(documents('Bought'));
    await home.drain();
    expect(home.enrollments()[0]!.status).toBe('completed');
  });

  it('reaches those inside: another date, which a wait goes by', async () => {
    const documents = (first: string) => ({
      traits: [day(first), { ...day('Bought'), id: 'a' }, { ...day('Seen'), id: 'b' }],
      journeys: [aJourney({ steps: [{ wait: { until: { trait: 'd', offset: 'P5D' } } }] })],
    });
    const home = new TestHome(documents('Bought'));
    await home.accept(aTrack('Bought'));
    await home.wind('P2D');
    await home.accept(aTrack('Seen'), aTrack('Cart Filled'));
    home.publish(documents('Seen'));
    await home.drain();
    await home.windTo(startMs + 7 * dayMs - 1);
    expect(home.enrollments()[0]!.status).toBe('active');
    await home.windTo(startMs + 7 * dayMs);
    expect(home.enrollments()[0]!.status).toBe('completed');
  });
});

describe('rounds of traits, stages and segments', () => {
  it.each([
    [{ retention: { trait: 'l', is: 'a' } }, { id: 'l', name: 'L', level: 'stage', from: { a: 1 } }],
    [{ retention: { trait: 'stage.x', is: 'a' } }, orders],
    [{ retention: { dayOf: 'stage', from: 'P0D', to: 'P1D' } }, orders],
  ])('are told: %j', (stages, trait) => {
    const files = [
      { path: 'workspace.json', text: JSON.stringify(aWorkspace({ stages: stages as never })) },
      { path: `traits/${trait.id}.trait.json`, text: JSON.stringify(trait) },
    ];
    expect(checkDocuments(files).problems.map(({ code }) => code)).toContain('segment-cycle');
  });
});

describe('the life-cycle stage', () => {
  const stages = { retention: { segment: 'loyal' }, reactivation: { trait: 'days-since', atLeast: 30 } };
  const documents: Partial<Documents> = {
    workspace: aWorkspace({ stages }),
    traits,
    segments: [
      // Before the one that the stages ask for, and decided after it.
      aSegment('lost', { trait: 'stage', is: 'reactivation' }),
      aSegment('kept', { trait: 'stage', is: 'retention' }),
      aSegment('loyal', { trait: 'orders', atLeast: 2 }),
    ],
  };

  it('is a trait, and what asks for it is asked when it changes', async () => {
    const home = new TestHome(documents);
    await home.accept(anOrder());
    expect(await traitsNow(home)).toMatchObject({ stage: 'acquaintance' });
    await home.accept(anOrder());
    expect(await memberships(home)).toEqual(expect.arrayContaining(['loyal', 'kept']));
    expect(await traitsNow(home)).toMatchObject({ stage: 'retention' });
    await home.wind('P30D');
    expect((await memberships(home)).toSorted()).toEqual(['lost', 'loyal']);
    const { profileId } = await home.profile();
    const loaded = await home.store.load(profileId);
    const shown = presentProfile(loaded!, home.definitions.now, home.clock.nowMs());
    expect(shown['computedTraits']).toEqual((({ stage: _, ...others }) => others)(await traitsNow(home)));
    expect(shown['traits']).toEqual({});
    expect(shown).toMatchObject({
      stage: 'reactivation',
    });
  });

  it('asks for no segment that asks for it', () => {
    const workspace = aWorkspace({ stages: { retention: { segment: 'kept' } } });
    const files = [
      { path: 'workspace.json', text: JSON.stringify(workspace) },
      {
        path: 'segments/kept.segment.json',
        text: JSON.stringify(aSegment('kept', { not: { trait: 'stage', is: 'retention' } })),
      },
      {
        path: 'traits/stage.trait.json',
        text: JSON.stringify({ id: 'stage', name: 'Stage', last: 'Moved', of: 'to' }),
      },
    ];
    const { problems } = checkDocuments(files);
    expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'segment-cycle: The segment asks for itself: "kept" → the trait "stage" → "kept". Nobody could tell who is in it.',
      'duplicate-id: The trait "stage" is the life-cycle stage that the "stages" of the workspace say.',
    ]);
  });
});
