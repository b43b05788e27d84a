import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPublication } from '../../cli/publication.ts';
import type { JsonObject } from '../../core/json.ts';
import { Deployment } from './deployment/deployment.ts';
import { dayMs, HarbourPeople, secret, startMs, writeHarbour, type HarbourJourney } from './deployment/harbour.ts';
import { notAllowed } from './deployment/permissions.ts';
import { synthesize } from './deployment/synthesize.ts';
import { startedDoubles } from './doubles/clients.ts';

const journey = (id: string, event: string, first: string, wait: string): HarbourJourney => ({
  id,
  name: id,
  stage: 'comparison',
  kind: 'lifecycle',
  entry: { on: { event }, again: 'always' },
  steps: [
    { id: first, send: { email: first } },
    { id: 'rest', wait },
    { id: 'bye', send: { email: 'bye' } },
  ],
});

/** Writes a folder of these journeys. */
const folderOf = (name: string, ...journeys: readonly HarbourJourney[]): string =>
  writeHarbour(`.cache/publish/${name}`, { journeys, mails: ['hello', 'again', 'bye'] });

let deployed: Deployment;
let people: HarbourPeople;
beforeAll(async () => {
  const workflows = folderOf('first', journey('trial', 'Trial Started', 'hello', 'P2D'));
  const out = await synthesize('.cache/cdk.publish', { workflows });
  deployed = await Deployment.open({ out, doubles: startedDoubles(), startMs, secret });
  people = new HarbourPeople(deployed);
}, 120_000);
afterAll(() => deployed?.close());

const versions = async (): Promise<readonly unknown[]> => {
  const { body } = await deployed.publisher('GET', '/api/journeys/trial/versions');
  return (body['items'] as readonly JsonObject[]).map(({ number, isCurrent, inside }) => [number, isCurrent, inside]);
};

describe('a deployment into which somebody publishes', () => {
  it('lets those inside finish on their version, and whoever comes walk the new one, without a synthesis', async () => {
    await people.does('ana', 'Trial Started');
    const workflows = folderOf(
      'second',
      journey('trial', 'Trial Began', 'again', 'P1D'),
      journey('fresh', 'Joined', 'hello', 'PT1H'),
    );
    const { files, templates } = (await readPublication(workflows, () => undefined))!;
    const plan = await deployed.publisher('POST', '/api/plans', { files });
    expect(plan.body).toMatchObject({
      plan: { journeys: [{ status: 'new' }, { from: 1, to: 2, inside: [{ people: 1 }] }] },
    });
    expect((await deployed.publisher('POST', '/api/publications', { files, templates, by: 'ana' })).status).toBe(200);
    await people.does('bo', 'Trial Began');
    await people.does('cy', 'Trial Started');
    await people.does('di', 'Joined');
    expect(await versions()).toEqual([
      [2, true, 1],
      [1, false, 1],
    ]);
    await deployed.windTo(startMs + 3 * dayMs);
    expect(await people.wayOf('ana')).toBe('completed, hello, bye');
    expect(await people.wayOf('bo')).toBe('completed, again, bye');
    expect(await people.wayOf('cy')).toBe('');
    expect(await people.wayOf('di')).toBe('completed, hello, bye');
    expect(deployed.failures).toEqual([]);
  });

  it('keeps what was published through a deployment of the documents before, and says in what the two differ', async () => {
    await deployed.publish();
    expect(await versions()).toEqual([
      [2, true, 0],
      [1, false, 0],
    ]);
    const { body } = await deployed.publisher('GET', '/api/drift');
    expect(body['lines']).toEqual([expect.stringMatching(/^Documents were published since the last deployment\./)]);
    await people.does('ed', 'Trial Began');
    expect(await people.wayOf('ed')).toBe('active, again');
  });

  it('takes back an earlier version, and moves there who is inside of the later one', async () => {
    expect((await deployed.publisher('POST', '/api/journeys/trial/rollback', {})).status).toBe(200);
    await people.does('fi', 'Trial Started');
    const moved = await deployed.control('POST', '/api/journeys/trial/migrations', {});
    expect(moved.body).toMatchObject({ moved: 1, stayed: [] });
    expect(await versions()).toEqual([
      [2, false, 0],
      [1, true, 2],
    ]);
    await deployed.windTo(deployed.nowMs + 3 * dayMs);
    expect(await people.wayOf('ed')).toBe('completed, again, bye');
    expect(await people.wayOf('fi')).toBe('completed, hello, bye');
    expect(deployed.failures).toEqual([]);
  });

  it('tells of versions through the API too, as the embedded home does', async () => {
    const asked = await deployed.api('GET', '/api/journeys/trial/versions');
    expect(asked).toMatchObject({ status: 200, body: { items: [{ number: 2 }, { number: 1 }], isHeld: true } });
    expect((await deployed.api('GET', '/api/journeys/nobody/versions')).status).toBe(404);
  });

  it('says which journey is kept as it was rolled back, and whose machine is gone', async () => {
    const lines = async (): Promise<unknown> => (await deployed.publisher('GET', '/api/drift')).body['lines'];
    const held = expect.stringMatching(/^trial: it was rolled back or closed/);
    expect(await lines()).toEqual([expect.stringMatching(/^Documents were published since/), held]);
    const [first] = deployed.machines.versionArns.filter((arn) => arn.includes('trial'));
    deployed.machines.delete(first!);
    expect(await lines()).toContain('trial: the machine of version 1 is gone. Nobody can go on in it; deploy again.');
  });

  it('asks of AWS nothing that its roles do not allow', () => {
    const asked = new Set(deployed.wire.calls.map(({ caller, operation }) => `${caller} ${operation}`));
    for (const operation of ['CreateStateMachine', 'UpdateStateMachine', 'PutRule', 'PutTargets', 'TransactWriteItems'])
      expect(asked).toContain(`publish-documents ${operation}`);
    expect(notAllowed(deployed)).toEqual([]);
  });
});
