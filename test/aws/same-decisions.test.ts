import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shopYear, type Sending } from '../../examples/shop/generate.ts';
import { BothHomes } from './deployment/both-homes.ts';
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
const journeys = readdirSync('workflows/journeys').map((name) => name.replace('.journey.json', ''));

const application = (platform: string): string => `arn:aws:sns:us-east-1:${noAccount}:app/${platform}/shop`;

let homes: BothHomes;
beforeAll(async () => {
  const out = await synthesize('.cache/cdk.same', {
    context: {
      textOrigins: [`arn:aws:sms-voice:us-east-1:${noAccount}:phone-number/phone-1`],
      pushApplications: { android: application('GCM'), ios: application('APNS') },
    },
  });
  homes = await BothHomes.open({ out, workflows: 'workflows', doubles: startedDoubles(), startMs, seed });
});
afterAll(() => homes?.close());

const bodyOf = ({ message: { type: _, ...body } }: Sending): object => body;

async function live(runner: Runner): Promise<readonly string[]> {
  const users = new Set<string>();
  // A year in which no page forgets who it is talking to: such a message is refused.
  for (const sending of shopYear(9, { people, startMs, days })) {
    await runner.windBefore(sending.atMs);
    const status = await runner.post(`/v1/${sending.message.type}`, bodyOf(sending), sending.key === 'server');
    expect(status).toBe(200);
    if (sending.message.userId !== undefined) users.add(sending.message.userId);
  }
  await runner.windTo(startMs + (days + 30) * dayMs);
  return [...users];
}

it('decides the same in both homes, over the shop’s own journeys', async () => {
  const [ours, theirs] = [homes.atHome, homes.onAws];
  const users = await live(ours);
  await live(theirs);
  const [local, remote] = [await traceOf(ours, journeys, users), await traceOf(theirs, journeys, users)];
  expect(homes.failures.slice(0, 3)).toEqual([]);
  // A comparison of nothing would hold too.
  expect(local.deliveries.length).toBeGreaterThan(5);
  expect(remote).toEqual(local);
});

it('makes no call that the role of its function does not allow', () => {
  expect(notAllowed(homes.deployed)).toEqual([]);
  const needed = [...neededActions(homes.deployed)].map(([name, actions]) => [name, [...actions].sort()] as const);
  expect(Object.fromEntries(needed.sort())).toMatchSnapshot();
});

it('would tell of a call that no role allows', () => {
  const scan = { caller: 'relay', service: 'dynamodb', operation: 'Scan', path: '/', headers: {} };
  homes.deployed.wire.calls.push({ ...scan, body: Buffer.from('{}') });
  expect(notAllowed(homes.deployed)).toMatchObject([{ caller: 'relay', action: 'dynamodb:Scan' }]);
});
