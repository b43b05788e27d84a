import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPublication } from '../../cli/publication.ts';
import type { JsonObject } from '../../core/json.ts';
import { Deployment } from './deployment/deployment.ts';
import { notAllowed } from './deployment/permissions.ts';
import { synthesize } from './deployment/synthesize.ts';
import { startedDoubles } from './doubles/clients.ts';

const secret = { signingKey: 'ab'.repeat(32), serverKeys: ['server'], publicKeys: ['public'] };
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A Monday, 10:00 in Riga. */
const startMs = Date.parse('2026-03-02T08:00:00Z');

const workspace = {
  name: 'Harbour',
  timeZone: 'Europe/Riga',
  locale: 'en',
  currency: 'EUR',
  sender: { email: { from: 'Harbour <hello@harbour.example>', postalAddress: '4 Pier Street, Riga' } },
  conversion: [{ event: 'Order Completed' }],
  consent: 'opt-out',
};
const mail = (text: string): string =>
  `---\nsubject: ${text}\n---\n<mjml><mj-body><mj-section><mj-column><mj-text>${text} {{ links.unsubscribe }}</mj-text></mj-column></mj-section></mj-body></mjml>`;
const journey = (id: string, event: string, first: string, wait: string): object => ({
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
function folderOf(name: string, ...journeys: readonly object[]): string {
  const folder = join('.cache/publish', name);
  rmSync(folder, { recursive: true, force: true });
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('workspace.json', JSON.stringify(workspace));
  for (const one of journeys) write(`journeys/${(one as { id: string }).id}.journey.json`, JSON.stringify(one));
  for (const id of ['hello', 'again', 'bye']) write(`templates/${id}/email.mjml`, mail(id));
  return folder;
}

let deployed: Deployment;
beforeAll(async () => {
  const workflows = folderOf('first', journey('trial', 'Trial Started', 'hello', 'P2D'));
  const out = await synthesize('.cache/cdk.publish', { workflows });
  deployed = await Deployment.open({ out, doubles: startedDoubles(), startMs, secret });
}, 120_000);
afterAll(() => deployed?.close());

/** Somebody does something, once functions have heard of what is current. */
async function does(userId: string, event: string): Promise<void> {
  await deployed.windTo(deployed.nowMs + 10_000);
  const traits = { email: `${userId}@example.com` };
  await deployed.post('/v1/identify', { messageId: `${userId}-1`, userId, traits }, 'server');
  await deployed.post('/v1/track', { messageId: `${userId}-2`, userId, event, properties: {} }, 'server');
  await deployed.settle();
}
const items = async (path: string): Promise<readonly JsonObject[]> =>
  (await deployed.api('GET', path)).body['items'] as readonly JsonObject[];
/** How the journey ended for somebody, and what was sent. */
async function wayOf(userId: string): Promise<string> {
  const [{ profileId } = {}] = await items(`/api/profiles?userId=${userId}`);
  const enrollments = await items(`/api/profiles/${String(profileId)}/enrollments`);
  const deliveries = await items(`/api/profiles/${String(profileId)}/deliveries`);
  const sent = deliveries.toReversed().map(({ template }) => String(template));
  return [...enrollments.map(({ status }) => String(status)), ...sent].join(', ');
}
const versions = async (): Promise<readonly unknown[]> => {
  const { body } = await deployed.publisher('GET', '/api/journeys/trial/versions');
  return (body['items'] as readonly JsonObject[]).map(({ number, isCurrent, inside }) => [number, isCurrent, inside]);
};

describe('a deployment into which somebody publishes', () => {
  it('lets those inside finish on their version, and whoever comes walk the new one, without a synthesis', async () => {
    await does('ana', 'Trial Started');
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
    await does('bo', 'Trial Began');
    await does('cy', 'Trial Started');
    await does('di', 'Joined');
    expect(await versions()).toEqual([
      [2, true, 1],
      [1, false, 1],
    ]);
    await deployed.windTo(startMs + 3 * dayMs);
    expect(await wayOf('ana')).toBe('completed, hello, bye');
    expect(await wayOf('bo')).toBe('completed, again, bye');
    expect(await wayOf('cy')).toBe('');
    expect(await wayOf('di')).toBe('completed, hello, bye');
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
    await does('ed', 'Trial Began');
    expect(await wayOf('ed')).toBe('active, again');
  });

  it('takes back an earlier version, and moves there who is inside of the later one', async () => {
    expect((await deployed.publisher('POST', '/api/journeys/trial/rollback', {})).status).toBe(200);
    await does('fi', 'Trial Started');
    const moved = await deployed.control('POST', '/api/journeys/trial/migrations', {});
    expect(moved.body).toMatchObject({ moved: 1, stayed: [] });
    expect(await versions()).toEqual([
      [2, false, 0],
      [1, true, 2],
    ]);
    await deployed.windTo(deployed.nowMs + 3 * dayMs);
    expect(await wayOf('ed')).toBe('completed, again, bye');
    expect(await wayOf('fi')).toBe('completed, hello, bye');
    expect(deployed.failures).toEqual([]);
  });

  it('asks of AWS nothing that its roles do not allow', () => {
    const asked = new Set(deployed.wire.calls.map(({ caller, operation }) => `${caller} ${operation}`));
    for (const operation of ['CreateStateMachine', 'UpdateStateMachine', 'PutRule', 'PutTargets', 'TransactWriteItems'])
      expect(asked).toContain(`publish-documents ${operation}`);
    expect(notAllowed(deployed)).toEqual([]);
  });
});
