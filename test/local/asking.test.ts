import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { completeTask } from '../../functions/complete-task/complete-task.ts';
import { Home } from '../../local/home.ts';
import { HomeServer } from '../../local/server.ts';
import { anIdentify, aTrack, startMs } from '../builders.ts';
import { aForeignHost } from '../functions/parts/channels/foreign-host.ts';
import { copyData } from './folder-truth.ts';
import { aFolder, testWorkflows, token } from './home.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});
const folder = (): string => {
  const made = aFolder();
  endings.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
};

/** The workflows of the tests, with more documents. */
function workflows(files: { readonly [path: string]: unknown }): string {
  const made = folder();
  cpSync(testWorkflows, made, { recursive: true });
  for (const [path, body] of Object.entries(files)) {
    mkdirSync(dirname(join(made, path)), { recursive: true });
    writeFileSync(join(made, path), typeof body === 'string' ? body : JSON.stringify(body));
  }
  return made;
}
const open = async (data: string, from: string, more: object = {}): Promise<Home> => {
  const home = await Home.open({ data, workflows: from, clock: 'manual', startMs, ...more });
  endings.push(() => home.close());
  return home;
};
const journey = (steps: readonly object[]) => ({
  id: 'gift',
  name: 'Gift',
  stage: 'retention',
  kind: 'transactional',
  entry: { on: { event: 'Bought' }, again: 'always' },
  steps,
});
const coupons = {
  'coupons/gift.coupon.json': { id: 'gift', name: 'A gift', codes: ['G-1', 'G-2', 'G-3'] },
  'coupons/made.coupon.json': { id: 'made', name: 'Made ones', generate: { prefix: 'M-' } },
};

/** Webhooks that were handed over, in order. */
const handed = (home: Home): readonly unknown[] =>
  home.db
    .all<{ delivery_id: string }>('SELECT delivery_id FROM outbox ORDER BY pack, place')
    .map(({ delivery_id }) => home.outbox.message(delivery_id))
    .map((message) => (message?.channel === 'webhook' ? message.body : message));

describe('pools of coupons at home', () => {
  it('are listed with what they have left', async () => {
    const home = await open(':memory:', workflows(coupons));
    const server = await HomeServer.listen({ home, port: 0, token, onError: () => undefined });
    endings.push(() => server.close());
    await home.ports.asking.ask({ kind: 'coupon', askId: 'e1-gift', pool: 'gift' });
    await home.ports.asking.ask({ kind: 'coupon', askId: 'e1-made', pool: 'made' });
    const headers = { authorization: `Bearer ${token}` };
    expect(await (await fetch(`${server.url}/api/coupons`, { headers })).json()).toEqual({
      items: [
        { pool: 'gift', name: 'A gift', size: 3, given: 1, left: 2 },
        { pool: 'made', name: 'Made ones', given: 1 },
      ],
    });
  });
});

describe('what steps ask of the world', () => {
  const template = (body: object) => ({ url: 'https://hooks.example/said', body });

  it('gives each person one code, which their messages name, and nobody the same after a crash', async () => {
    const steps = [
      {
        id: 'code',
        coupon: { pool: 'gift', as: 'code' },
        otherwise: [{ id: 'none', send: { webhook: 'sorry' } }, { end: true }],
      },
      { id: 'say', send: { webhook: 'said' } },
    ];
    const from = workflows({
      ...coupons,
      'journeys/gift.journey.json': journey(steps),
      'templates/said/webhook.json': template({ code: '{{ coupon.code }}', saved: '{{ journey.code }}' }),
      'templates/sorry/webhook.json': template({ sorry: '{{ profile.userId }}' }),
    });
    const killed = folder();
    const first = await open(killed, from);
    await first.accept([aTrack('Bought', {}, { userId: 'u1' })]);
    await first.scheduler.settle();
    // The process dies behind the claim, and before the touch's commit that would have kept the code.
    const { promise: never, reject: giveUp } = Promise.withResolvers<never>();
    const ask = first.ports.asking.ask.bind(first.ports.asking);
    first.ports.asking.ask = (asked) => ask(asked).then(() => never);
    endings.push(() => giveUp(new Error('killed')));
    await first.accept([aTrack('Bought', {}, { userId: 'u2' })]);
    await first.relay.idle();
    await new Promise((resolve) => setTimeout(resolve, 50));
    first.db.flush();
    expect(await first.coupons.count({ id: 'gift', name: '', codes: [] })).toMatchObject({ given: 2 });

    const data = folder();
    copyData(killed, data);
    const second = await open(data, from);
    await second.scheduler.settle();
    for (const userId of ['u3', 'u4']) await second.accept([aTrack('Bought', {}, { userId })]);
    await second.scheduler.settle();
    expect(handed(second)).toEqual([
      { code: 'G-1', saved: 'G-1' },
      { code: 'G-2', saved: 'G-2' },
      { code: 'G-3', saved: 'G-3' },
      { sorry: 'u4' },
    ]);
  });

  it('calls, looks up and asks a colleague, whose answer the journey waits for', async () => {
    let isUp = false;
    const host = await aForeignHost((response) => void response.writeHead(isUp ? 200 : 503).end('{"score": 7}'));
    endings.push(host.stop);
    const steps = [
      { id: 'score', call: { webhook: 'score', save: { score: 'score' } } },
      { id: 'near', lookup: 'near', by: 'profile.traits.city', save: 'near' },
      {
        id: 'phone',
        task: { queue: 'calls', title: 'Call {{ profile.traits.firstName }} of {{ journey.near.name }}' },
      },
      { id: 'wait', waitFor: { event: 'Task Completed', where: { queue: 'calls' } }, within: 'P2D', save: 'answer' },
      { id: 'say', send: { webhook: 'said' } },
    ];
    const from = workflows({
      'journeys/gift.journey.json': journey(steps),
      'tables/near.csv': 'city,name\nriga,"Jūrmala"\n',
      'templates/score/webhook.json': { url: `${host.url}/score`, body: { who: '{{ profile.userId }}' } },
      'templates/said/webhook.json': template({
        score: '{{ journey.score }}',
        near: '{{ tables.near[profile.traits.city].name }}',
        outcome: '{{ journey.answer.properties.outcome }}',
      }),
    });
    const home = await open(':memory:', from, { reach: host.reach });
    await home.accept([anIdentify({ firstName: 'Ana', city: 'riga' }, { userId: 'u1' })]);
    await home.accept([aTrack('Bought', {}, { userId: 'u1' })]);
    await home.scheduler.settle();
    isUp = true;
    await home.scheduler.wind(startMs + 5 * 60_000);
    expect(host.asked.length).toBeGreaterThan(1);
    expect(new Set(host.asked.map(({ headers }) => headers['sojourn-request'])).size).toBe(1);
    const {
      items: [task],
    } = await home.read.tasks({ queue: 'calls', status: 'open' }, { limit: 10 });
    expect(task).toMatchObject({ title: 'Call Ana of Jūrmala', stepId: 'phone' });
    const result = { outcome: 'reached', properties: {} };
    await completeTask(home.ports)({ taskId: task!.taskId, ...result });
    await home.scheduler.settle();
    expect(handed(home)).toEqual([{ score: 7, near: 'Jūrmala', outcome: 'reached' }]);
  });
});
