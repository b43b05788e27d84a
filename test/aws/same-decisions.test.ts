import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import { shopYear, type Sending } from '../../examples/shop/generate.ts';
import { Home } from '../../local/home.ts';
import { HomeServer } from '../../local/server.ts';
import { Deployment } from './deployment/deployment.ts';
import { neededActions, notAllowed } from './deployment/permissions.ts';
import { synthesize } from './deployment/synthesize.ts';
import { noAccount } from './deployment/template.ts';
import { traceOf, type Runner } from './deployment/trace.ts';
import { startedDoubles } from './doubles/clients.ts';

const startMs = Date.parse('2026-03-02T00:00:00Z');
const dayMs = 86_400_000;
// At full counts a season of ten people; else a month of four.
const [people, days] = process.env['SOJOURN_DEEP'] ? [10, 90] : [4, 30];
const seed = 'the same decisions';
const journeys = ['welcome', 'abandoned-cart', 'second-purchase', 'churn-prevention', 'reactivation'];

const keys = { server: 'local-server-key', public: 'local-public-key' };
const secret = {
  // The key that a home of this seed makes for itself.
  signingKey: Buffer.from(seed.padEnd(32, '.')).toString('hex'),
  serverKeys: [keys.server],
  publicKeys: [keys.public],
  webhookSecrets: ['hook'],
};
const application = (platform: string): string => `arn:aws:sns:us-east-1:${noAccount}:app/${platform}/shop`;

let deployed: Deployment;
let home: Home;
let server: HomeServer;
beforeAll(async () => {
  const out = await synthesize('.cache/cdk.same', {
    context: {
      textOrigins: [`arn:aws:sms-voice:us-east-1:${noAccount}:phone-number/phone-1`],
      pushApplications: { android: application('GCM'), ios: application('APNS') },
    },
  });
  deployed = await Deployment.open({ out, doubles: startedDoubles(), startMs, secret });
  home = await Home.open({ data: ':memory:', workflows: 'workflows', clock: 'manual', startMs, seed });
  server = await HomeServer.listen({ home, port: 0, token: 't', onError: (_, error) => expect(error).toBeUndefined() });
});
afterAll(async () => {
  await deployed?.close();
  await server?.close();
  await home?.close();
});

const bodyOf = ({ message: { type: _, ...body } }: Sending): object => body;

async function live(runner: Runner): Promise<readonly string[]> {
  const users = new Set<string>();
  for (const sending of shopYear(7, { people, startMs, days })) {
    await runner.windBefore(sending.atMs);
    const status = await runner.post(`/v1/${sending.message.type}`, bodyOf(sending), sending.key === 'server');
    expect(status).toBe(200);
    if (sending.message.userId !== undefined) users.add(sending.message.userId);
  }
  await runner.windTo(startMs + (days + 30) * dayMs);
  return [...users];
}

/** All pages of a list, by whatever answers one. */
const pages =
  (get: (path: string) => Promise<JsonObject>) =>
  async (path: string): Promise<readonly JsonObject[]> => {
    const found: JsonObject[] = [];
    for (let next: unknown = ''; next !== undefined;) {
      const separator = path.includes('?') ? '&' : '?';
      const page = await get(`${path}${separator}limit=1000${next === '' ? '' : `&cursor=${String(next)}`}`);
      found.push(...(page['items'] as readonly JsonObject[]));
      next = page['next'];
    }
    return found;
  };

const onAws = (): Runner => ({
  post: async (path, body, isServer) => (await deployed.post(path, body, isServer ? keys.server : keys.public)).status,
  windTo: (ms) => deployed.windTo(ms),
  windBefore: (ms) => deployed.windBefore(ms),
  list: pages(async (path) => (await deployed.api('GET', path)).body),
});
const atHome = (): Runner => ({
  post: async (path, body, isServer) => {
    const authorization = `Basic ${btoa(`${isServer ? keys.server : keys.public}:`)}`;
    const answer = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { authorization },
      body: JSON.stringify(body),
    });
    await answer.text();
    return answer.status;
  },
  windTo: (ms) => home.scheduler.wind(ms),
  windBefore: async (ms) => {
    await home.scheduler.settle();
    await home.scheduler.windBefore(ms);
  },
  list: pages(async (path) => {
    const answer = await fetch(`${server.url}${path}`, { headers: { authorization: 'Bearer t' } });
    return (await answer.json()) as JsonObject;
  }),
});

it('decides the same in both homes, over the shop’s own journeys', async () => {
  const [ours, theirs] = [atHome(), onAws()];
  const users = await live(ours);
  await live(theirs);
  const [local, remote] = [await traceOf(ours, journeys, users), await traceOf(theirs, journeys, users)];
  expect(deployed.failures.slice(0, 3)).toEqual([]);
  // A comparison of nothing would hold too.
  expect(local.deliveries.length).toBeGreaterThan(5);
  expect(remote).toEqual(local);
});

it('makes no call that the role of its function does not allow', () => {
  expect(notAllowed(deployed)).toEqual([]);
  const needed = [...neededActions(deployed)].map(([name, actions]) => [name, [...actions].sort()] as const);
  expect(Object.fromEntries(needed.sort())).toMatchSnapshot();
});

it('would tell of a call that no role allows', () => {
  deployed.wire.calls.push({ caller: 'relay', service: 'dynamodb', operation: 'Scan', body: Buffer.from('{}') });
  expect(notAllowed(deployed)).toMatchObject([{ caller: 'relay', action: 'dynamodb:Scan' }]);
});
