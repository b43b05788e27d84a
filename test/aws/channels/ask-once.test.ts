import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { afterEach, describe, expect, it } from 'vitest';
import type { HandOver } from '../../../core/ports.ts';
import { askOnce, onceOptions } from '../../../functions/aws/channels/ask-once.ts';
import { aFaultyProvider, someone, type Behaviour } from './faulty-provider.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

const ask = (endpoint: string, limitMs = 400): Promise<HandOver> => {
  const client = new SESv2Client({ ...onceOptions, ...someone, endpoint });
  const command = new SendEmailCommand({ Content: { Raw: { Data: Buffer.from('Subject: Hi\r\n\r\nHi') } } });
  return askOnce(
    (abortSignal) => client.send(command, { abortSignal }),
    ({ name }) => name === 'MessageRejected',
    limitMs,
  );
};
async function askFaulty(behaviour: Behaviour): Promise<{ outcome: HandOver; count: number }> {
  const provider = await aFaultyProvider(behaviour);
  endings.push(provider.stop);
  const outcome = await ask(provider.endpoint);
  // Long enough for a second request, were there one.
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { outcome, count: provider.connections() };
}
const anError = (status: number, name: string, message = 'no'): Behaviour => ({
  status,
  headers: { 'x-amzn-errortype': name, 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
});

describe('a hand-over to a provider', () => {
  it('is accepted where the provider says so, with its id', async () => {
    const { outcome, count } = await askFaulty({ status: 200, body: '{"MessageId":"m-1"}' });
    expect(outcome).toEqual({ kind: 'accepted', providerId: 'm-1' });
    expect(count).toBe(1);
  });

  it.each([
    [400, 'MessageRejected', true],
    [400, 'NotFoundException', false],
    [403, 'AccessDeniedException', false],
    [413, 'RequestEntityTooLarge', true],
    [429, 'TooManyRequestsException', false],
    [400, 'LimitExceededException', false],
    [400, 'ThrottlingException', false],
    [503, 'ThrottlingException', false],
  ])('is refused for certain by %s %s; for ever: %s', async (status, name, isPermanent) => {
    const { outcome, count } = await askFaulty(anError(status, name, 'Not verified: ana@example.com'));
    expect(outcome).toEqual({ kind: 'refused', reason: name, isPermanent });
    expect(count).toBe(1);
  });

  it('is refused for a while by an answer of class 4 that nobody can read', async () => {
    const { outcome } = await askFaulty({ status: 429, body: '<html>Too many</html>' });
    expect(outcome).toMatchObject({ kind: 'refused', isPermanent: false });
  });

  it.each([500, 502, 503, 504])('is unknown after %s', async (status) => {
    const { outcome, count } = await askFaulty(anError(status, 'InternalFailure'));
    expect(outcome).toEqual({ kind: 'unknown', reason: `InternalFailure (${status})` });
    expect(count).toBe(1);
  });

  it.each(['reset-unread', 'reset-read', 'silence', 'half-an-answer'] as const)(
    'is unknown once a connection stood: %s',
    async (behaviour) => {
      const { outcome, count } = await askFaulty(behaviour);
      expect(outcome.kind).toBe('unknown');
      expect(count).toBe(1);
    },
  );

  it('is unknown after an acceptance that nobody can read', async () => {
    const { outcome } = await askFaulty({ status: 200, body: '<html>OK</html>' });
    expect(outcome.kind).toBe('unknown');
  });

  it('is refused for certain where nobody listens, and where no such host is', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    expect(await ask(`http://127.0.0.1:${port}`)).toEqual({
      kind: 'refused',
      reason: 'ECONNREFUSED',
      isPermanent: false,
    });
    expect(await ask('http://email.invalid', 5_000)).toMatchObject({ kind: 'refused', isPermanent: false });
  });

  it('is refused for certain where no secure connection came about', async () => {
    const mute = createServer((socket) => void endings.push(() => socket.destroy()));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    endings.push(() => mute.close());
    const { port } = mute.address() as AddressInfo;
    expect(await ask(`https://127.0.0.1:${port}`)).toMatchObject({ kind: 'refused', isPermanent: false });
  });

  it('is refused for certain where there are no credentials to ask with', async () => {
    const credentials = (): Promise<never> => Promise.reject(new Error('expired'));
    const client = new SESv2Client({
      ...onceOptions,
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:1',
      credentials,
    });
    const command = new SendEmailCommand({ Content: { Raw: { Data: Buffer.from('') } } });
    const outcome = await askOnce(
      (abortSignal) => client.send(command, { abortSignal }),
      () => false,
    );
    expect(outcome).toMatchObject({ kind: 'refused', isPermanent: false });
  });

  it('tells requests that run at once apart', async () => {
    const silent = await aFaultyProvider('silence');
    endings.push(silent.stop);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) => ask(at % 2 ? silent.endpoint : 'http://127.0.0.1:1')),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(
      Array.from({ length: 20 }, (_, at) => (at % 2 ? 'unknown' : 'refused')),
    );
  });
});
