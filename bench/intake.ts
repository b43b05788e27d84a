import { load } from './load.ts';
import type { Bench, Figure } from './report.ts';
import { BenchServer } from './server.ts';
import { workflowsWith } from './workflows.ts';

const seconds = 8;
const people = 20_000;
/** So few that each has been in every segment before it is measured: eleven events are enough. */
const fewPeople = 300;
/** Turns that each of two servers has, to be compared. */
const rounds = 3;
let count = 0;

/** One `track` of 345 bytes, always of a new message and of one of 20,000 people, or of fewer. */
export function track(of = people): string {
  const at = count++;
  // Written out: what the driver spends, the server on the same machine lacks.
  const text = `{"type":"track","userId":"user-${at % of}","event":"Article Read","messageId":"bench-${process.pid}-${at}","timestamp":"${new Date().toISOString()}","properties":{"title":"A headline that is about as long as headlines are","section":"news","length":${1200 + (at % 10)},"tags":["one","two"],"pad":"`;
  const end = '"},"context":{"library":{"name":"bench","version":"1.0.0"}}}';
  return `${text}${'x'.repeat(Math.max(0, 345 - text.length - end.length))}${end}`;
}

const eventsPerSecond = async (
  server: BenchServer,
  connections: number,
  batch: number,
  of?: number,
): Promise<{ rate: number; failed: number; events: number }> => {
  const next =
    batch === 1 ? () => track(of) : () => `{"batch":[${Array.from({ length: batch }, () => track(of)).join(',')}]}`;
  const result = await load(server.url, batch === 1 ? '/v1/track' : '/v1/batch', connections, seconds, next);
  const events = result.requests * batch;
  return { rate: events / result.seconds, failed: result.failed, events };
};

/** Durable and applied before the 2xx: single events, batches, and what 20 and 200 event-count segments cost. */
export const intakeBench: Bench = {
  name: 'intake',
  async run(): Promise<readonly Figure[]> {
    const figures: Figure[] = [];
    const idle = await BenchServer.start(workflowsWith({ segments: 0 }));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    figures.push({ work: 'idle', value: idle.rssMb, unit: 'MB RSS', aim: '≤ 150' });
    await eventsPerSecond(idle, 64, 1);
    const single = await eventsPerSecond(idle, 64, 1);
    const batches = await eventsPerSecond(idle, 16, 50);
    figures.push({
      work: 'single track POSTs of 345 B, 64 connections',
      value: single.rate,
      unit: 'events/s',
      aim: '≥ 4,000',
      ratio: { to: '716/s of the reference', value: single.rate / 716 },
      note: `${single.failed} failed`,
    });
    figures.push({
      work: 'the same in batches of 50',
      value: batches.rate,
      unit: 'events/s',
      aim: '≥ 15,000',
      ratio: { to: '1,089/s of the reference', value: batches.rate / 1089 },
      note: `${batches.failed} failed`,
    });
    figures.push({ work: 'peak under this load', value: idle.peakRssMb, unit: 'MB RSS', aim: '≤ 400' });
    await idle.stop();

    figures.push(...(await withSegments('of which people become members all the while', people, 1)));
    figures.push(...(await withSegments('of which everybody is a member', fewPeople, 2)));
    return figures;
  },
};

/** Servers in turn, so that what else the machine does meets all alike; beside it what of a processor each event takes. */
async function withSegments(words: string, of: number, warming: number): Promise<readonly Figure[]> {
  const counts = [0, 20, 200];
  const servers = await Promise.all(counts.map((segments) => BenchServer.start(workflowsWith({ segments }))));
  const rates = counts.map(() => 0);
  const spent = counts.map(() => ({ cpuMs: 0, events: 0 }));
  for (let round = 1 - warming; round <= rounds; round++)
    for (const [index, server] of servers.entries()) {
      const beganMs = server.cpuMs;
      const { rate, events } = await eventsPerSecond(server, 64, 1, of);
      // The first rounds warm them up.
      if (round < 1) continue;
      rates[index]! += rate / rounds;
      spent[index]!.cpuMs += server.cpuMs - beganMs;
      spent[index]!.events += events;
    }
  for (const server of servers) await server.stop();
  const [plain = 0] = rates;
  const [plainUs = 0, ...moreUs] = spent.map(({ cpuMs, events }) => (1_000 * cpuMs) / events);
  return [20, 200].map((segments, index) => ({
    work: `single POSTs with ${segments} event-count segments, ${words}`,
    value: rates[index + 1]!,
    unit: 'events/s',
    ratio: { to: `${Math.round(plain)}/s without them, in turn`, value: rates[index + 1]! / plain },
    aim: segments === 20 ? '≥ 0.85 ×' : '≥ 0.5 ×',
    note: `${(plainUs / moreUs[index]!).toFixed(2)} × by processor time: ${Math.round(moreUs[index]!)} µs an event, ${Math.round(plainUs)} without`,
  }));
}
