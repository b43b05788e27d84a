import { describe, expect, it } from 'vitest';
import type { Documents } from '../../../core/journey/document.ts';
import { checkDocuments } from '../../../core/journey/check.ts';
import { english } from '../../../core/journey/words.ts';
import { historyIds } from '../../../core/profile/profile.ts';
import { explainTrait, type ExplainedTrait } from '../../../core/segment/explain-trait.ts';
import { viewOf } from '../../../core/segment/view.ts';
import type { TraitDocument } from '../../../core/trait/trait-document.ts';
import { aSegment, aTrack, aWorkspace, dayMs, startMs, TestHome } from '../../builders.ts';

const orders: TraitDocument = { id: 'orders', name: 'Orders', count: 'Order Completed' };
const persona: TraitDocument = {
  id: 'persona',
  name: 'Persona',
  closest: {
    saver: {
      name: 'Saver',
      signs: [
        { when: { did: 'Coupon Entered', within: 'P30D' }, weight: 3, says: 'Tries coupons' },
        { when: { did: 'List Filtered' } },
      ],
    },
    regular: { name: 'Regular', signs: [{ when: { segment: 'buyers' } }, { when: { trait: 'orders', atLeast: 3 } }] },
  },
  atLeast: 50,
};
const documents: Partial<Documents> = {
  workspace: aWorkspace({ stages: { retention: { trait: 'persona', is: 'regular' } } }),
  traits: [persona, orders],
  segments: [
    aSegment('savers', { trait: 'persona', is: 'saver' }),
    aSegment('regulars', { trait: 'persona', is: 'regular' }),
    aSegment('kept', { trait: 'stage', is: 'retention' }),
    aSegment('buyers', { trait: 'orders', atLeast: 2 }),
  ],
};
const memberships = async (home: TestHome): Promise<readonly string[]> =>
  Object.keys((await home.profile()).segments).toSorted();
async function explained(home: TestHome, traitId: string): Promise<ExplainedTrait | undefined> {
  const profile = await home.profile();
  const definitions = home.definitions.now;
  const history = await home.store.history(historyIds(profile));
  const view = viewOf(profile, definitions, home.clock.nowMs());
  return explainTrait(traitId, { definitions, view, history, words: english });
}

describe('a persona', () => {
  it('is had and lost with what its signs ask for, segments and time too', async () => {
    const home = new TestHome(documents);
    await home.accept(aTrack('List Filtered'));
    expect(await memberships(home)).toEqual([]);
    await home.accept(aTrack('Coupon Entered'));
    expect(await memberships(home)).toEqual(['savers']);
    await home.accept(aTrack('Order Completed'), aTrack('Order Completed'));
    // Half a regular, and a whole saver.
    expect(await memberships(home)).toEqual(['buyers', 'savers']);
    await home.windTo(startMs + 30 * dayMs - 1);
    expect(await memberships(home)).toEqual(['buyers', 'savers']);
    await home.windTo(startMs + 30 * dayMs);
    expect(await memberships(home)).toEqual(['buyers', 'kept', 'regulars']);
  });

  it('is told with its reasons, those of the others too', async () => {
    const home = new TestHome(documents);
    await home.accept(aTrack('Coupon Entered', {}, { messageId: 'tried' }), aTrack('Order Completed'));
    expect(await explained(home, 'persona')).toMatchObject({
      traitId: 'persona',
      name: 'Persona',
      value: 'saver',
      changesMs: startMs + 30 * dayMs,
      conditions: [
        {
          says: '"Saver" (saver): 3 of 4',
          holds: true,
          parts: [
            {
              says: 'Tries coupons (weight 3)',
              holds: true,
              parts: [{ events: [{ eventId: 'tried' }], changesMs: startMs + 30 * dayMs }],
            },
            { says: 'did List Filtered (weight 1)', holds: false },
          ],
        },
        { says: '"Regular" (regular): 0 of 2, too little to be one', holds: false },
      ],
    });
    const stage = await explained(home, 'stage');
    expect(stage).toMatchObject({ value: 'acquaintance', conditions: [{ says: 'stage "retention"', holds: false }] });
    // The stage asks for the persona, which is told below it.
    expect(stage!.conditions![0]!.parts![0]!.parts).toHaveLength(2);
    expect(await explained(home, 'orders')).toMatchObject({ value: 1, eventCount: 1 });
    expect(await explained(home, 'nothing')).toBeUndefined();
  });

  it('is asked of everybody anew once one of its signs is another', async () => {
    const home = new TestHome(documents);
    await home.accept(aTrack('List Filtered'), aTrack('Order Completed'));
    expect(await memberships(home)).toEqual([]);
    const traits: readonly TraitDocument[] = [
      { ...persona, closest: { saver: { name: 'Saver', signs: [{ when: { did: 'List Filtered' } }] } } },
      orders,
    ];
    home.publish({ ...documents, traits });
    await home.drain();
    expect(await memberships(home)).toEqual(['savers']);
  });
});

describe('the document of personas', () => {
  const problemsOf = (trait: object, more: readonly { path: string; text: string }[] = []) =>
    checkDocuments([
      { path: 'workspace.json', text: JSON.stringify(aWorkspace()) },
      { path: 'traits/persona.trait.json', text: JSON.stringify(trait, null, 1) },
      ...more,
    ]).problems.map(({ code, text, column, length }) => `${code} ${text.slice(column - 1, column - 1 + length)}`);
  const withSign = (sign: object): object => ({ ...persona, closest: { saver: { name: 'Saver', signs: [sign] } } });

  it.each([
    ['no personas', { ...persona, closest: {} }, 'empty-list '],
    ['no signs', { ...persona, closest: { saver: { name: 'Saver', signs: [] } } }, 'empty-list []'],
    ['a sign without a condition', withSign({ weight: 2 }), 'missing-condition '],
    ['a sign that is misspelt', withSign({ when: { didd: 'A' } }), 'unknown-condition "didd"'],
    ['a segment that is not there', withSign({ when: { segment: 'byers' } }), 'unknown-segment "byers"'],
    [
      'what only a journey knows',
      withSign({ when: { value: 'event.properties.total', above: 1 } }),
      'value-outside-journey "value"',
    ],
    ['itself', withSign({ when: { trait: 'persona', is: 'saver' } }), 'trait-cycle "persona"'],
    ['more than retention keeps', withSign({ when: { did: 'A', within: 'P30Y' } }), 'window-over-retention "P30Y"'],
  ])('is refused with %s', (_, trait, problem) => {
    expect(problemsOf(trait)).toContainEqual(problem);
  });

  it('is refused where a segment that it asks for asks for it', () => {
    const segment = aSegment('savers', { trait: 'persona', is: 'saver' });
    const files = [{ path: 'segments/savers.segment.json', text: JSON.stringify(segment) }];
    const codes = problemsOf(withSign({ when: { segment: 'savers' } }), files);
    expect(codes).toContainEqual(expect.stringContaining('segment-cycle'));
  });
});
