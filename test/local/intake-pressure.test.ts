import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Message } from '../../core/event/event.ts';
import { StoreContended, StoreUnavailable } from '../../core/failures.ts';
import { Intake, type IntakeOptions } from '../../functions/parts/http/intake.ts';
import { basic, LocalHome, serverKey, somebody, startMs } from './home.ts';

let local: LocalHome;
beforeAll(async () => {
  local = await LocalHome.open();
});
afterAll(() => local.close());

describe('pressure', () => {
  const clock = { nowMs: () => startMs };
  const intakeWith = (over: Partial<IntakeOptions>): { intake: Intake; errors: unknown[] } => {
    const errors: unknown[] = [];
    const accept = async (messages: readonly Message[]) =>
      messages.map(({ messageId }) => ({ messageId, status: 'accepted' as const }));
    const options: IntakeOptions = {
      accept,
      durable: async () => undefined,
      clock,
      newMessageId: () => 'made-here',
      trustOf: () => 'server',
      mostAtOnce: 2,
      onError: (error) => errors.push(error),
      ...over,
    };
    return { intake: new Intake(options), errors };
  };
  const message = Buffer.from('{"userId":"u1","event":"A"}');
  const take = (intake: Intake) =>
    intake.handle({ method: 'POST', path: '/v1/track', authorization: basic('k'), body: message });
  const told = ({ status, headers, body }: Awaited<ReturnType<typeof take>>) => [
    status,
    (JSON.parse(body) as { error?: { code: string } }).error?.code,
    headers['retry-after'],
  ];

  it('asks a caller to come again where too much is under way, and takes the next once there is room', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { intake } = intakeWith({ durable: () => gate });
    const first = [take(intake), take(intake)];
    expect(told(await take(intake))).toEqual([503, 'overloaded', '1']);
    release();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await take(intake)).status).toBe(200);
  });
  it('answers 429 where a person is written to by many, and 503 where the store does not answer', async () => {
    const failing = (error: Error) => intakeWith({ accept: () => Promise.reject(error) }).intake;
    expect(told(await take(failing(new StoreContended('busy'))))).toEqual([429, 'contended', '1']);
    expect(told(await take(failing(new StoreUnavailable('gone'))))).toEqual([503, 'unavailable', '1']);
  });
  it('never acknowledges what did not reach the disk', async () => {
    const { intake, errors } = intakeWith({ durable: () => Promise.reject(new Error('disk full')) });
    expect(told(await take(intake))).toEqual([500, 'internal', undefined]);
    expect(errors).toHaveLength(1);
    // Room is made again after a failure.
    for (let count = 0; count < 5; count++) expect((await take(intake)).status).toBe(500);
  });
});

