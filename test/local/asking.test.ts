import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Home } from '../../local/home.ts';
import { HomeServer } from '../../local/server.ts';
import { startMs } from '../builders.ts';
import { aFolder, testWorkflows, token } from './home.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});
const folder = (): string => {
  const made = aFolder();
  endings.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
};

/** The workflows of the tests, with more documents. */
function workflows(files: { readonly [path: string]: unknown }): string {
  const made = folder();
  cpSync(testWorkflows, made, { recursive: true });
  for (const [path, body] of Object.entries(files)) {
    mkdirSync(dirname(join(made, path)), { recursive: true });
    writeFileSync(join(made, path), typeof body === 'string' ? body : JSON.stringify(body));
  }
  return made;
}
const open = async (data: string, from: string, more: object = {}): Promise<Home> => {
  const home = await Home.open({ data, workflows: from, clock: 'manual', startMs, ...more });
  endings.push(() => home.close());
  return home;
};
const journey = (steps: readonly object[]) => ({
  id: 'gift',
  name: 'Gift',
  stage: 'retention',
  kind: 'transactional',
  entry: { on: { event: 'Bought' }, again: 'always' },
  steps,
});
const coupons = {
  'coupons/gift.coupon.json': { id: 'gift', name: 'A gift', codes: ['G-1', 'G-2', 'G-3'] },
  'coupons/made.coupon.json': { id: 'made', name: 'Made ones', generate: { prefix: 'M-' } },
};

/** Webhooks that were handed over, in order. */
const handed = (home: Home): readonly unknown[] =>
  home.db
    .all<{ delivery_id: string }>('SELECT delivery_id FROM outbox ORDER BY handed_ms, rowid')
    .map(({ delivery_id }) => home.outbox.message(delivery_id))
    .map((message) => (message?.channel === 'webhook' ? message.body : message));

describe('pools of coupons at home', () => {
  it('are listed with what they have left', async () => {
    const home = await open(':memory:', workflows(coupons));
    const server = await HomeServer.listen({ home, port: 0, token, onError: () => undefined });
    endings.push(() => server.close());
    await home.ports.asking.ask({ kind: 'coupon', askId: 'e1-gift', pool: 'gift' });
    await home.ports.asking.ask({ kind: 'coupon', askId: 'e1-made', pool: 'made' });
    const headers = { authorization: `Bearer ${token}` };
    expect(await (await fetch(`${server.url}/api/coupons`, { headers })).json()).toEqual({
      items: [
        { pool: 'gift', name: 'A gift', size: 3, given: 1, left: 2 },
        { pool: 'made', name: 'Made ones', given: 1 },
      ],
    });
  });
});
