import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebhookMessage } from '../../../../core/message/message.ts';
import { createWebhooks, type WebhookOptions } from '../../../../functions/parts/channels/webhook.ts';
import { runs } from '../../../properties.ts';
import { aForeignHost, resolvesTo, type ForeignHost } from './foreign-host.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});
async function aHost(answer?: (response: ServerResponse, socket: Socket) => void): Promise<ForeignHost> {
  const host = await aForeignHost(answer);
  endings.push(host.stop);
  return host;
}
const aWebhook = (url: string, given: Partial<WebhookMessage> = {}): WebhookMessage => ({
  channel: 'webhook',
  url,
  method: 'POST',
  headers: { 'X-List': 'calls' },
  body: { profileId: 'p-1', name: 'Ana Grüße' },
  tags: { deliveryId: 'd-1' },
  ...given,
});
const nowMs = (): number => 1_772_445_600_500;
const webhooks = (options: Partial<WebhookOptions>) => createWebhooks({ secrets: ['one', 'two'], nowMs, ...options });
const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');

describe('a webhook', () => {
  it('is signed with every live secret over its time and body', async () => {
    const host = await aHost();
    expect(await webhooks(host.reach)('d-1', aWebhook(`${host.url}/calls?x=1`))).toEqual({ kind: 'accepted' });
    const [asked] = host.asked;
    const text = '{"profileId":"p-1","name":"Ana Grüße"}';
    expect(asked).toMatchObject({ method: 'POST', path: '/calls?x=1' });
    expect(asked?.body.toString()).toBe(text);
    expect(asked?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-list': 'calls',
      'sojourn-delivery': 'd-1',
      'sojourn-signature': `t=1772445600,v1=${hmac('one', `1772445600.${text}`)},v1=${hmac('two', `1772445600.${text}`)}`,
    });
  });

  it('keeps its own headers and the connection’s from the template', async () => {
    const host = await aHost();
    const headers = { Host: 'evil.example', 'Sojourn-Delivery': 'd-9', 'Content-Length': '1', Expect: '100-continue' };
    expect(await webhooks(host.reach)('d-1', aWebhook(host.url, { headers }))).toEqual({ kind: 'accepted' });
    expect(host.asked[0]?.headers).toMatchObject({ host: `hooks.example:${host.port}`, 'sojourn-delivery': 'd-1' });
    expect(host.asked[0]?.headers).not.toHaveProperty('expect');
  });

  it('asks for what a GET asks for, without a body', async () => {
    const host = await aHost();
    await webhooks(host.reach)('d-1', aWebhook(host.url, { method: 'GET' }));
    expect(host.asked[0]).toMatchObject({ method: 'GET', body: Buffer.from('') });
  });

  it.each([
    [200, { kind: 'accepted' }],
    [204, { kind: 'accepted' }],
    [302, { kind: 'refused', reason: 'replied 302', isPermanent: true }],
    [400, { kind: 'refused', reason: 'replied 400', isPermanent: true }],
    [404, { kind: 'refused', reason: 'replied 404', isPermanent: true }],
    [410, { kind: 'refused', reason: 'replied 410', isPermanent: true }],
    [429, { kind: 'refused', reason: 'replied 429', isPermanent: false }],
    [503, { kind: 'refused', reason: 'replied 503', isPermanent: false }],
    [500, { kind: 'unknown', reason: 'replied 500' }],
    [502, { kind: 'unknown', reason: 'replied 502' }],
  ])('that is answered %s', async (status, outcome) => {
    const elsewhere = await aHost();
    const host = await aHost((response) => void response.writeHead(status, { location: elsewhere.url }).end());
    expect(await webhooks(host.reach)('d-1', aWebhook(host.url))).toEqual(outcome);
    expect(host.connections()).toBe(1);
    expect(elsewhere.asked).toEqual([]);
  });

  it('does not read what it is answered', async () => {
    const host = await aHost((response, socket) => {
      socket.on('error', () => undefined);
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', pour);
      pour();
    });
    expect(await webhooks(host.reach)('d-1', aWebhook(host.url))).toEqual({ kind: 'accepted' });
  });

  it('is unknown once a connection stood', async () => {
    const silent = await aHost(() => undefined);
    expect(await webhooks(silent.reach)('d-1', aWebhook(silent.url))).toMatchObject({ kind: 'unknown' });
    const broken = await aHost((_, socket) => void socket.destroy());
    expect(await webhooks(broken.reach)('d-1', aWebhook(broken.url))).toMatchObject({ kind: 'unknown' });
    expect(silent.connections() + broken.connections()).toBe(2);
  });

  it('is refused for a while where no secure connection comes about', async () => {
    const host = await aHost();
    const { ca: _, ...untrusting } = host.reach;
    const untrusted = await webhooks(untrusting)('d-1', aWebhook(host.url));
    expect(untrusted).toEqual({ kind: 'refused', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT', isPermanent: false });
    expect(host.asked).toEqual([]);
    const mute = createServer((socket) => void endings.push(() => socket.destroy()));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    endings.push(() => mute.close());
    const { port } = mute.address() as AddressInfo;
    const url = `https://hooks.example:${port}`;
    expect(await webhooks(host.reach)('d-1', aWebhook(url))).toMatchObject({ kind: 'refused', isPermanent: false });
    const nobody = await webhooks({ ...host.reach, limitMs: 5_000 })('d-1', aWebhook('https://127.0.0.1:1'));
    expect(nobody).toEqual({ kind: 'refused', reason: 'ECONNREFUSED', isPermanent: false });
  });

  it('is refused for a while without a secret to sign with', async () => {
    const outcome = await webhooks({ secrets: [] })('d-1', aWebhook('https://hooks.example'));
    expect(outcome).toEqual({ kind: 'refused', reason: 'no-signing-secret', isPermanent: false });
  });

  it('is refused for ever where it is no request', async () => {
    const host = await aHost();
    const send = webhooks(host.reach);
    for (const given of [{ headers: { 'X-Bad': 'a\r\nb: c' } }, { headers: { 'a b': 'c' } }, { method: 'A B' }])
      expect(await send('d-1', aWebhook(host.url, given))).toMatchObject({ kind: 'refused', isPermanent: true });
    expect(host.asked).toEqual([]);
  });
});

describe('a webhook to somewhere of ours', () => {
  it.each(['http://hooks.example/', 'file:///etc/passwd', 'not a url'])('is not sent: %s', async (url) => {
    const outcome = await webhooks({})('d-1', aWebhook(url));
    expect(outcome).toEqual({ kind: 'refused', reason: 'not-https', isPermanent: true });
  });

  const inside = { kind: 'refused', reason: 'address-not-public', isPermanent: true };
  it.each([
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[fd00:ec2::254]/',
    'https://localhost/',
  ])('is not sent: %s', async (url) => {
    expect(await webhooks({})('d-1', aWebhook(url))).toEqual(inside);
  });

  it('is not sent where any of the addresses of its name is', async () => {
    const host = await aHost();
    for (const lookup of [resolvesTo('127.0.0.1'), resolvesTo('93.184.216.34', '127.0.0.1')]) {
      const { isAllowed: _, ...reach } = host.reach;
      expect(await webhooks({ ...reach, lookup })('d-1', aWebhook(host.url))).toEqual(inside);
    }
    expect(host.connections()).toBe(0);
  });

  it('never throws, whatever its address is', async () => {
    const never = resolvesTo('10.0.0.1');
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.domain().map((name) => `https://${name}`),
        ),
        async (url) => {
          expect(await webhooks({ lookup: never })('d-1', aWebhook(url))).toMatchObject({ kind: 'refused' });
        },
      ),
      runs(2_000),
    );
  });
});
