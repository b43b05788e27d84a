import { CreatePlatformApplicationCommand, SetEndpointAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListEndpointsByPlatformApplicationCommand, DeleteEndpointCommand } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import type { HandOver } from '../../../core/ports.ts';
import { onceOptions } from '../../../functions/aws/channels/ask-once.ts';
import type { PushMessage } from '../../../core/message/message.ts';
import { payloads, sendPush, type PushOptions } from '../../../functions/aws/channels/push.ts';
import { anAccount } from '../doubles/clients.ts';
import { aFaultyProvider, someone, type Behaviour } from './faulty-provider.ts';

const aPush = (given: Partial<PushMessage> = {}): PushMessage => ({
  channel: 'push',
  to: 'token-1',
  title: 'Hi "Ana"',
  body: 'Your order',
  url: 'https://shop.example/o/1',
  device: { platform: 'android' },
  tags: { deliveryId: 'e_1-hello-1' },
  ...given,
});

async function onMoto() {
  const client = new SNSClient({ ...(await anAccount()), ...onceOptions });
  const made = await client.send(
    new CreatePlatformApplicationCommand({ Name: 'shop', Platform: 'GCM', Attributes: { PlatformCredential: 'test' } }),
  );
  const application = made.PlatformApplicationArn ?? '';
  const endpoints = async () =>
    (await client.send(new ListEndpointsByPlatformApplicationCommand({ PlatformApplicationArn: application })))
      .Endpoints ?? [];
  return { client, endpoints, send: sendPush({ client, applications: { android: application } }) };
}

describe('a notification through SNS', () => {
  it('goes to the one endpoint of its token, however often', async () => {
    const { send, endpoints } = await onMoto();
    expect(await send('e_1-hello-1', aPush())).toMatchObject({ kind: 'accepted' });
    expect(await send('e_1-hello-2', aPush())).toMatchObject({ kind: 'accepted' });
    expect(await endpoints()).toHaveLength(1);
  });

  it('says to each platform what it understands', () => {
    const said = JSON.parse(payloads('e_1-hello-1', aPush())) as { [platform: string]: string };
    const data = { url: 'https://shop.example/o/1', deliveryId: 'e_1-hello-1' };
    expect(said['default']).toBe('Your order');
    expect(JSON.parse(said['APNS'] ?? '')).toEqual({
      aps: { alert: { title: 'Hi "Ana"', body: 'Your order' } },
      ...data,
    });
    expect(JSON.parse(said['GCM'] ?? '')).toEqual({
      fcmV1Message: { message: { notification: { title: 'Hi "Ana"', body: 'Your order' }, data } },
    });
  });

  it('is refused for ever where the token is dead, and so it stays for another container', async () => {
    const { send, client, endpoints } = await onMoto();
    await send('e_1-hello-1', aPush());
    const [endpoint] = await endpoints();
    await client.send(
      new SetEndpointAttributesCommand({ EndpointArn: endpoint?.EndpointArn, Attributes: { Enabled: 'false' } }),
    );
    expect(await send('e_1-hello-2', aPush())).toMatchObject({ kind: 'refused', isPermanent: true });
    expect(await send('e_1-hello-3', aPush())).toMatchObject({ kind: 'refused', isPermanent: true });
  });

  it('is refused for a while where its endpoint was deleted, and finds a new one', async () => {
    const { send, client, endpoints } = await onMoto();
    await send('e_1-hello-1', aPush());
    const [endpoint] = await endpoints();
    await client.send(new DeleteEndpointCommand({ EndpointArn: endpoint?.EndpointArn }));
    expect(await send('e_1-hello-2', aPush())).toMatchObject({ kind: 'refused', isPermanent: false });
    expect(await send('e_1-hello-2', aPush())).toMatchObject({ kind: 'accepted' });
  });

  it('needs to know what its device is', async () => {
    const client = new SNSClient({ ...onceOptions, ...someone, endpoint: 'http://127.0.0.1:1' });
    const applications = { ios: 'arn:ios', android: 'arn:android' };
    const { device: _, ...unsaid } = aPush();
    const outcome = await sendPush({ client, applications })('e_1-hello-1', unsaid);
    expect(outcome).toEqual({ kind: 'refused', reason: 'not-set-up', isPermanent: true });
  });

  it('goes to a browser by web push', async () => {
    const client = new SNSClient({ ...onceOptions, ...someone, endpoint: 'http://127.0.0.1:1' });
    const sent: unknown[] = [];
    const options: PushOptions = {
      client,
      applications: {},
      sendWebPush: (...given) => Promise.resolve({ kind: 'accepted', providerId: String(sent.push(given)) }),
    };
    const webPush = { endpoint: 'https://push.example/1', keys: { p256dh: 'p', auth: 'a' } };
    const message = aPush({ device: { platform: 'web', webPush } });
    expect(await sendPush(options)('e_1-hello-1', message)).toMatchObject({ kind: 'accepted' });
    expect(sent).toEqual([['e_1-hello-1', message, webPush]]);
    expect(await sendPush(options)('e_1-hello-1', aPush({ device: { platform: 'web' } }))).toMatchObject({
      isPermanent: true,
    });
  });
});

