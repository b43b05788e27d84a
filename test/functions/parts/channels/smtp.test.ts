import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { EmailMessage } from '../../../../core/message/message.ts';
import { createSmtp, type Smtp } from '../../../../functions/parts/channels/smtp.ts';

const anEmail = (given: Partial<EmailMessage> = {}): EmailMessage => ({
  channel: 'email',
  to: 'ana@example.com',
  from: 'Shop <hello@shop.example>',
  subject: 'Hi Ana',
  html: '<p>Hi</p>',
  text: 'Hi',
  headers: { 'List-Unsubscribe': '<https://shop.example/u/1>' },
  tags: { deliveryId: 'd-1' },
  ...given,
});
const timeouts = { connectMs: 1_000, greetingMs: 1_000, silenceMs: 300 };

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});
const connect = (port: number): Smtp => {
  const smtp = createSmtp(`smtp://127.0.0.1:${port}`, timeouts);
  endings.push(() => smtp.close());
  return smtp;
};
const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));

/** A mail server that keeps what it takes. */
async function aMailServer(options: SMTPServerOptions = {}) {
  const taken: { recipients: string[]; content: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, session, done) => {
      void readAll(stream).then((content) => {
        taken.push({ recipients: session.envelope.rcptTo.map(({ address }) => address), content });
        done();
      });
    },
    ...options,
  });
  endings.push(() => server.close());
  return { port: await listen(server.server), taken };
}

type Answer = string | 'drop' | 'silence';

/** A mail server that answers one command as told, and counts how often it was asked. */
async function aFaultyServer(command: string, answer: Answer) {
  const seen = { count: 0, connections: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    seen.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    let isContent = false;
    const reply = (name: string, usual: string): void => {
      if (name !== command) return void socket.write(`${usual}\r\n`);
      seen.count += 1;
      if (answer === 'drop') socket.destroy();
      else if (answer !== 'silence') socket.write(`${answer}\r\n`);
    };
    reply('GREETING', '220 ready');
    let buffer = '';
    socket.on('data', (chunk: Buffer) => {
      buffer += chunk.toString();
      for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (isContent && line !== '.') continue;
        if (line === '.') isContent = false;
        const name = line === '.' ? 'CONTENT' : (line.split(/[ :]/)[0] ?? '').toUpperCase();
        if (name === 'DATA') isContent = command !== 'DATA';
        reply(name, name === 'DATA' ? '354 go on' : '250 ok');
      }
    });
  });
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: await listen(server), seen };
}

describe('createSmtp', () => {
  it('hands a mail over once, with its headers and a message id made of the delivery', async () => {
    const { port, taken } = await aMailServer();
    const outcome = await connect(port).send(anEmail());
    expect(outcome).toEqual({ kind: 'accepted', providerId: '<d-1@shop.example>' });
    expect(taken).toHaveLength(1);
    const content = taken[0]?.content ?? '';
    for (const header of [
      'List-Unsubscribe: <https://shop.example/u/1>',
      'X-Sojourn-Delivery: d-1',
      'Subject: Hi Ana',
      'To: ana@example.com',
    ])
      expect(content).toContain(header);
    expect(content).toContain('multipart/alternative');
  });

  it('makes no second recipient of a comma and no header of a line break', async () => {
    const { port, taken } = await aMailServer();
    const smtp = connect(port);
    await smtp.send(anEmail({ to: 'ana@example.com, eve@example.com' }));
    await smtp.send(anEmail({ subject: 'Hi\r\nBcc: eve@example.com', tags: { deliveryId: 'd-2' } }));
    expect(taken.flatMap(({ recipients }) => recipients)).not.toContain('eve@example.com');
    for (const { content } of taken) expect(content.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im);
  });

  it('is refused for certain where nobody listens, and where no such host is', async () => {
    const closed = createServer();
    const port = await listen(closed);
    await new Promise((resolve) => closed.close(resolve));
    expect(await connect(port).send(anEmail())).toEqual({ kind: 'refused', reason: 'ECONNREFUSED', isDefinite: true });
    const nowhere = createSmtp('smtp://mail.invalid', timeouts);
    endings.push(() => nowhere.close());
    expect(await nowhere.send(anEmail())).toMatchObject({ kind: 'refused', isDefinite: true });
  });

  it.each([
    ['GREETING', '421 busy'],
    ['MAIL', '451 try later'],
    ['RCPT', '550 no such person'],
    ['DATA', '452 full'],
    ['CONTENT', '554 spam'],
    ['CONTENT', '421 closing'],
  ])('is refused for certain by a reply to %s of %s', async (command, answer) => {
    const { port, seen } = await aFaultyServer(command, answer);
    const outcome = await connect(port).send(anEmail());
    expect(outcome).toEqual({ kind: 'refused', reason: `replied ${answer.slice(0, 3)}`, isDefinite: true });
    expect(seen.count).toBe(1);
  });

  it.each(['GREETING', 'MAIL', 'RCPT', 'DATA'])(
    'is refused for certain when the line breaks at %s',
    async (command) => {
      for (const fault of ['drop', 'silence'] as const) {
        const { port, seen } = await aFaultyServer(command, fault);
        expect(await connect(port).send(anEmail())).toMatchObject({ kind: 'refused', isDefinite: true });
        expect(seen.connections).toBe(1);
      }
    },
  );

  it.each(['drop', 'silence'] as const)('is unknown after the content: %s', async (fault) => {
    const { port, seen } = await aFaultyServer('CONTENT', fault);
    expect(await connect(port).send(anEmail())).toMatchObject({ kind: 'unknown' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen).toEqual({ count: 1, connections: 1 });
  });

  it('goes on after a refusal', async () => {
    let asked = 0;
    const { port, taken } = await aMailServer({
      onRcptTo: (_address, _session, done) =>
        done(asked++ === 0 ? Object.assign(new Error('no'), { responseCode: 550 }) : undefined),
    });
    const smtp = connect(port);
    expect(await smtp.send(anEmail())).toMatchObject({ kind: 'refused' });
    expect(await smtp.send(anEmail({ tags: { deliveryId: 'd-2' } }))).toMatchObject({ kind: 'accepted' });
    expect(taken).toHaveLength(1);
  });

  it('does not wait 40 ms a mail for delayed acknowledgements', async () => {
    const { port, taken } = await aMailServer();
    const smtp = connect(port);
    await smtp.send(anEmail());
    const html = `<p>${'x'.repeat(15_000)}</p>`;
    const startedMs = performance.now();
    for (let count = 0; count < 50; count += 1) await smtp.send(anEmail({ html, tags: { deliveryId: `d-${count}` } }));
    const perMailMs = (performance.now() - startedMs) / 50;
    console.log(`SMTP, one after another: ${perMailMs.toFixed(2)} ms a mail`);
    expect(taken).toHaveLength(51);
  });
});
