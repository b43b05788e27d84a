import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import { Deployment } from './deployment/deployment.ts';
import {
  dayMs,
  HarbourPeople,
  hourMs,
  secret,
  startMs,
  wayIn,
  writeHarbour,
  type HarbourJourney,
} from './deployment/harbour.ts';
import { refusal } from './deployment/refusals.ts';
import { synthesize } from './deployment/synthesize.ts';
import { startedDoubles } from './doubles/clients.ts';

/** Inside of the quiet hours. */
const changeMs = startMs + 3 * dayMs + 13.5 * hourMs;
const rollbackMs = changeMs + 2 * dayMs;
const endMs = rollbackMs + 20 * dayMs;

const journey = { id: 'trial', name: 'Trial', stage: 'comparison', kind: 'lifecycle' };
const entry = { on: { event: 'Trial Started' }, again: 'never' };
/** What people enter at first. */
const before = {
  ...journey,
  entry,
  exit: [{ on: { event: 'Trial Cancelled' } }],
  goal: { on: { event: 'Order Completed' }, within: 'P30D' },
  steps: [
    { id: 'hello', send: { email: 'hello' } },
    { id: 'two-days', wait: 'P2D' },
    {
      id: 'tour',
      waitFor: { event: 'Tour Finished' },
      within: 'P3D',
      then: [{ id: 'praise', send: { email: 'praise' } }],
      otherwise: [{ id: 'nudge', send: { email: 'nudge' } }],
    },
    { id: 'evening', wait: { until: '18:00' } },
    { id: 'tell', emit: { event: 'Trial Over' } },
    { id: 'bye', send: { email: 'bye' } },
  ],
};
/** Other words, a shorter wait, another event waited for, a step less, an exit more. */
const after = {
  ...journey,
  entry,
  exit: [...before.exit, { on: { event: 'Trial Paused' } }],
  steps: [
    { id: 'hello', send: { email: 'hello-again' } },
    { id: 'two-days', wait: 'P1D' },
    {
      id: 'tour',
      waitFor: { event: 'Film Watched' },
      within: 'P3D',
      otherwise: [{ id: 'nudge', send: { email: 'nudge' } }],
    },
    { id: 'bye', send: { email: 'bye' } },
  ],
};

/** Synthesizes one journey of a folder of its own. */
async function synthesisOf(name: string, document: HarbourJourney): Promise<string> {
  const workflows = writeHarbour(`.cache/redeploy/${name}`, {
    journeys: [document],
    mails: ['hello', 'hello-again', 'praise', 'nudge', 'bye'],
    workspace: { quietHours: { email: { from: '22:00', to: '07:00' } } },
  });
  return synthesize(`.cache/cdk.redeploy-${name}`, { workflows });
}

/** What happens: who does what, when. */
interface Doing {
  readonly atMs: number;
  readonly userId: string;
  readonly event: string;
}
const does = (userId: string, ...events: readonly (readonly [atMs: number, event: string])[]): readonly Doing[] =>
  events.map(([atMs, event]) => ({ atMs, userId, event }));

/** In flight when the documents change, each somewhere else. */
const early = [
  ...does('in-hold', [changeMs - dayMs, 'Trial Started']),
  ...does('in-hold-paused', [changeMs - dayMs, 'Trial Started'], [changeMs + hourMs, 'Trial Paused']),
  ...does('in-wait', [startMs, 'Trial Started']),
  ...does('in-wait-done', [startMs + 1, 'Trial Started'], [changeMs + dayMs, 'Tour Finished']),
  ...does('in-wait-watched', [startMs + 2, 'Trial Started'], [changeMs + dayMs, 'Film Watched']),
  ...does('in-wait-cancelled', [startMs + 3, 'Trial Started'], [changeMs + hourMs, 'Trial Cancelled']),
  ...does('in-wait-bought', [startMs + 4, 'Trial Started'], [changeMs + hourMs, 'Order Completed']),
  ...does('at-evening', [startMs, 'Trial Started'], [changeMs - hourMs, 'Tour Finished']),
  ...does('deferred', [changeMs - hourMs, 'Trial Started']),
  ...does('not-begun', [changeMs - 60_000, 'Trial Started']),
];
/** Enter what the documents say then, and are in flight when they are taken back. */
const late = [
  ...does('later', [changeMs + 12 * hourMs, 'Trial Started']),
  ...does('later-paused', [changeMs + 12 * hourMs, 'Trial Started'], [rollbackMs + hourMs, 'Trial Paused']),
  ...does('later-watched', [changeMs + 12 * hourMs, 'Trial Started'], [rollbackMs + hourMs, 'Film Watched']),
];
/** Enter after that. */
const last = does('last', [rollbackMs + 12 * hourMs, 'Trial Started']);

type Change = readonly [atMs: number, change: () => Promise<void>];
/** Lets everything happen. Until the documents change nothing can be started for `not-begun`, who is committed already. */
async function live(deployed: Deployment, doings: readonly Doing[], changes: readonly Change[] = []): Promise<void> {
  const steps: readonly Change[] = [
    ...doings.map((doing): Change => [doing.atMs, () => act(deployed, doing)]),
    ...changes,
    [changeMs, async () => void (deployed.wire.between = (_, forward) => forward())],
  ];
  for (const [atMs, happen] of steps.toSorted(([a], [b]) => a - b)) {
    await deployed.windBefore(atMs);
    await happen();
  }
  await deployed.windTo(endMs);
  expect(deployed.failures.filter(({ name }) => name !== 'enter-journey')).toEqual([]);
}
async function act(deployed: Deployment, { userId, event, atMs }: Doing): Promise<void> {
  if (userId === 'not-begun')
    deployed.wire.between = async (call, forward) =>
      call.operation === 'StartExecution' ? refusal(call, 'broken') : forward();
  const traits = { email: `${userId}@example.com` };
  const known = { messageId: `${userId}-identify`, userId, traits };
  const done = { messageId: `${userId}-${atMs}`, userId, event, properties: {} };
  for (const [call, message] of [
    ['identify', known],
    ['track', done],
  ] as const)
    expect((await deployed.post(`/v1/${call}`, message, 'server')).status).toBe(200);
}

