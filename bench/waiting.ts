import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'node:http';
import { post } from './load.ts';
import type { Bench, Figure } from './report.ts';
import { BenchServer } from './server.ts';
import { workflowsWith } from './workflows.ts';

const waiting = 100_000;

/** 100,000 people inside a wait: what they cost while nothing happens. */
export const waitingBench: Bench = {
  name: 'waiting',
  async run(): Promise<readonly Figure[]> {
    const folder = mkdtempSync(join(tmpdir(), 'sojourn-waiting-'));
    const server = await BenchServer.start(workflowsWith({ segments: 0 }));
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    for (let from = 0; from < waiting; from += 1_000) {
      const batch = Array.from({ length: 1_000 }, (_, index) => ({
        type: 'track',
        userId: `w-${from + index}`,
        event: 'Trial Started',
        properties: { trialId: `w-${from + index}` },
      }));
      await post(agent, `${server.url}/v1/batch`, JSON.stringify({ batch }));
    }
    agent.destroy();
    await server.settle();
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const cpuBefore = server.cpuMs;
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    const cpu = server.cpuMs - cpuBefore;
    const journey = (await server.api('/api/journeys/three')) as { counts: { byStatus: { active?: number } } };
    const rss = server.rssMb;
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
    return [
      { work: 'people waiting', value: journey.counts.byStatus.active ?? 0, unit: '', aim: '100,000' },
      { work: 'processor time in 10 s of waiting', value: cpu, unit: 'ms', aim: 'none' },
      { work: 'memory while they wait', value: rss, unit: 'MB RSS', aim: '< 300' },
    ];
  },
};
