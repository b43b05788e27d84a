import { ScanCommand, type AttributeValue, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import { unpack } from '../../functions/aws/table/pack.ts';
import { Deployment } from './deployment/deployment.ts';
import { notAllowed } from './deployment/permissions.ts';
import { startedDoubles } from './doubles/clients.ts';

const startMs = Date.parse('2026-03-02T10:00:00Z');
const hourMs = 3_600_000;
const secret = { signingKey: 'ab'.repeat(32), serverKeys: ['server'], publicKeys: ['public'] };

let deployed: Deployment;
beforeAll(async () => {
  deployed = await Deployment.open({ out: 'cdk.out', doubles: startedDoubles(), startMs, secret });
});
afterAll(() => deployed?.close());

const items = async (path: string): Promise<readonly JsonObject[]> =>
  (await deployed.api('GET', path)).body['items'] as readonly JsonObject[];
const consent = { email: { marketing: 'granted' }, source: 'sign-up' };

/** Somebody who signs up; found again by a userId of their own. */
async function signUp(userId: string): Promise<string> {
  const traits = { email: `${userId}@example.com`, firstName: 'Ana' };
  const identified = { messageId: `${userId}-1`, userId, traits, context: { consent } };
  expect((await deployed.post('/v1/identify', identified, 'server')).status).toBe(200);
  const signedUp = { messageId: `${userId}-2`, userId, event: 'Signed Up', properties: {} };
  expect((await deployed.post('/v1/track', signedUp, 'server')).status).toBe(200);
  await deployed.settle();
  const [{ profileId } = {}] = await items(`/api/profiles?userId=${userId}`);
  return String(profileId);
}
/** Every row of the table, with what is packed in it. */
async function table(): Promise<string> {
  const TableName = deployed.templates.physical(deployed.templates.ofType('AWS::DynamoDB::Table')[0]![0]).ref;
  const rows: unknown[] = [];
  for (let from: Record<string, AttributeValue> | undefined; ;) {
    const page: ScanCommandOutput = await deployed.table.send(
      new ScanCommand({ TableName, ConsistentRead: true, ...(from && { ExclusiveStartKey: from }) }),
    );
    rows.push(...(page.Items ?? []).map((item) => Object.values(item).map(plain)));
    from = page.LastEvaluatedKey;
    if (!from) return JSON.stringify(rows);
  }
}
const plain = (value: AttributeValue): unknown =>
  value.B ? unpack(value.B) : (value.S ?? value.N ?? value.SS ?? value.L?.map(plain));
/** Every object of the lake. */
async function lake(): Promise<string> {
  const s3 = new S3Client({ ...deployed.account, forcePathStyle: true });
  const [[id = ''] = []] = deployed.templates.ofType('AWS::S3::Bucket').filter(([one]) => one.startsWith('LakeBucket'));
  const Bucket = deployed.templates.physical(id).ref;
  const texts: string[] = [];
  for (let ContinuationToken: string | undefined; ;) {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, ...(ContinuationToken && { ContinuationToken }) }));
    for (const { Key } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const bytes = Buffer.from(await Body!.transformToByteArray());
      texts.push((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString());
    }
    ContinuationToken = page.NextContinuationToken;
    if (ContinuationToken === undefined) return texts.join('\n');
  }
}
const mailTo = async (userId: string): Promise<readonly string[]> =>
  (await deployed.emails())
    .map((raw) => raw.replace(/\r?\n[ \t]+/g, ''))
    .filter((raw) => raw.includes(`To: ${userId}@example.com`));

/** The first of a few people whom the journey's holdout does not keep out. */
async function somebodyInside(name: string): Promise<{ readonly userId: string; readonly profileId: string }> {
  for (let index = 1; index <= 8; index++) {
    const userId = `${name}${index}`;
    const profileId = await signUp(userId);
    const [enrollment] = await items(`/api/profiles/${profileId}/enrollments`);
    if (enrollment?.['status'] === 'active') return { userId, profileId };
  }
  throw new Error('Eight people were all held out.');
}