/** All that is told of some people, the words of their messages included. */
async function fatesOf(
  deployed: Deployment,
  doings: readonly Doing[],
): Promise<{ readonly [userId: string]: unknown }> {
  const people = new HarbourPeople(deployed);
  const fates: { [userId: string]: unknown } = {};
  for (const { userId } of doings) {
    const deliveries = await people.of(userId, 'deliveries');
    const messages = deliveries.map(({ deliveryId }) => deployed.api('GET', `/api/deliveries/${String(deliveryId)}`));
    fates[userId] = {
      enrollments: await people.of(userId, 'enrollments'),
      deliveries: (await Promise.all(messages)).map(({ body }) => body),
      timeline: await people.of(userId, 'timeline'),
    };
  }
  return fates;
}
/** How the journey ended for each, and which messages went out. */
function ways(fates: { readonly [userId: string]: unknown }): { readonly [userId: string]: string } {
  type Fate = { readonly enrollments: readonly JsonObject[]; readonly deliveries: readonly JsonObject[] };
  const said = ([userId, fate]: [string, unknown]): readonly [string, string] => {
    const { enrollments, deliveries } = fate as Fate;
    return [userId, wayIn(enrollments, deliveries)];
  };
  return Object.fromEntries(Object.entries(fates).map(said));
}

const opened: Deployment[] = [];
async function open(out: string): Promise<Deployment> {
  const deployed = await Deployment.open({ out, doubles: startedDoubles(), startMs, secret });
  opened.push(deployed);
  return deployed;
}
/** The first documents once more, synthesized by themselves. */
let unchanged: string;
/** Deployed once and left alone: one with what was at first, one with what came later. */
let alone: Deployment, aloneLater: Deployment;
let changed: Deployment;
beforeAll(async () => {
  const synthesized = [
    synthesisOf('first', before),
    synthesisOf('second', after),
    synthesisOf('again', before),
  ] as const;
  const [first, second, again] = await Promise.all(synthesized);
  unchanged = again;
  [alone, aloneLater, changed] = await Promise.all([open(first), open(second), open(first)]);
  const changes: readonly Change[] = [
    [changeMs, () => changed.redeploy(second)],
    [rollbackMs, () => changed.redeploy(first)],
  ];
  await Promise.all([
    live(alone, [...early, ...last]),
    live(aloneLater, late),
    live(changed, [...early, ...late, ...last], changes),
  ]);
}, 300_000);
afterAll(async () => {
  for (const deployed of opened) await deployed.close();
});

describe('a redeployment of changed journeys', () => {
  it('lets those who are inside finish what they entered, as if it had never been', async () => {
    const fates = await fatesOf(alone, early);
    expect(await fatesOf(changed, early)).toEqual(fates);
    // A comparison of nothing would hold too.
    expect(ways(fates)).toMatchInlineSnapshot(`
      {
        "at-evening": "completed, hello, praise, bye",
        "deferred": "completed, hello, nudge, bye",
        "in-hold": "completed, hello, nudge, bye",
        "in-hold-paused": "completed, hello, nudge, bye",
        "in-wait": "completed, hello, nudge, bye",
        "in-wait-bought": "completed, hello, nudge, bye",
        "in-wait-cancelled": "exited exit-event, hello",
        "in-wait-done": "completed, hello, praise, bye",
        "in-wait-watched": "completed, hello, nudge, bye",
        "not-begun": "completed, hello, nudge, bye",
      }
    `);
  });

  it('lets whoever comes afterwards go the new way, also once it was taken back', async () => {
    const fates = await fatesOf(aloneLater, late);
    expect(await fatesOf(changed, late)).toEqual(fates);
    expect(ways(fates)).toMatchInlineSnapshot(`
      {
        "later": "completed, hello-again, bye, nudge",
        "later-paused": "exited exit-event, hello-again",
        "later-watched": "completed, hello-again, bye",
      }
    `);
  });

  it('brings back the old way for whoever comes after it was taken back', async () => {
    const fates = await fatesOf(alone, last);
    expect(await fatesOf(changed, last)).toEqual(fates);
    expect(ways(fates)).toMatchInlineSnapshot(`
      {
        "last": "completed, hello, nudge, bye",
      }
    `);
  });

  it('goes on counting versions, and keeps each', () => {
    expect(changed.machines.versionArns.map((arn) => arn.split(':').at(-1))).toEqual(['1', '2', '3']);
  });
});

it('changes no version, and publishes nothing, where the documents are the same', async () => {
  const versions = changed.machines.versionArns;
  const published: string[] = [];
  changed.functions.times = (name) => (published.push(name), 1);
  await changed.redeploy(unchanged);
  expect(changed.machines.versionArns).toEqual(versions);
  expect(published).toEqual([]);
});