describe('a body', () => {
  const head = (path: string, key: string, more: string): string =>
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${basic(key)}\r\n${more}\r\n\r\n`;
  const wanted = 'content-length: 100';
  /** A connection, with all that came back so far. */
  const dial = (port: number = local.server.port): { socket: Socket; heard: (status: number) => Promise<string> } => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const heard = (status: number): Promise<string> =>
      new Promise((resolve, reject) => {
        const look = (): void => (text.includes(`HTTP/1.1 ${status} `) ? resolve(text) : undefined);
        socket.on('data', look).on('close', () => reject(new Error(`Closed after: ${text}`)));
        look();
      });
    socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined);
    return { socket, heard };
  };

  it.each([
    ['a wrong key', '/v1/track', 'wrong', wanted, 401],
    ['no such call', '/v1/tracks', serverKey, wanted, 404],
    ['a packing not known', '/v1/track', serverKey, `${wanted}\r\ncontent-encoding: br`, 415],
    ['a length over the limit', '/v1/track', serverKey, 'content-length: 32769', 413],
  ])('is not waited for where the head says enough: %s', async (_name, path, key, more, status) => {
    const { socket, heard } = dial();
    socket.write(head(path, key, more));
    await heard(status);
    socket.destroy();
  });

  it('is read no further than its limit, and the answer does not wait for its end', async () => {
    const { socket, heard } = dial();
    socket.write(head('/v1/track', serverKey, 'transfer-encoding: chunked'));
    const chunk = `8000\r\n${' '.repeat(32_768)}\r\n`;
    socket.write(chunk + chunk);
    await heard(413);
    // What goes on for ever is cut off.
    const sending = setInterval(() => socket.write(chunk.repeat(16)), 1);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(sending);
    expect(socket.bytesWritten).toBeLessThan(20_000_000);
  });

  it('of a refused request is passed over, and the connection goes on', async () => {
    const { socket, heard } = dial();
    const body = JSON.stringify({ userId: somebody(), event: 'A' });
    const length = `content-length: ${body.length}`;
    socket.write(head('/v1/track', 'wrong', length) + body + head('/v1/track', serverKey, length) + body);
    const text = await heard(200);
    expect(text.indexOf('HTTP/1.1 401 ')).toBe(0);
    socket.destroy();
  });

  it('is answered before what follows it and is no request', async () => {
    const { socket, heard } = dial();
    const body = JSON.stringify({ userId: somebody(), event: 'A' });
    socket.write(`${head('/v1/track', serverKey, `content-length: ${body.length}`)}${body}\x00\x01 garbage\r\n\r\n`);
    const text = await heard(400);
    expect(text.indexOf('HTTP/1.1 200 ')).toBe(0);
    socket.destroy();
  });

  it('of a caller without a key in the head takes no more than half of the room', async () => {
    const crowd = Array.from({ length: 200 }, () => dial());
    const keyless = head('/v1/track', serverKey, wanted).replace(/authorization: .*\r\n/, '');
    for (const { socket } of crowd) socket.write(`${keyless}{`);
    const sent = { userId: somebody(), event: 'A' };
    const answered = async (body: object): Promise<number> =>
      (await local.call({ method: 'POST', path: '/v1/track', body })).status;
    await vi.waitUntil(async () => (await answered({ ...sent, writeKey: serverKey })) === 503);
    expect((await local.post('/v1/track', sent)).status).toBe(200);
    for (const { socket } of crowd) socket.destroy();
    await vi.waitUntil(async () => (await answered({ ...sent, writeKey: serverKey })) === 200);
  });

  it('has its place among 256 while it comes, and gives it back where its caller goes away', async () => {
    const crowd = Array.from({ length: 256 }, () => dial());
    for (const { socket } of crowd) socket.write(`${head('/v1/track', serverKey, wanted)}{`);
    const answered = async (): Promise<number> =>
      (await local.post('/v1/track', { userId: somebody(), event: 'A' })).status;
    await vi.waitUntil(async () => (await answered()) === 503);
    for (const { socket } of crowd) socket.destroy();
    await vi.waitUntil(async () => (await answered()) === 200);
  });
});

describe('the host', () => {
  const callAs = (host: string, path: string, port: number = local.server.port): Promise<number> =>
    new Promise((resolve, reject) => {
      request({ port, host: '127.0.0.1', path, headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  it('may be given more names', async () => {
    const named = await LocalHome.open({ hosts: ['shop.internal'] });
    const call = (host: string): Promise<number> => callAs(host, '/health', named.server.port);
    expect([await call('shop.internal'), await call('shop.internal:80'), await call('other.internal')]).toEqual([
      200, 200, 403,
    ]);
    await named.close();
  });
  it('is answered under the names of loopback and under no other', async () => {
    const { port } = local.server;
    for (const host of ['127.0.0.1', `127.0.0.1:${port}`, 'localhost', `LOCALHOST:${port}`, `[::1]:${port}`])
      expect([host, await callAs(host, '/health')]).toEqual([host, 200]);
    for (const host of [
      'evil.example',
      'evil.example:4000',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '[::2]',
      'localhost:x',
    ])
      for (const path of ['/health', '/v1/track', '/api/journeys', '/outbox'])
        expect([host, path, await callAs(host, path)]).toEqual([host, path, 403]);
  });
});
