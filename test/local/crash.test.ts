import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { isDeep } from '../properties.ts';
import { Chance } from './chance.ts';
import { ServerChild, startArgs } from './child.ts';
import { FolderTruth } from './folder-truth.ts';
import { aFolder, token } from './home.ts';
import { Load } from './load.ts';
import { Mailbox } from './mailbox.ts';

const kills = isDeep ? 200 : 25;
/** Of these under a clock that is wound; the others under a real one, with mail leaving the machine. */
const woundKills = Math.floor(kills / 3);
/** The others, by data folder: what is read after each kill grows with what was sent before. */
const lives = Array.from({ length: isDeep ? 4 : 1 }, (_, life) => life + 1);
const killsPerLife = Math.ceil((kills - woundKills) / lives.length);

const headers = { authorization: `Bearer ${token}` };
const api = async (
  server: ServerChild,
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly [key: string]: unknown }> => {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as { readonly [key: string]: unknown };
};

/** Ids of all deliveries that are listed as in doubt. */
async function unknownDeliveries(server: ServerChild): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let query = ''; ;) {
    const page = await api(server, 'GET', `/api/deliveries?status=unknown&limit=1000${query}`);
    for (const { deliveryId } of page['items'] as readonly { deliveryId: string }[]) found.add(deliveryId);
    if (page['next'] === undefined) return found;
    query = `&cursor=${String(page['next'])}`;
  }
}

/** What must hold of a folder at whatever instant its process was killed. */
function expectSound(truth: FolderTruth, load: Load): void {
  expect(truth.integrity()).toEqual(['ok']);
  const events = truth.events();
  expect(load.acked.filter(({ messageId }) => events.get(messageId) !== 1)).toEqual([]);
  expect([...events].filter(([, count]) => count !== 1)).toEqual([]);
  expect(truth.tornProfiles()).toEqual([]);
  expect(truth.contradictions()).toEqual([]);
  expect(truth.falseLists()).toEqual([]);
  expect(truth.strandedEnrollments()).toEqual([]);
  const outbox = truth.outbox();
  const deliveries = truth.deliveries();
  expect(deliveries.filter(({ id, status }) => status === 'sent' && !outbox.has(id))).toEqual([]);
  const statuses = new Map(deliveries.map(({ id, status }) => [id, status]));
  expect([...outbox].filter((id) => !['handing', 'sent'].includes(statuses.get(id) ?? 'no row'))).toEqual([]);
}

/** What must hold besides once everything that was begun has been carried out. */
function expectSettled(truth: FolderTruth, nowMs: number): void {
  expect(truth.outgoing()).toBe(0);
  expect(truth.openDeliveries()).toEqual([]);
  expect(truth.unheldEnrollments(nowMs)).toEqual([]);
  expect(truth.unansweredOrders()).toEqual([]);
  const { said, stored } = truth.emitted();
  expect(stored).toBe(said);
}

