import { Agent } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { post } from './load.ts';
import { percentile, type Bench, type Figure } from './report.ts';
import { authorization, BenchServer } from './server.ts';
import { workflowsWith } from './workflows.ts';

const inside = 20_000;
const exits = 1_000;
const journey = {
  id: 'month',
  name: 'A month of waiting',
  stage: 'comparison',
  kind: 'lifecycle',
  entry: { on: { event: 'Month Begun' }, again: 'always' },
  exit: [{ on: { event: 'Month Left' } }],
  steps: [{ id: 'month', wait: 'P30D' }],
};

/** People inside a 30-day wait who leave by an event, while others keep the intake busy. */
export const exitLatencyBench: Bench = {
  name: 'exit-latency',
  async run(): Promise<readonly Figure[]> {
    const workflows = workflowsWith({ segments: 0 });
    writeFileSync(join(workflows, 'journeys', 'month.journey.json'), JSON.stringify(journey));
    const server = await BenchServer.start(workflows);
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const batchOf = (event: string, from: number, size: number): string =>
      JSON.stringify({
        batch: Array.from({ length: size }, (_, at) => ({ type: 'track', userId: `e-${from + at}`, event })),
      });
    for (let from = 0; from < inside; from += 1_000)
      await post(agent, `${server.url}/v1/batch`, batchOf('Month Begun', from, 1_000));
    await server.settle();
    let isOver = false;
    const load = (async () => {
      for (let from = 100_000; !isOver; from += 100)
        await post(agent, `${server.url}/v1/batch`, batchOf('Product Viewed', from, 100));
    })();
    const latencies: number[] = [];
    for (let person = 0; person < exits; person++) latencies.push(await exitOne(server, `e-${person}`));
    isOver = true;
    await load;
    agent.destroy();
    await server.stop();
    return [
      {
        work: 'exit event sent until seen as exited, p50',
        value: percentile(latencies, 0.5),
        unit: 'ms',
        aim: '< 1,000',
      },
      {
        work: 'exit event sent until seen as exited, p99',
        value: percentile(latencies, 0.99),
        unit: 'ms',
        aim: '< 1,000',
      },
    ];
  },
};

/** @returns milliseconds from the request that carries the event until the API shows the end */
async function exitOne(server: BenchServer, userId: string): Promise<number> {
  const { items } = (await server.api(`/api/profiles?userId=${userId}`)) as { items: { profileId: string }[] };
  const fromMs = performance.now();
  const body = JSON.stringify({ userId, event: 'Month Left' });
  await fetch(`${server.url}/v1/track`, { method: 'POST', headers: { authorization }, body });
  for (;;) {
    const list = await server.api(`/api/profiles/${items[0]!.profileId}/enrollments`);
    const [enrollment] = (list as { items: { status: string }[] }).items;
    if (enrollment?.status === 'exited') return performance.now() - fromMs;
  }
}
