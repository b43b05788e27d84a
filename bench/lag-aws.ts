import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { JsonObject } from '../core/json.ts';
import { dueShards } from '../functions/aws/table/rows.ts';
import { Deployment } from '../test/aws/deployment/deployment.ts';
import { tableName } from '../test/aws/deployment/make-resources.ts';
import { synthesize } from '../test/aws/deployment/synthesize.ts';
import { withDoubles } from './doubles.ts';
import { percentile, type Bench, type Figure } from './report.ts';
import { workflowsWith } from './workflows.ts';

const startMs = Date.parse('2026-03-02T10:00:00Z');
const secret = { signingKey: 'ab'.repeat(32), serverKeys: ['server'], publicKeys: ['public'] };
const [dayMs, minuteMs] = [86_400_000, 60_000];
const asked = 200;
const midnightPeople = 600;
const segments = [
  { id: 'reader', name: 'Reader', when: { did: 'Article Read' } },
  { id: 'a-day-later', name: 'A day later', when: { last: 'Order Completed', olderThan: 'P1D' } },
];
/** What `wake-due` has of AWS: so many people at once in a call, and as long as DynamoDB's requests usually last. */
const [atOnce, requestMs, mebibytesOfProcessor] = [16, 5, 1_769];
const burst = 100_000;

/**
 * How long memberships lag behind on AWS, as far as its doubles can tell: the bundled handlers in processes of their own,
 * on DynamoDB Local. What a burst would take on AWS is arithmetic, by the processor's time and the requests that were
 * measured here, and the template's memory and shards.
 */
export const lagAwsBench: Bench = {
  name: 'lag-aws',
  run: () =>
    withDoubles(async (doubles, folder) => {
      const workflows = workflowsWith({ segments: 20 });
      mkdirSync(join(workflows, 'segments'), { recursive: true });
      for (const segment of segments)
        writeFileSync(join(workflows, 'segments', `${segment.id}.segment.json`), JSON.stringify(segment));
      const deployed = await Deployment.open({
        out: await synthesize(join(folder, 'out'), { workflows }),
        doubles,
        startMs,
        secret,
      });
      try {
        const figures = [...(await afterEvents(deployed)), ...(await afterAnInstant(deployed))];
        const [failure] = deployed.failures;
        if (failure) throw new Error(`${failure.name} failed.`, { cause: failure.error });
        return figures;
      } finally {
        await deployed.close();
      }
    }),
};

/** From the request that carries an event until the API shows the membership. */
async function afterEvents(deployed: Deployment): Promise<readonly Figure[]> {
  const [lags, bare]: [number[], number[]] = [[], []];
  for (let index = 0; index < asked; index++) {
    const fromMs = performance.now();
    await write(deployed, index);
    bare.push(performance.now() - fromMs);
  }
  for (let index = -10; index < asked; index++) {
    const userId = `reader-${index}`;
    const fromMs = performance.now();
    const message = { messageId: randomUUID(), userId, event: 'Article Read', properties: {} };
    const { status } = await deployed.post('/v1/track', message, 'server');
    if (status !== 200) throw new Error(`An event was answered ${status}.`);
    for (let isIn = false; !isIn;) {
      const { body } = await deployed.api('GET', `/api/profiles?userId=${userId}`);
      isIn = JSON.stringify((body['items'] as readonly JsonObject[])[0]?.['segments'] ?? {}).includes('reader');
    }
    if (index >= 0) lags.push(performance.now() - fromMs);
  }
  const reference = percentile(bare, 0.5);
  return [0.5, 0.99].map((share) => ({
    work: `event sent until its membership is shown, on DynamoDB Local, p${share * 100}`,
    value: percentile(lags, share),
    unit: 'ms',
    aim: share === 0.99 ? '≤ 50' : '',
    ratio: {
      to: `${reference.toFixed(1)} ms of one bare transaction of four rows there`,
      value: percentile(lags, share) / reference,
    },
  }));
}
async function write({ table }: Deployment, index: number): Promise<void> {
  const TransactItems = Array.from({ length: 4 }, (_, row) => ({
    Put: { TableName: tableName, Item: { pk: { S: `bench#${index}` }, sk: { S: String(row) } } },
  }));
  await table.send(new TransactWriteItemsCommand({ TransactItems }));
}