const folders: string[] = [];
const folder = (): string => {
  const made = aFolder();
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

describe('a process that is killed at any instant', () => {
  let mailbox: Mailbox;
  beforeEach(async () => {
    mailbox = await Mailbox.open();
  });
  afterEach(() => mailbox.close());

  it.each(lives)(
    `loses no event and hands over no mail twice: ${killsPerLife} kills under a real clock (%i)`,
    async (life) => {
      const chance = new Chance(inject('seed') + 100 * life);
      const load = new Load(chance, `real-${life}`);
      const data = folder();
      const start = (): Promise<ServerChild> =>
        ServerChild.start({ args: startArgs(data), env: { SOJOURN_SMTP_URL: mailbox.url } });

      for (let kill = 0; kill < killsPerLife; kill++) {
        const server = await start();
        const loading = load.sendTo(server.url, 8);
        // Half of them while it still takes up what the last kill left, half of them under way.
        if (kill % 2 === 1) await load.acknowledged(60);
        await sleep(chance.between(20, 700));
        await server.end('SIGKILL');
        load.stop();
        await loading;
        const truth = new FolderTruth(data);
        expectSound(truth, load);
        truth.close();
      }

      // The same folder under a clock that can be wound: two hours let every wait and every doubt end.
      const now = new Date(Date.now() + 1_000).toISOString();
      const args = startArgs(data, '--clock', 'manual', '--now', now);
      const server = await ServerChild.start({ args, env: { SOJOURN_SMTP_URL: mailbox.url } });
      await api(server, 'POST', '/local/clock', { by: 'PT2H' });
      const listed = await unknownDeliveries(server);
      expect(await server.end('SIGTERM')).toBe(0);
      const truth = new FolderTruth(data);
      expectSound(truth, load);
      expectSettled(truth, Date.parse(now) + 7_200_000);
      expect(truth.activeEnrollments()).toBe(0);

      const mails = truth.deliveries().filter(({ channel }) => channel === 'email');
      expect([...mailbox.taken].filter(([, times]) => times !== 1)).toEqual([]);
      expect(mails.filter(({ id, status }) => status === 'sent' && !mailbox.taken.has(id))).toEqual([]);
      const known = new Map(mails.map(({ id, status }) => [id, status]));
      expect([...mailbox.taken.keys()].filter((id) => known.get(id) !== 'sent' && !listed.has(id))).toEqual([]);
      expect(mails.filter(({ id, status }) => status === 'unknown' && !listed.has(id))).toEqual([]);
      // One for each of five connections, at each kill.
      expect(listed.size).toBeLessThanOrEqual(5 * killsPerLife);
      truth.close();
      console.log(
        `real clock: ${load.acked.length} events acknowledged, ${mailbox.taken.size} mails taken, ${listed.size} listed as unknown`,
      );
      expect(load.acked.length).toBeGreaterThan(killsPerLife);
      expect(mailbox.taken.size).toBeGreaterThan(killsPerLife / 2);
    },
  );

  it(`goes on where it stood: ${woundKills} kills while the clock is wound`, async () => {
    const chance = new Chance(inject('seed') + 1);
    const load = new Load(chance, 'wound');
    const data = folder();
    const start = (): Promise<ServerChild> =>
      ServerChild.start({ args: startArgs(data, '--clock', 'manual', '--now', '2026-03-02T10:00:00Z') });
    let reachedMs = 0;

    for (let kill = 0; kill < woundKills; kill++) {
      const server = await start();
      const nowMs = Date.parse(String((await api(server, 'GET', '/local/clock'))['now']));
      expect(nowMs).toBeGreaterThanOrEqual(reachedMs);
      const loading = load.sendTo(server.url, 4);
      const winding = (async () => {
        for (;;) {
          await sleep(chance.between(0, 10));
          const { now } = await api(server, 'POST', '/local/clock', {
            by: chance.pick(['PT1S', 'PT7S', 'PT40M', 'P3D']),
          });
          reachedMs = Math.max(reachedMs, Date.parse(String(now)));
        }
      })().catch((error: unknown) => {
        if (!(error instanceof TypeError)) throw error;
      });
      await sleep(chance.between(100, 900));
      await server.end('SIGKILL');
      load.stop();
      await Promise.all([loading, winding]);
      const truth = new FolderTruth(data);
      expectSound(truth, load);
      const { latestMs, clockMs } = truth.instants();
      expect(clockMs).toBeGreaterThanOrEqual(latestMs);
      truth.close();
    }

    const server = await start();
    await api(server, 'POST', '/local/clock', { by: 'PT2H' });
    const { now } = await api(server, 'GET', '/local/clock');
    expect(await server.end('SIGTERM')).toBe(0);
    const truth = new FolderTruth(data);
    expectSound(truth, load);
    expectSettled(truth, Date.parse(String(now)));
    // With no mail server between, nothing is ever in doubt.
    expect(truth.deliveries().filter(({ status }) => status === 'unknown')).toEqual([]);
    truth.close();
    console.log(`wound clock: ${load.acked.length} events acknowledged`);
    expect(load.acked.length).toBeGreaterThan(kills);
  });
});
