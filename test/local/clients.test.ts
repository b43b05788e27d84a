import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Analytics as Segment } from '@segment/analytics-node';
import Rudder from '@rudderstack/rudder-sdk-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalHome, serverKey } from './home.ts';

const names = ['Alias Given', 'Group Joined', 'Identified', 'Page Viewed', 'Screen Viewed', 'Song Played'];

let local: LocalHome;
beforeEach(async () => {
  // A real clock: the clients stamp what they send with the machine's.
  local = await LocalHome.open({ clock: 'real' });
});
afterEach(() => local.close());

/** What stands before the home on its way: it may refuse, or lose the answer. */
type Trouble = 'none' | 'refuse' | 'lose-answer';
class Door {
  readonly requests: readonly Trouble[];
  readonly url: string;
  private readonly server: Server;
  private constructor(server: Server, requests: Trouble[]) {
    this.server = server;
    this.requests = requests;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  /** @param troubles of the first requests, in order; the others pass */
  static async open(target: LocalHome, troubles: readonly Trouble[]): Promise<Door> {
    const requests: Trouble[] = [];
    const server = createServer((request, response) => {
      const trouble = troubles[requests.length] ?? 'none';
      requests.push(trouble);
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (trouble === 'refuse') return response.writeHead(503, { 'retry-after': '1' }).end('{}');
        const headers = {
          authorization: request.headers.authorization ?? '',
          'content-encoding': request.headers['content-encoding'] ?? '',
        };
        void target
          .call({ method: request.method ?? '', path: request.url ?? '', body: Buffer.concat(chunks), headers })
          .then((answer) => {
            if (trouble === 'lose-answer') request.socket.destroy();
            else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.text);
          });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Door(server, requests);
  }
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

/** What arrived: each event once, about one known person whose visit as a stranger was joined to them. */
async function expectAllOnce(): Promise<void> {
  const profile = await local.profile('u1');
  expect(profile['traits']).toMatchObject({ plan: 'gold', email: 'ana@clients.example' });
  expect(profile['groups']).toEqual([{ type: 'company', groupId: 'g1' }]);
  expect(profile['identifiers']).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'email', value: 'ana@clients.example', verified: true }),
      expect.objectContaining({ kind: 'anonymousId', value: 'visitor-1' }),
    ]),
  );
  const events = await local.events('u1');
  expect(events.map((event) => event['name']).toSorted()).toEqual(names);
  expect(local.countEvents()).toBe(names.length);
  for (const event of events) expect(Math.abs(Date.parse(String(event['at'])) - Date.now())).toBeLessThan(60_000);
  expect(events.find((event) => event['name'] === 'Song Played')?.['properties']).toEqual({
    title: 'A Song',
    seconds: 61.5,
  });
  expect(local.problems).toEqual([]);
}

describe('the Segment client', () => {
  const open = (host: string, options: object = {}): Segment =>
    new Segment({ writeKey: serverKey, host, flushInterval: 50, ...options });

  const makeAllCalls = (client: Segment): void => {
    client.page({ anonymousId: 'visitor-1', name: 'Home' });
    client.alias({ userId: 'u1', previousId: 'visitor-1' });
    client.identify({ userId: 'u1', traits: { plan: 'gold', email: 'ana@clients.example' } });
    client.track({ userId: 'u1', event: 'Song Played', properties: { title: 'A Song', seconds: 61.5 } });
    client.screen({ userId: 'u1', name: 'Player' });
    client.group({ userId: 'u1', groupId: 'g1' });
  };

  it('delivers all calls and flushes at its end', async () => {
    const client = open(local.server.url);
    const failures: unknown[] = [];
    client.on('error', (error) => failures.push(error));
    makeAllCalls(client);
    await client.closeAndFlush();
    expect(failures).toEqual([]);
    await expectAllOnce();
  });

  it('comes again after a 503 and after a lost answer, and nothing is stored twice', async () => {
    const door = await Door.open(local, ['refuse', 'lose-answer']);
    const client = open(door.url, { flushAt: 20 });
    makeAllCalls(client);
    await client.closeAndFlush({ timeout: 30_000 });
    expect(door.requests).toEqual(['refuse', 'lose-answer', 'none']);
    await expectAllOnce();
    await door.close();
  });

  it('is told that its key is wrong', async () => {
    const client = new Segment({ writeKey: 'wrong', host: local.server.url, flushInterval: 50 });
    const failures: { readonly reason?: unknown }[] = [];
    client.on('error', (error) => failures.push(error));
    client.track({ userId: 'u1', event: 'Song Played' });
    await client.closeAndFlush();
    expect(String(failures[0]?.reason)).toContain('401');
    expect(local.countEvents()).toBe(0);
  });
});

describe('the RudderStack client', () => {
  const open = (dataPlaneUrl: string, options: object = {}): Rudder =>
    new Rudder(serverKey, { dataPlaneUrl, logLevel: 'none', flushInterval: 50, ...options });
  const flushed = async (client: Rudder): Promise<void> => {
    // It sends its first message at once and the rest with the next flush.
    await client.flush();
    await client.flush();
  };

  const makeAllCalls = (client: Rudder): void => {
    client.page({ anonymousId: 'visitor-1', name: 'Home' });
    client.alias({ userId: 'u1', previousId: 'visitor-1' });
    client.identify({ userId: 'u1', traits: { plan: 'gold', email: 'ana@clients.example' } });
    client.track({ userId: 'u1', event: 'Song Played', properties: { title: 'A Song', seconds: 61.5 } });
    client.screen({ userId: 'u1', name: 'Player' });
    client.group({ userId: 'u1', groupId: 'g1' });
  };

  it.each([
    ['compressed, as it does by default', {}],
    ['as they are', { gzip: false }],
  ])('delivers all calls %s', async (_, options) => {
    const client = open(local.server.url, options);
    makeAllCalls(client);
    await flushed(client);
    await expectAllOnce();
  });

  it('comes again after a 503 and after a lost answer, and nothing is stored twice', async () => {
    const door = await Door.open(local, ['refuse', 'lose-answer', 'none', 'refuse', 'lose-answer']);
    const client = open(door.url, { axiosRetryConfig: { retryDelay: () => 20 } });
    makeAllCalls(client);
    await flushed(client);
    expect(door.requests.slice(0, 2)).toEqual(['refuse', 'lose-answer']);
    expect(door.requests.length).toBeGreaterThanOrEqual(5);
    await expectAllOnce();
    await door.close();
  });
});
