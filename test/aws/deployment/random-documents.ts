import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { checkDocuments } from '../../../core/journey/check.ts';
import type { Journey, Steps, Workspace } from '../../../core/journey/document.ts';
import type { WorkflowFile } from '../../../core/journey/read-documents.ts';
import { aJourney, aWorkspace } from '../../builders.ts';
import { aRandomJourney, withoutBreaker } from '../../random-journeys.ts';

/** Quiet half of the day, and strict: messages are to be deferred for both reasons. */
const workspace: Workspace = aWorkspace({
  // Some of the waits in these journeys are longer, some are shorter.
  parkAfter: 'P1D',
  ...withoutBreaker,
  sender: { ...aWorkspace().sender, push: { app: 'shop' } },
  quietHours: { email: { from: '19:00', to: '08:00' } },
  frequencyCaps: [{ channels: 'email', atMost: 2, within: 'P1D', then: 'defer' }],
});
const mail = (text: string): string =>
  `---\nsubject: ${text}\n---\n<mjml><mj-body><mj-section><mj-column><mj-text>${text} {{ links.unsubscribe }}</mj-text></mj-column></mj-section></mj-body></mjml>`;
const common: readonly WorkflowFile[] = [
  { path: 'workspace.json', text: JSON.stringify(workspace) },
  ...['one', 'two', 'three', 'four', 'five', 'first'].map((id) => ({
    path: `templates/${id}/email.mjml`,
    text: mail(id),
  })),
  { path: 'templates/none/push.json', text: JSON.stringify({ title: 'None', body: 'None' }) },
  { path: 'coupons/gift.coupon.json', text: JSON.stringify({ id: 'gift', name: 'Gift', generate: {} }) },
  { path: 'tables/cities.csv', text: 'total,name\n80,Riga\n' },
  {
    path: 'audiences/lookers.audience.json',
    text: JSON.stringify({ id: 'lookers', name: 'Lookers', use: 'retargeting', when: { did: 'Never Done' } }),
  },
  {
    path: 'journeys/other.journey.json',
    text: JSON.stringify(aJourney({ id: 'other', entry: { on: { api: true } }, steps: [{ id: 'rest', wait: 'P1D' }] })),
  },
];
const fileOf = (journey: Journey): WorkflowFile => ({
  path: `journeys/${journey.id}.journey.json`,
  text: JSON.stringify(journey),
});
const isValid = (journey: Journey): boolean => checkDocuments([...common, fileOf(journey)]).documents !== undefined;

/** What differs from one journey to the next, beside its steps. */
const rules = fc.record({
  hold: fc.constantFrom<Steps[number]>(
    { id: 's0', wait: 'P1D' },
    { id: 's0', wait: 'PT36H' },
    { id: 's0', wait: { until: '18:00' } },
    { id: 's0', waitFor: { event: 'Call Completed' }, within: 'P2D' },
  ),
  hasGoal: fc.boolean(),
});

/** Whom a webhook calls answers in one home only: another system stands behind neither of them. */
const withoutCalls = aRandomJourney.map((journey): Journey => {
  const text = JSON.stringify(journey);
  return JSON.parse(text.replaceAll(/"call":\{.*?\}\}/g, '"update":{"traits":{"called":true}}')) as Journey;
});

/** Valid journeys of every step kind that this release runs, each entered by an event of its own. */
export function randomJourneys(count: number, seed: number): readonly Journey[] {
  // Three in a row: one by itself is often empty.
  const long = fc.tuple(withoutCalls, withoutCalls, withoutCalls).map(([a, b, c]): Journey => ({
    ...a,
    steps: [...renamed(a.steps, 'a'), ...renamed(b.steps, 'b'), ...renamed(c.steps, 'c')],
  }));
  const some = fc.tuple(long.filter(isValid), rules);
  return fc.sample(some, { numRuns: count, seed }).map(([journey, rule], index): Journey => {
    const id = `j${index}`;
    const fate = fateOf(id);
    const cross = { when: { trait: 'mood', is: 'cross' } } as const;
    return {
      ...journey,
      id,
      kind: fate.startsWith('races') ? 'acquisition' : 'lifecycle',
      entry: { on: { event: entryOf(id) }, again: 'always', ...(fate === 'restarts' && { meanwhile: 'restart' }) },
      exit: [...(journey.exit ?? []), ...(fate === 'cross' ? [cross] : [])],
      ...(rule.hasGoal && { goal: { on: { event: 'Order Completed' }, within: 'P10D' } }),
      // Few people come to so few journeys, and somebody is to be held out of one.
      ...(fate === 'none' && { holdout: 90 }),
      steps: renamed([...beginningOf(fate, rule.hold), ...journey.steps], id),
    };
  });
}

