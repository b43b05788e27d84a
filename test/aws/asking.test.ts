import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Steps } from '../../core/journey/document.ts';
import type { JsonObject } from '../../core/json.ts';
import { aJourney, aWorkspace } from '../builders.ts';
import { Deployment } from './deployment/deployment.ts';
import { neededActions, notAllowed } from './deployment/permissions.ts';
import { synthesize } from './deployment/synthesize.ts';
import { startedDoubles } from './doubles/clients.ts';

const startMs = Date.parse('2026-03-02T10:00:00Z');
const dayMs = 86_400_000;
const secret = { signingKey: 'ab'.repeat(32), serverKeys: ['server'], publicKeys: ['public'] };
const folder = '.cache/workflows.asking';

const steps: Steps = [
  {
    id: 'code',
    coupon: { pool: 'gift', as: 'code' },
    otherwise: [{ id: 'made', coupon: { pool: 'made', as: 'code' } }],
  },
  { id: 'near', lookup: 'near', by: 'profile.traits.city', save: 'near' },
  { id: 'phone', task: { queue: 'calls', title: 'Call {{ profile.userId }} of {{ journey.near.name }}' } },
  { id: 'answer', waitFor: { event: 'Task Completed', where: { queue: 'calls' } }, within: 'P2D', save: 'answer' },
  { id: 'say', send: { email: 'said' } },
];
const said = `---
subject: "{{ coupon.code }} {{ tables.near[profile.traits.city].name }} {{ journey.answer.properties.outcome }}"
---
<mjml><mj-body><mj-section><mj-column><mj-text>{{ links.unsubscribe }}</mj-text></mj-column></mj-section></mj-body></mjml>`;
const files: { readonly [path: string]: unknown } = {
  'workspace.json': aWorkspace(),
  'journeys/gift.journey.json': aJourney({
    id: 'gift',
    kind: 'transactional',
    entry: { on: { event: 'Bought' }, again: 'always' },
    steps,
  }),
  'journeys/month.journey.json': aJourney({
    id: 'month',
    kind: 'transactional',
    entry: { on: { event: 'Month Begun' }, again: 'always' },
    exit: [{ on: { event: 'Month Left' } }],
    steps: [{ id: 'month', wait: 'P30D' }],
  }),
  'segments/large.segment.json': {
    ...{ id: 'large', name: 'Of a large company' },
    when: { trait: 'groups.company.plan', is: 'large' },
  },
  'journeys/renewal.journey.json': aJourney({
    id: 'renewal',
    kind: 'transactional',
    entry: { on: { segment: 'large', edge: 'enter' }, again: 'always' },
    exit: [{ when: { trait: 'groups.company.plan', is: 'gone' } }],
    steps: [
      { id: 'before', wait: { until: { trait: 'groups.company.renewsAt' } } },
      { id: 'mail', send: { email: 'renewal' } },
      { id: 'after', wait: 'P90D' },
    ],
  }),
  'coupons/gift.coupon.json': { id: 'gift', name: 'A gift', codes: ['GIFT-1', 'GIFT-2'] },
  'coupons/made.coupon.json': { id: 'made', name: 'Made ones', generate: { prefix: 'MADE-' } },
  'tables/near.csv': 'city,name\nriga,Harbour\n',
  'templates/said/email.mjml': said,
  'templates/renewal/email.mjml': said.replace(
    /".*"/,
    '"{{ profile.groups.company.plan }} {{ profile.groups.company.city }}"',
  ),
};

let deployed: Deployment;
beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, body] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof body === 'string' ? body : JSON.stringify(body));
  }
  const out = await synthesize('.cache/cdk.asking', { workflows: folder });
  deployed = await Deployment.open({ out, doubles: startedDoubles(), startMs, secret });
});
afterAll(() => deployed?.close());

const items = async (path: string): Promise<readonly JsonObject[]> =>
  (await deployed.api('GET', path)).body['items'] as readonly JsonObject[];
async function buys(userId: string): Promise<void> {
  const traits = { email: `${userId}@example.com`, city: 'riga' };
  await deployed.post('/v1/identify', { messageId: `${userId}-1`, userId, traits }, 'server');
  await deployed.post('/v1/track', { messageId: `${userId}-2`, userId, event: 'Bought', properties: {} }, 'server');
  await deployed.settle();
}
const subjects = async (): Promise<readonly string[]> =>
  (await deployed.emails()).map((raw) => /^Subject: (.*)$/m.exec(raw)?.[1]?.trim() ?? '');

