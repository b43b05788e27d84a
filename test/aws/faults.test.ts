import { createECDH } from 'node:crypto';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DeleteItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostTries } from '../../core/decide-loop.ts';
import { stockKey } from '../../functions/aws/table/keys.ts';
import { keyOf } from '../../functions/aws/table/table.ts';
import { clubDocuments } from './deployment/club-documents.ts';
import { Deployment } from './deployment/deployment.ts';
import {
  callerOf,
  isPossible,
  operationOf,
  phases,
  siteOf,
  type Fault,
  type Phase,
  type Site,
} from './deployment/fault-plan.ts';
import { FaultyRuns, firstMs, sdkAttempts, untilGivenUp } from './deployment/faulty-runs.ts';
import { isHandOver } from './deployment/handed-over.ts';
import { tableName } from './deployment/make-resources.ts';
import { unexplained } from './deployment/never-called.ts';
import { allowedActions, neededActions } from './deployment/permissions.ts';
import { moreJourneys } from './deployment/shop-people.ts';
import { synthesize } from './deployment/synthesize.ts';
import { noAccount } from './deployment/template.ts';
import { startedDoubles } from './doubles/clients.ts';

const pusher = createECDH('prime256v1');
const secret = {
  signingKey: 'ab'.repeat(32),
  serverKeys: ['server'],
  publicKeys: ['public'],
  webhookSecrets: ['hook'],
  vapid: {
    publicKey: pusher.generateKeys('base64url'),
    privateKey: pusher.getPrivateKey('base64url'),
    subject: 'mailto:shop@example.com',
  },
};
const application = (platform: string): string => `arn:aws:sns:us-east-1:${noAccount}:app/${platform}/shop`;
// At full counts each fault by itself; else as many at a time as cannot hide each other.
const isDeep = Boolean(process.env['SOJOURN_DEEP']);
const limitMs = isDeep ? 7_200_000 : 360_000;

let deployed: Deployment;
let runs: FaultyRuns;
beforeAll(async () => {
  const workflows = '.cache/faults.workflows';
  rmSync(workflows, { recursive: true, force: true });
  cpSync('workflows', workflows, { recursive: true });
  // These journeys are there for the ways that they go: a complaint does not end all of them.
  rmSync(`${workflows}/rules.json`);
  const more = moreJourneys.map((journey) => [`journeys/${journey.id}.journey.json`, journey] as const);
  for (const [file, document] of [...Object.entries(clubDocuments), ...more]) {
    mkdirSync(dirname(join(workflows, file)), { recursive: true });
    writeFileSync(join(workflows, file), typeof document === 'string' ? document : JSON.stringify(document));
  }
  const out = await synthesize('.cache/cdk.faults', {
    workflows,
    context: {
      textOrigins: [`arn:aws:sms-voice:us-east-1:${noAccount}:phone-number/phone-1`],
      pushApplications: { android: application('GCM'), ios: application('APNS') },
    },
  });
  deployed = await Deployment.open({ out, doubles: startedDoubles(), startMs: firstMs, secret });
  runs = new FaultyRuns(deployed, secret.signingKey);
});
afterAll(() => deployed?.close());

type Round = readonly Fault[];
/** Promises that did not hold in any of some weeks. */
async function broken(rounds: readonly Round[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const faults of rounds) found.push(...(await runs.brokenBy(faults)));
  return found;
}
const alone = (faults: Round): readonly Round[] => faults.map((fault) => [fault]);
/** What an attempt of the SDK heals, all at once; what hands a message over has none, and is met apart. */
const atOnce = (faults: Round): readonly Round[] => [
  faults.filter(({ site }) => !isHandOver(site)),
  faults.filter(({ site }) => isHandOver(site)),
];
/** What a function fails by, some of every function at a time: whoever calls it comes again more often than that. */
function someOfEach(faults: Round): readonly Round[] {
  const byCaller = [...Map.groupBy(faults, ({ site }) => callerOf(site))];
  // A touch is tried ten times; of asynchronous calls and messages the least number of tries is three.
  const weeksOfOne = byCaller.map(([caller, all]) => Math.ceil(all.length / (caller === 'run-touch' ? 4 : 2)));
  const weeks = Math.max(0, ...weeksOfOne);
  return Array.from({ length: weeks }, (_, index) =>
    byCaller.flatMap(([, all]) => all.filter((_, at) => at % weeks === index)),
  );
}
const once = (): number => 1;
const isCommit = ({ site }: Fault): boolean => operationOf(site) === 'TransactWriteItems';
/** Weeks in which every site meets a phase. */
const weeksOf = (phase: Phase, calls: (site: Site) => number, rounds: (faults: Round) => readonly Round[]) =>
  (isDeep ? alone : rounds)(runs.faultsOf(phase, calls)).filter((round) => round.length > 0);

