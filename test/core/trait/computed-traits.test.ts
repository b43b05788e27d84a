import { describe, expect, it } from 'vitest';
import type { Json } from '../../../core/json.ts';
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
      'segment-cycle: The segment asks for itself: "kept" → the stages → "kept". Nobody could tell who is in it.',
      'duplicate-id: The trait "stage" is the life-cycle stage that the "stages" of the workspace say.',
    ]);
  });
});
