import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveYear } from '../../examples/shop/live.ts';
import { afterConversion, summarise, type YearSummary } from '../../examples/shop/summary.ts';
import { Home } from '../../local/home.ts';
import { isDeep } from '../properties.ts';

/** A whole year in the deep run; else a hundred days of fewer people, which hold everything but reactivation's end. */
const size = isDeep ? { people: 600, days: 365 } : { people: 500, days: 110 };
const startMs = Date.UTC(2025, 10, 1);

async function live(): Promise<Home> {
  const home = await Home.open({ data: ':memory:', workflows: 'workflows', clock: 'fast', startMs, seed: 'shop' });
  await liveYear(home, [7, { ...size, startMs }], () => undefined);
  await home.scheduler.wind(startMs + size.days * 86_400_000);
  return home;
}

describe('a year of the shop', () => {
  let home: Home;
  let summary: YearSummary;
  beforeAll(async () => {
    home = await live();
    summary = summarise(home);
  }, 600_000);
  afterAll(() => home.close());

  it('gives every shipped journey entries, exits and goals', () => {
    expect(summary.journeys.map(({ id }) => id).sort()).toEqual([
      'abandoned-cart',
      'churn-prevention',
      'cross-sell',
      'reactivation',
      'replenishment',
      'review-referral',
      'second-purchase',
      'trial-to-paid',
      'welcome',
    ]);
    for (const { id, entered, goals, exits } of summary.journeys) {
      expect(entered, id).toBeGreaterThan(0);
      expect(goals, id).toBeGreaterThan(0);
      const ways = exits.map(({ name }) => name);
      expect(ways, id).toEqual(expect.arrayContaining(['completed', expect.stringMatching(/^exit-|^converted$/)]));
    }
  });

  it('sends over three channels and more, and refuses for six reasons and more', () => {
    expect(summary.sent.map(({ name }) => name)).toEqual(expect.arrayContaining(['email', 'push', 'sms']));
    expect(summary.refused.length).toBeGreaterThanOrEqual(6);
  });

  it('holds duplicates, late events, merges, bounces and complaints', () => {
    const count = (sql: string): number => home.db.get<{ n: number }>(sql)?.n ?? 0;
    expect(summary.merged).toBeGreaterThan(0);
    expect(
      count(`SELECT count(*) AS n FROM events WHERE json_extract(body, '$.receivedMs') - occurred_ms > 86400000`),
    ).toBeGreaterThan(0);
    for (const name of ['Email Bounced', 'Email Complained', 'Email Unsubscribed']) {
      expect(count(`SELECT count(*) AS n FROM events WHERE name = '${name}'`)).toBeGreaterThan(0);
    }
    expect(summary.suppressed).toBeGreaterThan(0);
  });

  it('hands no acquisition message to somebody whose conversion had been accepted, asked of the outbox', () => {
    expect(summary.afterConversion).toBe(0);
    const planted = home.db.get<{ id: string; profile: string; ms: number }>(
      `SELECT delivery_id AS id, profile_id AS profile, handed_ms AS ms FROM outbox JOIN deliveries USING (delivery_id) WHERE journey_id = 'welcome' LIMIT 1`,
    )!;
    home.db.write(() =>
      home.db.run(
        'INSERT INTO commit_facts VALUES (?, 0, ?)',
        planted.profile,
        JSON.stringify([['conversion', 'planted', planted.ms - 1, {}]]),
      ),
    );
    expect(afterConversion(home.db)).toBeGreaterThan(0);
  });

  it('is the same year again with the same seed', async () => {
    const again = await live();
    const trace = (of: Home): unknown =>
      of.db.all('SELECT delivery_id, status, reason, at_ms FROM deliveries ORDER BY delivery_id');
    expect(trace(again)).toEqual(trace(home));
    await again.close();
  }, 600_000);
});
