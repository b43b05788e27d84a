import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { CouponPool } from '../../core/journey/document.ts';
import { Keyring } from '../../functions/parts/keyring.ts';
import { HomeCoupons } from '../../local/coupons.ts';
import { Database } from '../../local/store/database.ts';
import { couponsContract } from '../contracts/coupons.ts';
import { aFolder } from './home.ts';

const clock = { nowMs: () => 1_772_445_600_000 };
const keyring = new Keyring('ab'.repeat(32));

couponsContract(
  'SQLite in memory',
  async () => {
    const db = new Database(':memory:');
    const coupons = new HomeCoupons({ db, keyring, clock });
    return {
      coupons,
      stock: async (pool) => coupons.stock([pool]),
      count: (pool) => coupons.count(pool),
      // The home is one process: what is asked of it at once it does one after the other, and loses nothing on the way.
      others: () => new HomeCoupons({ db, keyring, clock }),
      close: async () => db.close(),
    };
  },
  2_000,
);

const pool = (count: number): CouponPool => ({
  id: 'gift',
  name: 'Gift',
  codes: Array.from({ length: count }, (_, at) => `G${at}`),
});

describe('coupons in a data folder', () => {
  const ends: (() => void)[] = [];
  afterEach(() => ends.splice(0).forEach((end) => end()));

  it('are counted, and are still given out after a restart', async () => {
    const folder = aFolder();
    ends.push(() => rmSync(folder, { recursive: true }));
    const open = (): [Database, HomeCoupons] => {
      const db = new Database(folder);
      const coupons = new HomeCoupons({ db, keyring, clock });
      coupons.stock([pool(3)]);
      return [db, coupons];
    };
    const [first, before] = open();
    expect(await before.claim(pool(3), 'e1')).toBe('G0');
    first.close();
    const [second, after] = open();
    expect(await after.claim(pool(3), 'e1')).toBe('G0');
    expect(await after.claim(pool(3), 'e2')).toBe('G1');
    expect(await after.count(pool(3))).toEqual({ pool: 'gift', size: 3, given: 2, left: 1 });
    after.stock([pool(1)]);
    expect(await after.count(pool(1))).toEqual({ pool: 'gift', size: 1, given: 2, left: 0 });
    second.close();
  });

  it('tell once that a tenth is left, once that there is none, and anew when codes were added', async () => {
    const db = new Database(':memory:');
    ends.push(() => db.close());
    const told: number[] = [];
    const coupons = new HomeCoupons({ db, keyring, clock, onLow: (_, left) => told.push(left) });
    coupons.stock([pool(40)]);
    for (let at = 0; at < 42; at++) await coupons.claim(pool(40), `e${at}`);
    expect(told).toEqual([3, 0]);
    coupons.stock([pool(60)]);
    for (let at = 42; at < 64; at++) await coupons.claim(pool(60), `e${at}`);
    expect(told).toEqual([3, 0, 5, 0]);
  });

  it('that are few or none when a home begins again are told of once more at most', async () => {
    const folder = aFolder();
    ends.push(() => rmSync(folder, { recursive: true }));
    const told: number[][] = [];
    for (const [from, to] of [
      [0, 37],
      [37, 40],
      [40, 43],
    ] as const) {
      const db = new Database(folder);
      const heard: number[] = [];
      const coupons = new HomeCoupons({ db, keyring, clock, onLow: (_, left) => heard.push(left) });
      coupons.stock([pool(40)]);
      for (let at = from; at < to; at++) await coupons.claim(pool(40), `e${at}`);
      told.push(heard);
      db.close();
    }
    expect(told).toEqual([[3], [0], [0]]);
  });
});
