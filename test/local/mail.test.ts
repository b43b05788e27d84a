import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Home } from '../../local/home.ts';
import { anIdentify, aTrack } from '../builders.ts';
import { testWorkflows } from './home.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A mail server that keeps every sender waiting for its answer until it is told to take the mails. */
async function aSlowMailServer() {
  const held: (() => void)[] = [];
  const state = { url: '', taken: 0, isOpen: false };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, _session, done) => {
      stream.resume();
      stream.on('end', () => {
        state.taken++;
        if (state.isOpen) done();
        else held.push(done);
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  state.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  const open = async (): Promise<void> => {
    state.isOpen = true;
    for (const done of held.splice(0)) done();
  };
  return { state, open };
}

describe('mail to a slow server', () => {
  const people = 40;

  it('is authorised no earlier than a connection is free for it, so a crash leaves few in doubt', async () => {
    const { state, open } = await aSlowMailServer();
    const home = await Home.open({ data: ':memory:', workflows: testWorkflows, clock: 'real', smtpUrl: state.url });
    endings.push(() => home.close(), open);
    const statuses = (): readonly string[] =>
      home.db.all<{ status: string }>(`SELECT status FROM deliveries WHERE channel = 'email'`).map((row) => row.status);

    const occurredMs = Date.now();
    for (let one = 0; one < people; one++) {
      const who = { userId: `u${one}`, occurredMs };
      await home.accept([anIdentify({ email: `u${one}@b.lv` }, who), aTrack('Order Completed', {}, who)]);
    }
    await vi.waitFor(() => expect(state.taken).toBe(5), 10_000);
    expect(statuses()).toEqual(['handing', 'handing', 'handing', 'handing', 'handing']);

    await open();
    await vi.waitFor(() => expect(statuses().filter((status) => status === 'sent')).toHaveLength(people), 10_000);
    expect(state.taken).toBe(people);
  });
});
