import { Agent } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { post } from './load.ts';
import { percentile, type Bench, type Figure } from './report.ts';
import { authorization, BenchServer } from './server.ts';
import { workflowsWith } from './workflows.ts';

const midnightPeople = 100_000;
const groupPeople = 10_000;
const asked = 1_000;
/** How long before the instant the people are there. */
const aheadMs = 60_000;
const dayMs = 86_400_000;
const segments = [
  { id: 'reader', name: 'Reader', when: { did: 'Article Read' } },
  { id: 'of-a-large-company', name: 'Of a large company', when: { trait: 'groups.company.plan', is: 'large' } },
  { id: 'a-day-later', name: 'A day later', when: { last: 'Order Completed', olderThan: 'P1D' } },
];

/** How long memberships lag behind: what an event changes, and what time alone changes for 100,000 people at one instant. */
export const lagBench: Bench = {
  name: 'lag',
  async run(): Promise<readonly Figure[]> {
    const workflows = workflowsWith({ segments: 20 });
    mkdirSync(join(workflows, 'segments'), { recursive: true });
    for (const segment of segments)
      writeFileSync(join(workflows, 'segments', `${segment.id}.segment.json`), JSON.stringify(segment));
    const server = await BenchServer.start(workflows);
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const batch = (messages: readonly object[]) =>
      post(agent, `${server.url}/v1/batch`, JSON.stringify({ batch: messages }));
    const lags: number[] = [];
    for (let index = 0; index < asked; index++) lags.push(await becomesReader(server, `reader-${index}`));
    const groupMs = await groupChanges(server, batch);
    // Orders of yesterday, so that everybody is a day older at one instant that is still to come.
    const instantMs = Date.now() + aheadMs;
    const timestamp = new Date(instantMs - dayMs).toISOString();
    for (let from = 0; from < midnightPeople; from += 1_000)
      await batch(
        Array.from({ length: 1_000 }, (_, at) => ({
          type: 'track',
          userId: `m-${from + at}`,
          event: 'Order Completed',
          messageId: `o-${from + at}`,
          timestamp,
          properties: { orderId: `o-${from + at}` },
        })),
      );
    const early = instantMs - Date.now();
    const duringMs: number[] = [];
    let index = 0;
    let done = 0;
    let doneMs = 0;
    while (doneMs === 0) {
      const sentMs = performance.now();
      await batch([{ type: 'track', userId: `live-${index++}`, event: 'Product Viewed' }]);
      if (Date.now() > instantMs) duringMs.push(performance.now() - sentMs);
      if (index % 20 === 0) done = await membersOf(server, 'a-day-later');
      if (done >= midnightPeople) doneMs = Date.now() - instantMs;
      if (Date.now() - instantMs > 300_000) doneMs = Number.NaN;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    agent.destroy();
    await server.stop();
    return [
      { work: 'event sent until its membership is shown, p50', value: percentile(lags, 0.5), unit: 'ms', aim: '' },
      { work: 'event sent until its membership is shown, p99', value: percentile(lags, 0.99), unit: 'ms', aim: '≤ 50' },
      {
        work: `a group of ${groupPeople.toLocaleString('en')} changed, its last member's membership after`,
        value: groupMs / 1_000,
        unit: 's',
        aim: '≤ 60',
      },
      {
        work: `${midnightPeople.toLocaleString('en')} people changed by one instant, the last after`,
        value: doneMs / 1_000,
        unit: 's',
        aim: '≤ 60',
        note: `their events were in ${Math.round(early / 1_000)} s before it`,
      },
      { work: 'live events meanwhile, p50', value: percentile(duringMs, 0.5), unit: 'ms', aim: '' },
      { work: 'live events meanwhile, p99', value: percentile(duringMs, 0.99), unit: 'ms', aim: '' },
    ];
  },
};

/** @returns milliseconds from the request that carries the event until the API shows the membership */
async function becomesReader(server: BenchServer, userId: string): Promise<number> {
  const fromMs = performance.now();
  await fetch(`${server.url}/v1/track`, {
    method: 'POST',
    headers: { authorization },
    body: JSON.stringify({ userId, event: 'Article Read' }),
  });
  for (;;) {
    const { items } = (await server.api(`/api/profiles?userId=${userId}`)) as {
      items: { segments?: { [id: string]: string } | readonly string[] }[];
    };
    if (JSON.stringify(items[0]?.segments ?? {}).includes('reader')) return performance.now() - fromMs;
  }
}

/** @returns milliseconds from a group's change until all its members are in the segment that asks for it */
async function groupChanges(
  server: BenchServer,
  batch: (messages: readonly object[]) => Promise<unknown>,
): Promise<number> {
  for (let from = 0; from < groupPeople; from += 1_000)
    await batch(
      Array.from({ length: 1_000 }, (_, at) => ({ type: 'group', userId: `g-${from + at}`, groupId: 'acme' })),
    );
  await server.settle();
  const fromMs = performance.now();
  await server.api('/api/groups/company/acme', { method: 'PUT', body: JSON.stringify({ traits: { plan: 'large' } }) });
  while ((await membersOf(server, 'of-a-large-company')) < groupPeople) {
    if (performance.now() - fromMs > 300_000) return Number.NaN;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return performance.now() - fromMs;
}

async function membersOf(server: BenchServer, id: string): Promise<number> {
  const { items } = (await server.api('/api/segments')) as { items: { id: string; members: number }[] };
  return items.find((one) => one.id === id)?.members ?? 0;
}
