import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { hashOf } from '../../core/definitions.ts';

import type { handler as answerLink } from '../../functions/answer-link/answer-link.lambda.ts';
import { ENV } from '../../functions/env.ts';
import { documentsOf } from '../builders.ts';
import { tableShape } from './a-table.ts';
import { anAccount } from './doubles/clients.ts';
import { publishInto } from './publish-into.ts';

/** The function as Lambda loads it: all that it knows is its environment. */
let ask: (method: string) => Promise<{ readonly statusCode: number; readonly body: string; readonly headers: object }>;
let dynamo: DynamoDBClient;

beforeAll(async () => {
  const account = await anAccount();
  dynamo = new DynamoDBClient({ ...account, endpoint: inject('dynamodb') });
  await dynamo.send(new CreateTableCommand({ ...tableShape, TableName: 'sojourn' }));
  const secret = { signingKey: 'a1'.repeat(32), serverKeys: [], publicKeys: [] };
  const { ARN } = await new SecretsManagerClient(account).send(
    new CreateSecretCommand({ Name: 'sojourn', SecretString: JSON.stringify(secret) }),
  );
  const environment = {
    AWS_REGION: account.region,
    AWS_ACCESS_KEY_ID: account.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: account.credentials.secretAccessKey,
    AWS_ENDPOINT_URL: account.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodb'),
    [ENV.table]: 'sojourn',
    [ENV.secret]: ARN,
    [ENV.baseUrl]: 'https://shop.example',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const { handler } = await import('../../functions/answer-link/answer-link.lambda.ts');
  ask = async (method) => {
    const http = { method, path: '/health', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'monitor' };
    const requestContext = { http, domainName: 'api.example' };
    const event = { version: '2.0', rawPath: '/health', rawQueryString: '', headers: {}, requestContext };
    return (await handler(event as unknown as Parameters<typeof answerLink>[0], {} as Context)) as Awaited<
      ReturnType<typeof ask>
    >;
  };
});
afterAll(() => {
  dynamo.destroy();
  vi.unstubAllEnvs();
});

it('says that a deployment is not well while nothing is published, and that it is from then on', async () => {
  const before = await ask('GET');
  expect([before.statusCode, JSON.parse(before.body).ok]).toEqual([503, false]);
  const documents = documentsOf({});
  await publishInto(dynamo, 'sojourn', { hash: hashOf(documents), documents, templates: [] }, new Map());
  const { statusCode, body, headers } = await ask('GET');
  expect([statusCode, JSON.parse(body)]).toEqual([
    200,
    { ok: true, atRest: false, clock: { now: expect.stringMatching(/^2\d{3}-.*Z$/), kind: 'real' } },
  ]);
  expect(headers).toMatchObject({ 'cache-control': 'no-store' });
});

it('tells whether it is well without a body to those who ask for none, and is not written to', async () => {
  expect(await ask('HEAD')).toMatchObject({ statusCode: 200, body: '' });
  expect((await ask('POST')).statusCode).toBe(405);
});
