import { describe, expect, it } from 'vitest';
import type { Step, Steps } from '../../../core/journey/document.ts';
import { stepKinds } from '../../../core/journey/steps/registry.ts';
import { aJourney, anAudience, anIdentify, aTrack, aWorkspace, TestHome } from '../../builders.ts';

/** One step, and how often what it does has been done. */
interface Case {
  readonly step: Step;
  readonly done?: (home: TestHome) => number | Promise<number>;
}
const sent = (home: TestHome): number => home.sent.length;
const asked = (home: TestHome): number => home.asking.asked.length;
const tasks = (home: TestHome): number => home.log.flatMap((change) => change.tasks ?? []).length;
const started = (home: TestHome): number => home.enrollments().filter(({ journeyId }) => journeyId === 'other').length;
const isIn = async (home: TestHome): Promise<number> => Object.keys((await home.profile()).audiences).length;
const hello: Steps = [{ id: 'hello', send: { email: 'hello' } }];

/** What waits while its journey is paused, with the person before it. */
const standing: { readonly [kind: string]: Case } = {
  send: { step: { id: 'step', send: { email: 'hello' } }, done: sent },
  cascade: {
    step: { id: 'step', cascade: [{ email: 'hello' }], every: 'PT1H', until: { event: 'Rated' } },
    done: sent,
  },
  update: {
    step: { id: 'step', update: { traits: { tier: 'gold' } } },
    done: async (home) => ((await home.profile()).traits['tier'] ? 1 : 0),
  },
  emit: { step: { id: 'step', emit: { event: 'Offer Made' } }, done: (home) => home.facts('emit').length },
  audience: { step: { id: 'step', audience: { add: 'lookers' } }, done: isIn },
  coupon: { step: { id: 'step', coupon: { pool: 'gift', as: 'code' } }, done: asked },
  call: { step: { id: 'step', call: { webhook: 'crm', save: { score: 'score' } } }, done: asked },
  lookup: { step: { id: 'step', lookup: 'cities', by: 'event.properties.city', save: 'near' }, done: asked },
  task: { step: { id: 'step', task: { queue: 'desk', title: 'Call' } }, done: tasks },
  repeat: {
    step: { id: 'step', repeat: { times: 2, steps: [{ id: 'inner', wait: 'PT1H' }] } },
    done: (home) => (home.enrollments()[0]!.path.includes('inner') ? 1 : 0),
  },
  start: { step: { id: 'step', start: 'other' }, done: started },
};
/** What goes on. */
const passing: { readonly [kind: string]: Case } = {
  wait: { step: { id: 'step', wait: 'PT1H' } },
  waitFor: { step: { id: 'step', waitFor: { event: 'Rated' }, within: 'PT1H' } },
  branch: { step: { id: 'step', branch: [{ when: { did: 'Cart Filled' }, steps: [] }], otherwise: hello } },
  experiment: { step: { id: 'step', experiment: 'offer', variants: [{ id: 'a', percent: 100, steps: [] }] } },
  end: { step: { id: 'step', end: true } },
};

async function paused({ step }: Case): Promise<TestHome> {
  const steps: Steps = [{ id: 'rest', wait: 'PT1H' }, step, { id: 'more', wait: 'P9D' }];
  const other = aJourney({ id: 'other', entry: { on: { api: true }, again: 'always' }, steps: [{ wait: 'P30D' }] });
  const home = new TestHome({
    journeys: [aJourney({ steps }), other],
    audiences: [anAudience('lookers', 'retargeting', { did: 'Never Done' })],
    workspace: aWorkspace({ consent: 'opt-out' }),
  });
  await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled', { city: 'riga' }));
  await home.control('pause');
  return home;
}
/** What a step unfolds into is named by it. */
const walked = (home: TestHome): readonly string[] => [
  ...new Set(home.enrollments()[0]!.path.map((id) => id.split('.')[0]!)),
];

it('of every step is known what a pause means for it', () => {
  const told = [...Object.keys(standing), ...Object.keys(passing)];
  expect(told.sort()).toEqual([...stepKinds.byKey.keys()].sort());
});

describe('while its journey is paused', () => {
  it.each(Object.entries(standing))('%s waits, and is done once afterwards', async (_, one) => {
    const home = await paused(one);
    await home.wind('PT20H');
    expect([await one.done!(home), walked(home)]).toEqual([0, ['rest']]);
    expect(home.enrollments()[0]).toMatchObject({ status: 'active' });
    await home.control('resume');
    await home.wind('PT5H');
    const stepped = walked(home).filter((id) => id !== 'inner');
    expect([await one.done!(home), stepped]).toEqual([1, ['rest', 'step', 'more']]);
    await home.wind('P10D');
    expect([await one.done!(home), home.enrollments()[0]?.status]).toEqual([1, 'completed']);
    expect(home.problems).toEqual([]);
  });

  it.each(Object.entries(passing))('%s goes on', async (kind, one) => {
    const home = await paused(one);
    await home.wind('PT20H');
    expect(walked(home)).toEqual(['rest', 'step', ...(kind === 'end' ? [] : ['more'])]);
    expect(home.enrollments()[0]?.status).toBe(kind === 'end' ? 'completed' : 'active');
    await home.control('resume');
    await home.wind('P10D');
    expect([home.enrollments()[0]?.status, home.sent, home.problems]).toEqual(['completed', [], []]);
  });
});