describe('the synthesized template', () => {
  it('makes an email of an event', async () => {
    const { userId, profileId } = await somebodyInside('ana');
    const [mail = ''] = await mailTo(userId);
    expect(mail).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    expect(mail).toMatch(/List-Unsubscribe: ?<https:\/\/api\.example\/u\//);
    expect(await items(`/api/profiles/${profileId}/deliveries`)).toMatchObject([{ stepId: 'hello', status: 'sent' }]);
    const [{ deliveryId } = {}] = await items(`/api/profiles/${profileId}/deliveries`);
    const { body } = await deployed.api('GET', `/api/deliveries/${String(deliveryId)}`);
    expect(body).toMatchObject({ message: { to: `${userId}@example.com` } });
    expect(deployed.failures).toEqual([]);
  });

  it('forgets whoever asks for it, in the table at once and in the lake a day later', async () => {
    const { userId, profileId } = await somebodyInside('gil');
    const address = `${userId}@example.com`;
    const everywhere = async (): Promise<string> => (await Promise.all([table(), lake()])).join('\n');
    expect(await table()).toContain(address);
    expect(await lake()).toContain(address);
    const [{ deliveryId } = {}] = await items(`/api/profiles/${profileId}/deliveries`);
    const asked = await deployed.api('POST', `/api/profiles/${profileId}/erase`, { by: 'eva' });
    expect(asked).toMatchObject({ status: 202, body: { status: 'erasing', waits: ['lake'] } });
    expect((await deployed.api('GET', `/api/profiles/${profileId}`)).status).toBe(410);
    await deployed.windTo(deployed.nowMs + hourMs);
    const receipt = async () => (await deployed.api('GET', `/api/erasures/${String(asked.body['erasureId'])}`)).body;
    expect(await receipt()).toMatchObject({ status: 'done', waits: ['lake'], deleted: { deliveries: 1, messages: 1 } });
    expect(await table()).not.toContain(address);
    expect((await deployed.api('GET', `/api/deliveries/${String(deliveryId)}`)).status).toBe(404);
    // What was under way may come into the lake until then.
    await deployed.functions.invoke('sweep-lake', {});
    expect(await lake()).toContain(address);
    deployed.nowMs += 27 * hourMs;
    await deployed.functions.invoke('sweep-lake', {});
    const all = await everywhere();
    for (const shown of [
      address,
      userId,
      Buffer.from(address).toString('base64'),
      Buffer.from(address).toString('hex'),
    ])
      expect(all).not.toContain(shown);
    expect((await receipt())['sweptAt']).toBeDefined();
    // Others are there as they were.
    expect(await lake()).toContain('ana1@example.com');
    // What comes late brings nobody back.
    const late = { messageId: `${userId}-9`, userId, event: 'Signed Up', timestamp: new Date(startMs).toISOString() };
    expect((await deployed.post('/v1/track', late, 'server')).status).toBe(200);
    await deployed.settle();
    expect(await items(`/api/profiles?userId=${userId}`)).toEqual([]);
    expect(notAllowed(deployed)).toEqual([]);
    expect(deployed.failures).toEqual([]);
  }, 120_000);

  it('ends the journey of whoever converts, inside a wait and at once', async () => {
    const { userId, profileId } = await somebodyInside('bo');
    deployed.nowMs += hourMs;
    const order = { orderId: 'o1', revenue: 80, products: [] };
    const bought = { messageId: `${userId}-3`, userId, event: 'Order Completed', properties: order };
    await deployed.post('/v1/track', bought, 'server');
    await deployed.settle();
    expect(await items(`/api/journeys/welcome/enrollments?status=exited`)).toMatchObject([{ profileId }]);
    await deployed.windTo(deployed.nowMs + 240 * hourMs);
    // The order began another journey, which may write; the welcome does not.
    const all = await items(`/api/profiles/${profileId}/deliveries`);
    expect(all.filter(({ journeyId }) => journeyId === 'welcome')).toMatchObject([{ stepId: 'hello' }]);
    expect(deployed.failures).toEqual([]);
  });

  it('takes the one click of an unsubscribe link, after which nothing goes out', async () => {
    const { userId, profileId } = await somebodyInside('cy');
    const [mail = ''] = await mailTo(userId);
    const [, sealed = ''] = /List-Unsubscribe: ?<https:\/\/api\.example(\/u\/[^>]+)>/.exec(mail) ?? [];
    expect((await deployed.link('POST', sealed)).status).toBe(200);
    await deployed.windTo(deployed.nowMs + 240 * hourMs);
    expect(await mailTo(userId)).toHaveLength(1);
    const profile = (await deployed.api('GET', `/api/profiles/${profileId}`)).body;
    expect(profile).toMatchObject({ consent: { email: { 'topic:welcome': 'denied' } } });
    expect(deployed.failures).toEqual([]);
  });

  it('hears what SES reports, and blocks an address that bounces for good', async () => {
    const { userId, profileId } = await somebodyInside('di');
    const [{ deliveryId } = {}] = await items(`/api/profiles/${profileId}/deliveries`);
    const report = (id: string, eventType: string, detail: JsonObject): JsonObject => ({
      id,
      source: 'aws.ses',
      'detail-type': `Email ${eventType}`,
      time: new Date(deployed.nowMs).toISOString(),
      detail: {
        eventType,
        mail: {
          destination: [`${userId}@example.com`],
          tags: {
            deliveryId: [deliveryId!],
            'ses:configuration-set': [deployed.templates.ofType('AWS::SES::ConfigurationSet')[0]![0]],
          },
        },
        ...detail,
      },
    });
    const opened = report('r1', 'Open', { open: { timestamp: new Date(deployed.nowMs).toISOString() } });
    for (const event of [opened, opened]) await deployed.offer(event);
    await deployed.settle();
    expect(await items(`/api/profiles/${profileId}/deliveries`)).toMatchObject([{ status: 'opened' }]);
    const bounce = { bounceType: 'Permanent', bouncedRecipients: [{ emailAddress: `${userId}@example.com` }] };
    await deployed.offer(report('r2', 'Bounce', { bounce }));
    await deployed.settle();
    const events = (await items(`/api/profiles/${profileId}/timeline`)).filter(({ kind }) => kind === 'event');
    expect(events.map(({ name }) => name).slice(0, 2)).toEqual(['Email Bounced', 'Email Opened']);
    const blocked = await items(`/api/suppressions?channel=email&address=${userId}@example.com`);
    expect(blocked).toMatchObject([{ reason: 'hard-bounce' }]);
    expect(deployed.failures).toEqual([]);
  });

  it('holds a paused journey, and ends one that is stopped', async () => {
    const { profileId } = await somebodyInside('fay');
    const paused = await deployed.control('POST', '/api/journeys/welcome/pause', {
      by: 'eva',
      reason: 'A wrong price',
    });
    expect(paused).toMatchObject({ status: 200, body: { subject: 'journey/welcome', kind: 'paused' } });
    expect((await deployed.control('GET', '/api/stops')).body['items']).toMatchObject([
      { by: 'eva', reason: 'A wrong price' },
    ]);
    await deployed.windTo(deployed.nowMs + 60 * hourMs);
    const mine = async () =>
      (await items(`/api/profiles/${profileId}/deliveries`)).map(({ status, reason }) => [status, reason]);
    expect(await mine()).toContainEqual(['deferred', 'paused']);
    expect(await mine()).toContainEqual(['sent', undefined]);
    const stopped = await deployed.control('POST', '/api/journeys/welcome/stop');
    expect(stopped).toMatchObject({ status: 200, body: { kind: 'stopped', isMore: false } });
    expect(Number(stopped.body['ended'])).toBeGreaterThan(0);
    await deployed.settle();
    expect((await items(`/api/profiles/${profileId}/enrollments`))[0]).toMatchObject({
      status: 'exited',
      reason: 'stopped',
    });
    expect((await mine()).filter(([status]) => status === 'deferred')).toEqual([]);
    await deployed.control('POST', '/api/journeys/welcome/resume');
    expect((await deployed.api('GET', '/api/journeys/welcome')).body).toMatchObject({ state: 'running' });
    expect(deployed.failures).toEqual([]);
  }, 120_000);

  it('lets nobody in without a write key', async () => {
    const track = { userId: 'eve', event: 'Signed Up', properties: {} };
    expect(await deployed.post('/v1/track', track, 'wrong')).toMatchObject({ status: 401 });
  });

  it('looks at its experiments each hour, by a function that may do what it does', async () => {
    await deployed.functions.invoke('decide-winners', {});
    const { body } = await deployed.api('GET', '/api/journeys/abandoned-cart');
    expect(body['experiments']).toMatchObject([
      { experiment: 'cart-email', variants: [{ id: 'reminder' }, { id: 'free-delivery' }, { id: 'control' }] },
    ]);
    expect(deployed.failures).toEqual([]);
  });
});
