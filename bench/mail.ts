import { Agent } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { load, post } from './load.ts';
import { percentile, type Bench, type Figure } from './report.ts';
import { BenchServer } from './server.ts';
import { workflowsWith } from './workflows.ts';

const people = 5_000;
let count = 0;

const person = (index: number): object => ({
  type: 'identify',
  userId: `buyer-${index}`,
  traits: { firstName: `Ana${index}`, email: `buyer-${index}@shop.example` },
});
const order = (name = 'Order Completed'): object => {
  const at = count++;
  const products = ['Lamp', 'Chair', 'Table'].map((what, index) => ({
    id: `${what}-${at}`,
    name: `${what} no. ${at}`,
    price: 10 + index + (at % 90),
    image: `https://shop.example/i/${what}.png`,
  }));
  return {
    type: 'track',
    userId: `buyer-${at % people}`,
    event: name,
    messageId: `order-${process.pid}-${at}`,
    properties: { orderId: `o-${at}`, trialId: `t-${at}`, revenue: 60 + (at % 900), products },
  };
};

async function seed(server: BenchServer): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  for (let from = 0; from < people; from += 500) {
    const batch = Array.from({ length: 500 }, (_, index) => person(from + index));
    await post(agent, `${server.url}/v1/batch`, JSON.stringify({ batch }));
  }
  agent.destroy();
}

/** The tables, asked of the file itself: it holds everything about a second after it was accepted. */
async function tables(server: BenchServer): Promise<DatabaseSync> {
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  return new DatabaseSync(join(server.folder, 'data', 'sojourn.db'), { readOnly: true });
}

/** Event → journey → rendered email handed over, each with its own outbox row. */
export const mailBench: Bench = {
  name: 'mail',
  async run(): Promise<readonly Figure[]> {
    const server = await BenchServer.start(workflowsWith({ segments: 0 }));
    await seed(server);
    const seconds = 10;
    const batch = (): string => JSON.stringify({ batch: Array.from({ length: 10 }, () => order()) });
    await load(server.url, '/v1/batch', 8, 3, batch);
    await server.settle();
    const before = (await counted(server)) ?? 0;
    const startMs = performance.now();
    const sent = await load(server.url, '/v1/batch', 8, seconds, batch);
    await server.settle();
    const elapsed = (performance.now() - startMs) / 1000;
    const mails = ((await counted(server)) ?? 0) - before;
    const rate = mails / elapsed;
    const figures: Figure[] = [
      {
        work: 'event → journey → rendered email handed over',
        value: rate,
        unit: 'mails/s',
        aim: '≥ 1,500',
        ratio: { to: '82/s of the reference', value: rate / 82 },
        note: `${mails} mails, ${sent.failed} failed`,
      },
      { work: 'peak under this load', value: server.peakRssMb, unit: 'MB RSS', aim: '≤ 400' },
      ...(await paced(server)),
      ...(await transitions(server)),
    ];
    await server.stop();
    return figures;
  },
};

async function counted(server: BenchServer): Promise<number | undefined> {
  const db = await tables(server);
  const row = db.prepare('SELECT count(*) AS n FROM outbox').get() as { n: number } | undefined;
  db.close();
  return row?.n;
}

/** 25 a second, one after another: from the POST to the hand-over, on the wall clock that both processes share. */
async function paced(server: BenchServer): Promise<readonly Figure[]> {
  const agent = new Agent({ keepAlive: true });
  const sentMs = new Map<string, number>();
  for (let index = 0; index < 250; index++) {
    const message = order() as { properties: { orderId: string } };
    sentMs.set(message.properties.orderId, Date.now());
    void post(agent, `${server.url}/v1/track`, JSON.stringify(message));
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  await server.settle();
  agent.destroy();
  const db = await tables(server);
  const rows = db
    .prepare(
      `SELECT json_extract(enrollments.body, '$.key') AS orderId, handed_ms AS ms FROM outbox JOIN deliveries USING (delivery_id) JOIN enrollments ON enrollment_id = json_extract(deliveries.body, '$.enrollmentId')`,
    )
    .all() as { orderId: string; ms: number }[];
  db.close();
  const delays = rows.flatMap(({ orderId, ms }) => (sentMs.has(orderId) ? [ms - sentMs.get(orderId)!] : []));
  const note = `${delays.length} of ${sentMs.size} seen; whole milliseconds`;
  return [
    {
      work: 'paced 25/s: POST → hand-over, p50',
      value: percentile(delays, 0.5),
      unit: 'ms',
      aim: '≤ 10',
      ratio: { to: '21 ms of the reference', value: percentile(delays, 0.5) / 21 },
      note,
    },
    { work: 'paced 25/s: POST → hand-over, p95', value: percentile(delays, 0.95), unit: 'ms', aim: '≤ 25', note },
  ];
}

/** State transitions of a journey of three touches and two waits, counted by the interpreter, on a clock that is wound. */
async function transitions(_server: BenchServer): Promise<readonly Figure[]> {
  const server = await BenchServer.start(workflowsWith({ segments: 0 }), [
    '--clock',
    'manual',
    '--now',
    '2026-03-02T10:00:00Z',
  ]);
  await seed(server);
  const agent = new Agent({ keepAlive: true });
  for (let index = 0; index < 200; index++)
    await post(agent, `${server.url}/v1/track`, JSON.stringify(order('Trial Started')));
  agent.destroy();
  await server.api('/local/clock', { method: 'POST', body: JSON.stringify({ by: 'P7D' }) });
  const db = await tables(server);
  const row = db
    .prepare(
      `SELECT count(*) AS n, sum(transitions) AS t FROM executions WHERE journey_id = 'three' AND status = 'succeeded'`,
    )
    .get() as { n: number; t: number };
  db.close();
  await server.stop();
  return [
    {
      work: 'transitions per entrant, three touches and two waits',
      value: row.t / row.n,
      unit: '',
      aim: '≤ 5',
      note: `${row.n} entrants; states entered`,
    },
  ];
}