describe('journeys of their own, through the template', () => {
  it('gives each person a code of their own, and tells how the pools stand', async () => {
    for (const userId of ['ana', 'bo', 'cy']) await buys(userId);
    expect(await items('/api/coupons')).toEqual([
      { pool: 'gift', name: 'A gift', size: 2, given: 2, left: 0 },
      { pool: 'made', name: 'Made ones', given: 1 },
    ]);
    expect(deployed.failures).toEqual([]);
  });

  it('goes on with what came of its tasks', async () => {
    const open = await items('/api/tasks?queue=calls&status=open');
    expect(open.map(({ title }) => title).sort()).toEqual([
      'Call ana of Harbour',
      'Call bo of Harbour',
      'Call cy of Harbour',
    ]);
    for (const { taskId } of open) {
      const path = `/api/tasks/${String(taskId)}`;
      expect((await deployed.api('POST', path, { outcome: 'reached' })).status).toBe(200);
      expect((await deployed.api('POST', path, { outcome: 'reached' })).status).toBe(200);
      expect((await deployed.api('POST', path, { outcome: 'busy' })).status).toBe(409);
    }
    await deployed.settle();
    expect(await items('/api/tasks?status=open')).toEqual([]);
    const told = (await subjects()).filter((subject) => subject.endsWith(' reached')).sort();
    expect(told).toEqual(['GIFT-1 Harbour reached', 'GIFT-2 Harbour reached', expect.stringMatching(/^MADE-\w{10} /)]);
    const [first] = open;
    const timeline = await items(`/api/profiles/${String(first?.['profileId'])}/timeline`);
    expect(timeline.map(({ kind, name }) => [kind, name])).toContainEqual(['task', 'calls']);
    expect(timeline.filter(({ name }) => name === 'Task Completed')).toHaveLength(1);
    expect(deployed.failures).toEqual([]);
  });

  it('lets whoever leaves go at once, ten days into a wait of thirty', async () => {
    await deployed.post('/v1/track', { messageId: 'mo-1', userId: 'mo', event: 'Month Begun' }, 'server');
    await deployed.windTo(startMs + 10 * dayMs);
    const [{ profileId } = {}] = await items('/api/profiles?userId=mo');
    const mine = (): Promise<readonly JsonObject[]> => items(`/api/profiles/${String(profileId)}/enrollments`);
    expect(await mine()).toMatchObject([{ status: 'active', stepId: 'month' }]);
    expect(deployed.stepFunctions.interpreter.earliest()?.wakeMs).toBe(startMs + 30 * dayMs);
    await deployed.post('/v1/track', { messageId: 'mo-2', userId: 'mo', event: 'Month Left' }, 'server');
    // The event's own commit is the end: nothing needs to be carried anywhere first.
    const exitedAt = new Date(deployed.nowMs).toISOString();
    expect(await mine()).toMatchObject([{ status: 'exited', reason: 'exit-event', exitedAt }]);
    await deployed.settle();
    // Nobody is waited for any more.
    expect(deployed.stepFunctions.interpreter.earliest()).toBeUndefined();
    expect(deployed.failures).toEqual([]);
  });

  it('goes by traits of the group of everybody in it, which only its text may name', async () => {
    const people = ['gi', 'ho', 'iv'];
    for (const userId of people) {
      const traits = { email: `${userId}@example.com` };
      await deployed.post('/v1/identify', { messageId: `${userId}-1`, userId, traits }, 'server');
      await deployed.post('/v1/group', { messageId: `${userId}-2`, userId, groupId: 'a#b/c' }, 'server');
    }
    await deployed.settle();
    const put = async (traits: JsonObject): Promise<void> => {
      const path = `/api/groups/company/${encodeURIComponent('a#b/c')}`;
      expect((await deployed.api('PUT', path, { traits })).status).toBe(200);
      // With the next full minute.
      await deployed.windTo(deployed.nowMs + 61_000);
    };
    const inside = (): Promise<readonly JsonObject[]> => items('/api/journeys/renewal/enrollments');
    await put({ plan: 'large', city: 'Riga', renewsAt: new Date(deployed.nowMs + 5 * dayMs).toISOString() });
    expect(await inside()).toEqual(people.map(() => expect.objectContaining({ status: 'active', stepId: 'before' })));
    await put({ renewsAt: new Date(deployed.nowMs + 2 * dayMs).toISOString(), city: 'Oslo' });
    await deployed.windTo(deployed.nowMs + 2 * dayMs);
    expect((await subjects()).filter((subject) => subject === 'large Oslo')).toHaveLength(3);
    await put({ plan: 'gone' });
    expect(await inside()).toEqual(people.map(() => expect.objectContaining({ status: 'exited' })));
    expect(deployed.failures).toEqual([]);
  });

  it('makes no call that the role of its function does not allow', () => {
    expect(notAllowed(deployed)).toEqual([]);
    expect([...(neededActions(deployed).get('publish-definitions') ?? [])].sort()).toContain('dynamodb:Query');
  });
});
