import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import webPush from 'web-push';
import type { PushMessage } from '../../../../core/message/message.ts';
import { createWebPush, type WebPushOptions } from '../../../../functions/parts/channels/web-push.ts';
import { aForeignHost, type ForeignHost } from './foreign-host.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});
async function aPushService(status = 201): Promise<ForeignHost> {
  const host = await aForeignHost((response) => void response.writeHead(status).end());
  endings.push(host.stop);
  return host;
}
/** A browser that was asked whether it wants to be pushed to. */
function aBrowser() {
  const ecdh = createECDH('prime256v1');
  const p256dh = ecdh.generateKeys();
  const auth = randomBytes(16);
  return {
    keys: { p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') },
    /** RFC 8291, section 3.4, and RFC 8188, section 2: one record. */
    open(body: Buffer): string {
      const [salt, sender] = [body.subarray(0, 16), body.subarray(21, 86)];
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, sender]);
      const derive = (secret: Buffer, salted: Buffer, text: Buffer | string, size: number): Buffer =>
        Buffer.from(hkdfSync('sha256', secret, salted, text, size));
      const secret = derive(ecdh.computeSecret(sender), auth, info, 32);
      const decipher = createDecipheriv(
        'aes-128-gcm',
        derive(secret, salt, 'Content-Encoding: aes128gcm\0', 16),
        derive(secret, salt, 'Content-Encoding: nonce\0', 12),
      );
      decipher.setAuthTag(body.subarray(-16));
      const text = Buffer.concat([decipher.update(body.subarray(86, -16)), decipher.final()]).toString();
      return text.slice(0, text.lastIndexOf('\u0002'));
    },
  };
}
const vapid = { ...webPush.generateVAPIDKeys(), subject: 'mailto:push@shop.example' };
const nowMs = (): number => 1_772_445_600_000;
const pushes = (options: Partial<WebPushOptions>) => createWebPush({ vapid, nowMs, ...options });
const aPush: PushMessage = {
  channel: 'push',
  to: 'token-1',
  title: 'Hi Ana',
  body: 'Your order 🎉',
  url: 'https://shop.example/o/1',
  tags: { deliveryId: 'd-1' },
};
const decode = (part: string | undefined): unknown => JSON.parse(Buffer.from(part ?? '', 'base64url').toString());

describe('web push', () => {
  it('can be read by the browser alone', async () => {
    const host = await aPushService();
    const browser = aBrowser();
    const subscription = { endpoint: `${host.url}/send/1`, keys: browser.keys };
    expect(await pushes(host.reach)('d-1', aPush, subscription)).toEqual({ kind: 'accepted' });
    const [asked] = host.asked;
    expect(asked).toMatchObject({
      method: 'POST',
      path: '/send/1',
      headers: { 'content-encoding': 'aes128gcm', ttl: '86400', urgency: 'normal' },
    });
    expect(asked?.body.includes('Ana')).toBe(false);
    expect(JSON.parse(browser.open(asked?.body ?? Buffer.alloc(0)))).toEqual({
      title: 'Hi Ana',
      body: 'Your order 🎉',
      url: 'https://shop.example/o/1',
      deliveryId: 'd-1',
    });
  });

  it('says who pushes, to this service, for half a day', async () => {
    const host = await aPushService();
    await pushes(host.reach)('d-1', aPush, { endpoint: `${host.url}/send/1`, keys: aBrowser().keys });
    const [, token = '', named] = /^vapid t=(\S+), k=(\S+)$/.exec(host.asked[0]?.headers.authorization ?? '') ?? [];
    expect(named).toBe(vapid.publicKey);
    const [header, claims, signature = ''] = token.split('.');
    expect(decode(header)).toEqual({ typ: 'JWT', alg: 'ES256' });
    expect(decode(claims)).toEqual({ aud: host.url, exp: 1_772_445_600 + 43_200, sub: vapid.subject });
    const point = Buffer.from(vapid.publicKey, 'base64url');
    const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
    const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } });
    const text = Buffer.from(`${header}.${claims}`);
    expect(verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it.each([
    [404, { kind: 'refused', reason: 'replied 404', isPermanent: true }],
    [410, { kind: 'refused', reason: 'replied 410', isPermanent: true }],
    [413, { kind: 'refused', reason: 'replied 413', isPermanent: true }],
    [429, { kind: 'refused', reason: 'replied 429', isPermanent: false }],
    [500, { kind: 'unknown', reason: 'replied 500' }],
  ])('that is answered %s', async (status, outcome) => {
    const host = await aPushService(status);
    const subscription = { endpoint: host.url, keys: aBrowser().keys };
    expect(await pushes(host.reach)('d-1', aPush, subscription)).toEqual(outcome);
    expect(host.connections()).toBe(1);
  });

  it('goes nowhere but to the public internet', async () => {
    const subscription = { endpoint: 'https://169.254.169.254/', keys: aBrowser().keys };
    const outcome = await pushes({})('d-1', aPush, subscription);
    expect(outcome).toEqual({ kind: 'refused', reason: 'address-not-public', isPermanent: true });
  });

  it('is refused for ever where the subscription is none', async () => {
    const { keys } = aBrowser();
    for (const subscription of [
      { endpoint: 'https://push.example/1', keys: { ...keys, p256dh: 'short' } },
      { endpoint: 'https://push.example/1', keys: { ...keys, auth: '' } },
      { endpoint: 'nowhere', keys },
    ])
      expect(await pushes({})('d-1', aPush, subscription)).toMatchObject({ kind: 'refused', isPermanent: true });
  });
});