/** People who change at one instant, by the tick, the queue and `wake-due`. */
async function afterAnInstant(deployed: Deployment): Promise<readonly Figure[]> {
  const instantMs = startMs + 30 * minuteMs;
  // Those of an instant before warm the handlers up.
  for (let from = 0; from < 2 * midnightPeople; from += 50) {
    const agoMs = from < midnightPeople ? 15 * minuteMs : 0;
    const timestamp = new Date(instantMs - agoMs - dayMs).toISOString();
    const batch = Array.from({ length: 50 }, (_, at) => {
      const orderId = `o-${from + at}`;
      const properties = { orderId };
      return {
        type: 'track',
        userId: `m-${from + at}`,
        event: 'Order Completed',
        messageId: orderId,
        timestamp,
        properties,
      };
    });
    deployed.nowMs += 50;
    await deployed.post('/v1/batch', { batch }, 'server');
  }
  await deployed.windTo(instantMs - 1);
  const before = deployed.functions.cpuMs('wake-due');
  const calls = deployed.wire.calls.length;
  const fromMs = performance.now();
  await deployed.windTo(instantMs + 2 * minuteMs);
  const seconds = (performance.now() - fromMs) / 1_000;
  const cpuMs = (deployed.functions.cpuMs('wake-due') - before) / midnightPeople;
  const mine = deployed.wire.calls.slice(calls).filter(({ caller }) => caller === 'wake-due');
  const requests = mine.filter(({ service }) => service === 'dynamodb').length / midnightPeople;
  const members = await membersOf(deployed, 'a-day-later');
  if (members !== 2 * midnightPeople) throw new Error(`Of ${2 * midnightPeople} people ${members} are in the segment.`);
  const mebibytes = memoryOf(deployed, 'wake-due');
  const lanes = Math.min(dueShards, concurrencyOf(deployed, 'wake-due'));
  const perPersonMs = Math.max(cpuMs / Math.min(1, mebibytes / mebibytesOfProcessor), (requests * requestMs) / atOnce);
  const note = `${cpuMs.toFixed(2)} ms of a processor and ${requests.toFixed(1)} requests a person`;
  return [
    {
      work: `${midnightPeople.toLocaleString('en')} people changed by one instant, on DynamoDB Local, the harness's time`,
      value: seconds,
      unit: 's',
      note,
    },
    {
      work: `arithmetic: ${burst.toLocaleString('en')} people of one minute on AWS, after the tick that finds them`,
      value: ((burst / lanes) * perPersonMs) / 1_000,
      unit: 's',
      aim: '≤ 60',
      note: `${lanes} calls side by side, ${mebibytes} MiB, requests of ${requestMs} ms, ${atOnce} people at once`,
    },
  ];
}

async function membersOf(deployed: Deployment, id: string): Promise<number> {
  const { body } = await deployed.api('GET', '/api/segments');
  return Number((body['items'] as readonly JsonObject[]).find((one) => one['id'] === id)?.['members'] ?? 0);
}
/** How many calls of a function its queue lets be at once. */
function concurrencyOf({ templates }: Deployment, name: string): number {
  const [, mapping] =
    templates
      .ofType('AWS::Lambda::EventSourceMapping')
      .find(([, { Properties = {} }]) => templates.functionOf(Properties['FunctionName']) === name) ?? [];
  const { MaximumConcurrency } = (mapping?.Properties?.['ScalingConfig'] ?? {}) as {
    readonly MaximumConcurrency?: number;
  };
  return MaximumConcurrency ?? Infinity;
}
function memoryOf({ templates }: Deployment, name: string): number {
  const found = templates
    .ofType('AWS::Lambda::Function')
    .find(([, { Metadata }]) => Metadata?.['sojourn:function'] === name);
  return Number(found?.[1].Properties?.['MemorySize'] ?? 128);
}