/** What happens to whoever enters a journey first, beside what happens to everybody. */
const fates = ['none', 'leaves', 'races', 'races-late', 'merges', 'restarts', 'hasty', 'cross'] as const;
export type Fate = (typeof fates)[number] | 'called';
export const fateOf = (journeyId: string): Fate => fates[Number(journeyId.slice(1)) % fates.length] ?? 'called';

/** A hold, so that there is one to do something in; whoever turns out to be two had viewed a plan as the other one. */
const beginningOf = (fate: Fate, hold: Steps[number]): Steps => {
  if (fate === 'none') return [];
  // Whoever converts right after the touch that ends the hold is still inside.
  if (fate === 'races-late') return [hold, { id: 's1', wait: 'P1D' }];
  if (fate !== 'merges') return [hold];
  const seen: Steps = [{ id: 's2', emit: { event: 'Offer Made' } }];
  return [hold, { id: 's1', branch: [{ when: { did: 'Plan Viewed', within: 'P9D' }, steps: seen }] }];
};

/** One with every step kind, and a message at night: what chance alone may leave out of a few journeys. */
export const everyKind = (id: string): Journey =>
  aJourney({
    id,
    entry: { on: { event: entryOf(id) }, again: 'always' },
    goal: { on: { event: 'Order Completed' }, within: 'P30D' },
    steps: [
      { id: 'update', update: { traits: { tier: 'gold' } } },
      { id: 'emit', emit: { event: 'Offer Made' } },
      { id: 'coupon', coupon: { pool: 'gift', as: 'code' } },
      { id: 'lookup', lookup: 'cities', by: 'event.properties.total', save: 'near' },
      { id: 'task', task: { queue: 'desk', title: 'Call' } },
      { id: 'audience', audience: { add: 'lookers' } },
      { id: 'start', start: 'other' },
      { id: 'wait', wait: { until: '19:30' } },
      { id: 'send', send: { firstOf: [{ push: 'none' }, { email: 'one' }] } },
      {
        id: 'experiment',
        experiment: id,
        variants: [
          { id: 'a', percent: 50, steps: [{ id: 'a-send', send: { email: 'two' } }] },
          { id: 'b', percent: 50, steps: [{ id: 'b-wait', wait: 'PT2H' }] },
        ],
      },
      {
        id: 'wait-for',
        waitFor: { event: 'Call Completed' },
        within: 'P2D',
        then: [{ id: 'called', send: { email: 'three' } }],
        otherwise: [{ id: 'not-called', send: { email: 'two' } }],
      },
      {
        id: 'wait-until-true',
        waitFor: { when: { did: 'Plan Viewed', atLeast: 3 } },
        within: 'P6D',
        then: [{ id: 'seen', emit: { event: 'Offer Made' } }],
      },
      { id: 'chase', cascade: [{ push: 'none' }, { email: 'four' }, { email: 'five' }], every: 'PT5H' },
      { id: 'best', wait: { until: 'best-time', within: 'PT6H' } },
      { id: 'nudges', repeat: { times: 2, every: 'PT2H', steps: [{ id: 'nudge', send: { email: 'three' } }] } },
      {
        id: 'branch',
        branch: [{ when: { trait: 'tier', is: 'gold' }, steps: [{ id: 'end', end: true }] }],
        otherwise: [{ id: 'last', send: { email: 'three' } }],
      },
    ],
  });
/** Name of the event that lets people into a journey. */
export const entryOf = (journeyId: string): string => `Enter ${journeyId}`;

/** Steps and experiments under names of their own: experiments are known by theirs across all journeys. */
const renamed = (steps: Steps, prefix: string): Steps =>
  JSON.parse(JSON.stringify(steps), (key, value: unknown) =>
    key === 'id' || key === 'experiment' ? `${prefix}-${String(value)}` : value,
  ) as Steps;

/** Writes a folder of documents. */
export function writeDocuments(folder: string, journeys: readonly Journey[]): void {
  rmSync(folder, { recursive: true, force: true });
  for (const { path, text } of [...common, ...journeys.map(fileOf)]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