describe('SNS', () => {
  /** Endpoints are known as this says; what is published is answered as told. */
  async function publishing(endpoint: Behaviour, publish?: Behaviour): Promise<HandOver> {
    const [making, publishingTo] = await Promise.all([
      aFaultyProvider(endpoint),
      aFaultyProvider(publish ?? 'reset-read'),
    ]);
    const client = new SNSClient({ ...onceOptions, ...someone, endpoint: making.endpoint });
    client.middlewareStack.add(
      (next, context) => (args) => {
        const { request } = args as { request: { port?: number } };
        if (context['commandName'] === 'PublishCommand') request.port = Number(new URL(publishingTo.endpoint).port);
        return next(args);
      },
      { step: 'build' },
    );
    const outcome = await sendPush({ client, applications: { android: 'arn:a' } })('e_1-hello-1', aPush());
    expect(publishingTo.connections()).toBe(publish === undefined ? 0 : 1);
    making.stop();
    publishingTo.stop();
    return outcome;
  }
  const xml = (status: number, code: string, message = 'no'): Behaviour => ({
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  });
  const made: Behaviour = {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body:
      '<CreatePlatformEndpointResponse><CreatePlatformEndpointResult><EndpointArn>arn:aws:sns:x:1:endpoint/GCM/shop/1' +
      '</EndpointArn></CreatePlatformEndpointResult></CreatePlatformEndpointResponse>',
  };

  it('names the endpoint that a token stands with only in an error', async () => {
    const sentence =
      'Invalid parameter: Token Reason: Endpoint arn:aws:sns:us-east-1:1:endpoint/GCM/shop/1 already exists with the same Token, but different attributes.';
    expect(await publishing(xml(400, 'InvalidParameter', sentence), xml(400, 'EndpointDisabled'))).toMatchObject({
      kind: 'refused',
      isPermanent: true,
    });
  });

  it('refuses a token that is none for ever', async () => {
    expect(await publishing(xml(400, 'InvalidParameter', 'Invalid parameter: Token'))).toMatchObject({
      kind: 'refused',
      isPermanent: true,
    });
  });

  it('has published nothing where it fails to make an endpoint', async () => {
    for (const behaviour of [xml(500, 'InternalError'), 'reset-read', xml(429, 'Throttling')] as const)
      expect(await publishing(behaviour)).toMatchObject({ kind: 'refused', isPermanent: false });
  });

  it.each([
    [400, 'EndpointDisabled', { kind: 'refused', isPermanent: true }],
    [400, 'InvalidParameter', { kind: 'refused', isPermanent: true }],
    [400, 'PlatformApplicationDisabled', { kind: 'refused', isPermanent: false }],
    [403, 'AuthorizationError', { kind: 'refused', isPermanent: false }],
    [400, 'Throttling', { kind: 'refused', isPermanent: false }],
    [500, 'InternalError', { kind: 'unknown' }],
  ])('answers a publish with %s %s', async (status, code, outcome) => {
    expect(await publishing(made, xml(status, code))).toMatchObject(outcome);
  });

  it('leaves a publish open that it breaks off', async () => {
    expect(await publishing(made, 'reset-read')).toMatchObject({ kind: 'unknown' });
  });
});
