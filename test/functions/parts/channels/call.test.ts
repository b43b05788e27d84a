import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebhookMessage } from '../../../../core/message/message.ts';
import { createCalls } from '../../../../functions/parts/channels/call.ts';
import { aForeignHost, type ForeignHost } from './foreign-host.ts';

const endings: (() => void)[] = [];
afterEach(() => endings.splice(0).forEach((end) => end()));
async function aHost(answer?: (response: ServerResponse, socket: Socket) => void): Promise<ForeignHost> {
  const host = await aForeignHost(answer);
  endings.push(host.stop);
  return host;
}
const message = (url: string, over: Partial<WebhookMessage> = {}): WebhookMessage => ({
  channel: 'webhook',
  url,
  method: 'POST',
  headers: { 'Sojourn-Request': 'forged', 'X-List': 'calls' },
  body: { userId: 'u1' },
  tags: { deliveryId: 'd-1' },
  ...over,
});
const nowMs = (): number => 1_772_445_600_500;
const call = (host: Pick<ForeignHost, 'url' | 'reach'>, over?: Partial<WebhookMessage>) =>
  createCalls({ secrets: ['one'], nowMs, ...host.reach })('e1-score-0', message(`${host.url}/score`, over));
const answering = (status: number, body: string | Buffer = '') =>
  aHost((response) => void response.writeHead(status).end(body));

describe('a call', () => {
  it('is signed, says which request it is, and hears what it is answered', async () => {
    const host = await answering(200, '{"score": 0.7, "tags": ["a"]}');
    expect(await call(host)).toEqual({ kind: 'answered', body: { score: 0.7, tags: ['a'] } });
    const text = '{"userId":"u1"}';
    const signature = createHmac('sha256', 'one').update(`1772445600.${text}`).digest('hex');
    expect(host.asked).toHaveLength(1);
    expect(host.asked[0]).toMatchObject({ method: 'POST', path: '/score' });
    expect(host.asked[0]?.body.toString()).toBe(text);
    expect(host.asked[0]?.headers).toMatchObject({
      'sojourn-request': 'e1-score-0',
      'sojourn-signature': `t=1772445600,v1=${signature}`,
      'x-list': 'calls',
      'content-type': 'application/json',
    });
    expect(host.asked[0]?.headers).not.toHaveProperty('sojourn-delivery');
  });

  it('may be answered with nothing, or with any JSON', async () => {
    expect(await call(await answering(204))).toEqual({ kind: 'answered', body: null });
    expect(await call(await answering(200, ' \n'))).toEqual({ kind: 'answered', body: null });
    expect(await call(await answering(201, '7'))).toEqual({ kind: 'answered', body: 7 });
  });

  it.each([
    [302, true],
    [400, true],
    [404, true],
    [408, false],
    [425, false],
    [429, false],
    [500, false],
    [503, false],
  ])('that is answered %s has failed; for good: %s', async (status, isPermanent) => {
    const elsewhere = await aHost();
    const host = await aHost((response) => void response.writeHead(status, { location: elsewhere.url }).end('{}'));
    expect(await call(host)).toEqual({ kind: 'failed', reason: `replied ${status}`, isPermanent });
    expect(elsewhere.asked).toEqual([]);
    expect(host.connections()).toBe(1);
  });

  it('has failed for good where what it is answered is of no use', async () => {
    const failed = (reason: string) => ({ kind: 'failed', reason, isPermanent: true });
    expect(await call(await answering(200, '<html>'))).toEqual(failed('answer-not-json'));
    expect(await call(await answering(200, '{"a": "\\u0000"}'))).toEqual(failed('answer-unfit'));
    expect(await call(await answering(200, '{"__proto__": {}}'))).toEqual(failed('answer-unfit'));
    expect(await call(await answering(200, `"${'x'.repeat(65_534)}"`))).toMatchObject({ kind: 'answered' });
    expect(await call(await answering(200, `"${'x'.repeat(65_535)}"`))).toEqual(failed('answer-too-large'));
  });

  it('does not read on where an answer has no end', async () => {
    const host = await aHost((response, socket) => {
      socket.on('error', () => undefined);
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20)));
      };
      response.on('drain', pour);
      pour();
    });
    expect(await call(host)).toEqual({ kind: 'failed', reason: 'answer-too-large', isPermanent: true });
  });

  it('has failed for now where the answer does not come, stops half-way, or nobody is there', async () => {
    const silent = await aHost(() => undefined);
    const halting = await aHost((response) => void response.writeHead(200).write('{"score":'));
    const breaking = await aHost((response, socket) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"score":');
      setImmediate(() => socket.destroy());
    });
    for (const host of [silent, halting, breaking])
      expect(await call(host)).toMatchObject({ kind: 'failed', isPermanent: false });
    const nobody = { url: 'https://127.0.0.1:1', reach: silent.reach };
    expect(await call(nobody)).toEqual({ kind: 'failed', reason: 'ECONNREFUSED', isPermanent: false });
  });

  it('is not made to somewhere of ours, nor without https, nor unsigned', async () => {
    const calls = createCalls({ secrets: ['one'], nowMs });
    const failed = (reason: string, isPermanent = true) => ({ kind: 'failed', reason, isPermanent });
    expect(await calls('e1', message('https://169.254.169.254/'))).toEqual(failed('address-not-public'));
    expect(await calls('e1', message('https://localhost/'))).toEqual(failed('address-not-public'));
    expect(await calls('e1', message('http://hooks.example/'))).toEqual(failed('not-https'));
    const unsigned = createCalls({ secrets: [], nowMs });
    expect(await unsigned('e1', message('https://hooks.example/'))).toEqual(failed('no-signing-secret', false));
  });
});
