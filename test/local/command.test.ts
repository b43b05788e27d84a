import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ServerChild, startArgs } from './child.ts';
import { aFolder, basic, serverKey, token, type Item } from './home.ts';

const startAt = '2026-03-02T10:00:00.000Z';

describe('the command', () => {
  const data = aFolder();
  const api = async (server: ServerChild, method: string, path: string, body?: object): Promise<Item> => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Item;
  };
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  it('stops when it is asked to, and goes on at the same place with the same clock', async () => {
    rmSync(data, { recursive: true, force: true });
    const first = await ServerChild.start({ args: startArgs(data, '--clock', 'manual', '--now', startAt) });
    expect(statSync(data).mode & 0o777).toBe(0o700);
    await fetch(`${first.url}/v1/track`, {
      method: 'POST',
      headers: { authorization: basic(serverKey) },
      body: JSON.stringify({ userId: 'u1', event: 'Order Completed', messageId: 'kept' }),
    });
    await api(first, 'POST', '/local/clock', { by: 'P2D' });
    expect(await first.end('SIGTERM')).toBe(0);
    const second = await ServerChild.start({
      args: startArgs(data, '--clock', 'manual', '--now', '2020-01-01T00:00:00Z'),
    });
    expect((await api(second, 'GET', '/local/clock'))['now']).toBe('2026-03-04T10:00:00.000Z');
    const { items } = (await api(second, 'GET', '/api/profiles?userId=u1')) as { items: readonly Item[] };
    expect(items).toMatchObject([{ userId: 'u1', convertedAt: startAt }]);
    expect(await second.end('SIGINT')).toBe(0);
    // What a kill would have left behind.
    expect(existsSync(join(data, 'lock'))).toBe(false);
  });

  it('refuses a folder that another process uses, in a sentence', async () => {
    const first = await ServerChild.start({ args: startArgs(data) });
    const second = ServerChild.start({ args: startArgs(data) });
    await expect(second).rejects.toThrow(
      /ended with 2 before it listened: sojourn: The data folder .* is in use by process \d+\. Stop it, or use another folder with --data\./,
    );
    expect((await api(first, 'GET', '/health'))['ok']).toBe(true);
    await first.end('SIGKILL');
    // Left by a kill, the lock holds nobody up.
    const third = await ServerChild.start({ args: startArgs(data) });
    expect(await third.end('SIGTERM')).toBe(0);
  });

  it('takes an empty variable for none, so that no key is empty', async () => {
    const server = await ServerChild.start({
      args: startArgs(data),
      env: { SOJOURN_WRITE_KEY: '', SOJOURN_PUBLIC_KEY: '' },
    });
    const response = await fetch(`${server.url}/v1/track`, {
      method: 'POST',
      body: JSON.stringify({ userId: 'u1', event: 'A' }),
    });
    expect(response.status).toBe(401);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('says in a sentence what it lacks', async () => {
    const missing = ServerChild.start({ args: [...startArgs(data), '--workflows', 'no-such-folder'] });
    await expect(missing).rejects.toThrow(/ended with 2 .*There is no folder no-such-folder/);
    const broken = ServerChild.start({
      args: [...startArgs(data), '--workflows', 'test/fixtures/problems/unknown-template'],
    });
    await expect(broken).rejects.toThrow(/ended with 2 .*unknown-template/s);
  });
});
