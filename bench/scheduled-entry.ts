import { Agent } from 'node:http';
import { post } from './load.ts';
import type { Bench, Figure } from './report.ts';
import { BenchServer } from './server.ts';
import { workflowsWith } from './workflows.ts';

const people = 100_000;
/** How long a round may take before the benchmark gives it up. */
const longestMs = 15 * 60_000;

/** 100,000 members of a segment, all in one zone, who enter a journey by its schedule. */
export const scheduledEntryBench: Bench = {
  name: 'scheduled-entry',
  async run(): Promise<readonly Figure[]> {
    // The next whole minute but some: the people must be there by then.
    const atMs = Math.ceil(Date.now() / 60_000 + 3) * 60_000;
    const once = new Date(atMs).toISOString().slice(0, 16);
    const server = await BenchServer.start(workflowsWith({ segments: 0, scheduled: once }));
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    for (let from = 0; from < people; from += 1_000) {
      const batch = Array.from({ length: 1_000 }, (_, index) => ({
        type: 'identify',
        userId: `s-${from + index}`,
        traits: { email: `s-${from + index}@shop.example`, vip: true },
      }));
      await post(agent, `${server.url}/v1/batch`, JSON.stringify({ batch }));
    }
    agent.destroy();
    await server.settle();
    const isInTime = Date.now() < atMs;
    await new Promise((resolve) => setTimeout(resolve, atMs - Date.now()));
    let peakMb = 0;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      peakMb = Math.max(peakMb, server.rssMb);
      const { schedule } = (await server.api('/api/journeys/scheduled')) as {
        readonly schedule: { readonly latest?: { readonly isDone: boolean; readonly counts: { entered?: number } } };
      };
      if (schedule.latest?.isDone !== true && Date.now() < atMs + longestMs) continue;
      const seconds = (Date.now() - atMs) / 1_000;
      const entered = schedule.latest?.counts.entered ?? 0;
      await server.stop();
      return [
        { work: 'people who entered', value: entered, unit: '', aim: '100,000', note: isInTime ? '' : 'began late' },
        { work: 'people a second', value: entered / seconds, unit: '/s' },
        { work: 'the whole round', value: seconds, unit: 's' },
        { work: 'memory at most', value: peakMb, unit: 'MB RSS', aim: '< 300' },
      ];
    }
  },
};
