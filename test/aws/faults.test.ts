import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostTries } from '../../core/decide-loop.ts';
import { Deployment } from './deployment/deployment.ts';
import { isPossible, phases, siteOf, type Fault, type Phase } from './deployment/fault-plan.ts';
import { FaultyRuns, firstMs } from './deployment/faulty-runs.ts';
import { startedDoubles } from './doubles/clients.ts';

const secret = { signingKey: 'ab'.repeat(32), serverKeys: ['server'], publicKeys: ['public'] };
// At full counts each fault by itself; else one of every function at a time.
const isDeep = Boolean(process.env['SOJOURN_DEEP']);
const limitMs = isDeep ? 1_800_000 : 240_000;

let deployed: Deployment;
let runs: FaultyRuns;
beforeAll(async () => {
  deployed = await Deployment.open({ out: 'cdk.out', doubles: startedDoubles(), startMs: firstMs, secret });
  runs = new FaultyRuns(deployed, secret.signingKey);
});
afterAll(() => deployed?.close());

/** Promises that did not hold in any of some weeks. */
async function broken(rounds: readonly (readonly Fault[])[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const faults of rounds) found.push(...(await runs.brokenBy(faults)));
  return found;
}
/** Calls that are made only where another has failed before, so that a fault of theirs is a second one. */
const secondary = /^wake-due states /;

const roundsOf = (phase: Phase, isLong: boolean): readonly (readonly Fault[])[] => runs.rounds(phase, isLong, isDeep);

describe('four people’s lives', { timeout: limitMs }, () => {
  it('go the same way every week where nothing fails', async () => {
    const { buyer, waiter, clicker, carter } = await runs.liveUsually();
    expect(buyer.enrollments).toContain('welcome exited converted');
    expect(waiter.enrollments).toEqual(['welcome completed undefined']);
    expect(clicker.deliveries).toContain('welcome hello opened undefined');
    expect(carter.events).toContain('Offer Made');
    expect(await runs.brokenBy([])).toEqual([]);
    expect(deployed.failures).toEqual([]);
  });

  it('go the same way where answers are lost after the effect', async () => {
    expect(await broken(roundsOf('lost', isDeep))).toEqual([]);
  });
  it('go the same way where calls are refused until the SDK gives up', async () => {
    expect(await broken(roundsOf('broken', true))).toEqual([]);
  });
  it('go the same way where calls are throttled', async () => {
    expect(await broken(roundsOf('throttled', isDeep))).toEqual([]);
  });
  it('go the same way where part of a request is not carried out', async () => {
    expect(await broken(roundsOf('partial', false))).toEqual([]);
  });
  it('go the same way where every function gets each of its events twice', async () => {
    deployed.functions.times = () => 2;
    expect(await runs.brokenBy([])).toEqual([]);
    deployed.functions.times = () => 1;
  });
  it('go the same way where nothing can be committed until each function has failed', async () => {
    const faults = runs
      .sitesOf('broken')
      .filter((site) => site.endsWith('TransactWriteItems'))
      .map((site): Fault => ({ site, phase: 'broken', calls: mostTries * 3 + 1 }));
    expect(await broken(isDeep ? faults.map((fault) => [fault]) : [faults])).toEqual([]);
  });
  it('go the same way where one message of a batch fails, and comes again alone', async () => {
    const fault = { site: 'enter-journey states StartExecution', phase: 'broken', calls: 6, isOfOne: true } as const;
    const before = deployed.queues.partlyFailed;
    expect(await runs.brokenBy([fault])).toEqual([]);
    expect(deployed.queues.partlyFailed).toBeGreaterThan(before);
  });
  it('go the same way where executions could not be begun: the repair begins them', async () => {
    // Four entries, five receipts, three attempts.
    const calls = 4 * 5 * 3;
    const found = await runs.brokenBy([{ site: 'enter-journey states StartExecution', phase: 'broken', calls }]);
    expect(found).toEqual([expect.stringMatching(/^Dead letters: DeadLettersWork\w+: 4 /)]);
  });

  it('go the same way after documents were published in spite of faults', async () => {
    for (const phase of ['broken', 'lost', 'throttled'] as const)
      for (const operation of ['PutItem', 'UpdateItem']) {
        runs.plan.arm([{ site: `publish-definitions dynamodb ${operation}`, phase, calls: 3 }]);
        await deployed.publish().catch(() => deployed.publish());
      }
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
    expect(missed.filter((one) => !secondary.test(one))).toEqual([]);
  });
});