/** As if another machine were noted for the versions of a journey. */
async function forgetMachines(): Promise<void> {
  const asked = { ':pk': { S: 'journey#welcome' } };
  const { Items = [] } = await deployed.table.send(
    new QueryCommand({ TableName: tableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: asked }),
  );
  const noted = { ':arn': { S: 'arn:aws:states:us-east-1:000000000000:stateMachine:another:1' } };
  for (const { pk, sk } of Items)
    await deployed.table.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: { pk: pk!, sk: sk! },
        UpdateExpression: 'SET arn = :arn',
        ExpressionAttributeValues: noted,
      }),
    );
}

describe('seven people’s lives, a club’s, a redrive and an import', { timeout: limitMs }, () => {
  it('go the same way every week where nothing fails', async () => {
    const { buyer, waiter, clicker, carter, caller, racer, unlucky } = await runs.liveUsually();
    expect(buyer.enrollments).toContain('welcome exited converted');
    expect(waiter.enrollments).toEqual(['welcome completed undefined']);
    expect(waiter.deliveries).toContain('welcome first-order-nudge sent undefined');
    expect(clicker.deliveries).toContain('welcome hello opened undefined');
    expect(carter.events).toContain('Offer Made');
    expect(carter.deliveries).toEqual(
      ['nudge', 'free-delivery-email', 'last-call'].toSorted().map((step) => `abandoned-cart ${step} sent undefined`),
    );
    expect(caller.deliveries).toEqual(['call browser sent undefined', 'call desk sent undefined']);
    expect(racer.enrollments).toEqual(['night exited exit-event', 'race exited exit-event']);
    expect(racer.deliveries).toEqual([expect.stringMatching(/^night story skipped/)]);
    expect(unlucky.enrollments).toEqual([expect.stringMatching(/^welcome failed TypeError/)]);
    // Whoever is stuck in a week without faults would be in the others too.
    for (const { enrollments } of [buyer, waiter, clicker, carter, caller, racer, unlucky])
      expect(enrollments.filter((one) => one.includes(' active '))).toEqual([]);
    expect(await runs.brokenBy([])).toEqual([]);
    // The machine of whoever met a broken function says so.
    const names = deployed.failures.map(({ error }) => (error as Error).name);
    expect(new Set(names)).toEqual(new Set(['EnrollmentFailed']));
  });

  it('go the same way where answers are lost after the effect', async () => {
    expect(await broken(weeksOf('lost', isDeep ? untilGivenUp : once, atOnce))).toEqual([]);
  });
  it('go the same way where the answer to a commit is lost until the SDK gives up', async () => {
    const commits = runs.faultsOf('lost', () => sdkAttempts).filter(isCommit);
    expect(await broken([commits])).toEqual([]);
  });
  it('go the same way where calls are refused until the SDK gives up', async () => {
    expect(await broken(weeksOf('broken', untilGivenUp, someOfEach))).toEqual([]);
  });
  it('go the same way where calls are throttled', async () => {
    expect(await broken(weeksOf('throttled', isDeep ? untilGivenUp : once, atOnce))).toEqual([]);
  });
  it('go the same way where part of a request is not carried out', async () => {
    expect(await broken(weeksOf('partial', once, atOnce))).toEqual([]);
  });
  it('go the same way where every function gets each of its events twice', async () => {
    deployed.functions.times = () => 2;
    expect(await runs.brokenBy([])).toEqual([]);
    deployed.functions.times = () => 1;
  });
  it('go the same way where nothing can be committed until each function has failed', async () => {
    const faults = runs.faultsOf('broken', () => mostTries * sdkAttempts + 1).filter(isCommit);
    expect(await broken(isDeep ? alone(faults) : [faults])).toEqual([]);
  });
  it('go the same way where one message of a batch fails, and comes again alone', async () => {
    const fault = { site: 'enter-journey states StartExecution', phase: 'broken', calls: 6, isOfOne: true } as const;
    const before = deployed.queues.partlyFailed;
    expect(await runs.brokenBy([fault])).toEqual([]);
    expect(deployed.queues.partlyFailed).toBeGreaterThan(before);
  });
  it('go the same way where executions could not be begun or told: the repair does both, in spite of faults', async () => {
    // More than all entries of a week make, each of which is received five times and tried three times at each.
    const entries: Fault = { site: 'enter-journey states StartExecution', phase: 'broken', calls: 1_000 };
    const answer: Fault = {
      site: 'resume-enrollment states SendTaskSuccess',
      phase: 'broken',
      calls: 5 * sdkAttempts,
    };
    const calls = ['states StartExecution', 'states SendTaskSuccess', 'dynamodb PutItem'];
    const repairs = calls.flatMap((call): readonly Fault[] => {
      const site = `wake-due ${call}`;
      const again = (['lost', 'throttled'] as const).map((phase) => ({ site, phase, calls: 1 }));
      return [{ site, phase: 'broken', calls: sdkAttempts }, ...again];
    });
    const found = await runs.brokenBy([entries, answer, ...repairs]);
    expect(found).toEqual([expect.stringMatching(/^Dead letters: DeadLettersWork\w+: \d+ /)]);
  });

  it('go the same way after documents were published in spite of faults', async () => {
    const ofTable = ['PutItem', 'UpdateItem', 'GetItem', 'BatchGetItem', 'Query', 'TransactWriteItems'];
    const ofCoupons = ['GetItem of coupons', 'Query of coupons', 'PutItem of coupons'];
    const calls = [
      ...[...ofTable, ...ofCoupons].map((call) => `dynamodb ${call}`),
      'events ListRules',
      'states DescribeStateMachine',
    ];
    const Key = keyOf(stockKey('gift'));
    for (const phase of ['broken', 'lost', 'throttled'] as const) {
      // Codes that were taken up already would not be taken up again.
      await deployed.table.send(new DeleteItemCommand({ TableName: tableName, Key }));
      // Machines whose versions are noted would not be looked at again.
      await forgetMachines();
      runs.plan.arm(calls.map((call) => ({ site: `publish-definitions ${call}`, phase, calls: sdkAttempts })));
      for (let left = calls.length; left > 0; left--) {
        const isDone = await deployed.publish().then(
          () => true,
          () => false,
        );
        if (isDone) break;
      }
      await deployed.publish();
    }
    runs.plan.arm([{ site: 'publish-definitions dynamodb BatchGetItem', phase: 'partial', calls: 1 }]);
    await deployed.publish();
    expect(await runs.brokenBy([])).toEqual([]);
  });

  it('met every fault that was planned, and a fault was planned for every call', () => {
    expect(runs.plan.neverMet).toEqual([]);
    const hit = new Set([...runs.plan.hits.keys()].map((name) => name.split(' × ').slice(0, 2).join(' × ')));
    const sites = new Set(deployed.wire.calls.map(siteOf));
    const missed = [...sites].flatMap((site) =>
      phases
        .filter((phase) => isPossible(site, phase) && !hit.has(`${site} × ${phase}`))
        .map((phase) => `${site} × ${phase}`),
    );
    // All that is called is counted, so that a site that is gone is noticed too.
    expect([...sites].toSorted()).toMatchSnapshot();
    expect(missed).toEqual([]);
  });

  it('planned a fault for all that a function is allowed to do, or says why not', () => {
    const hit = new Set([...runs.plan.hits.keys()].map((name) => name.split(' × ')[0]));
    const faulted = neededActions(
      deployed,
      deployed.wire.calls.filter((call) => hit.has(siteOf(call))),
    );
    const never = [...allowedActions(deployed)].flatMap(([name, actions]) =>
      [...actions].filter((action) => !faulted.get(name)?.has(action)).map((action) => `${name} ${action}`),
    );
    expect(unexplained(never)).toEqual([]);
  });
});
