import { describe, expect, it } from 'vitest';
import { setImmediate as turn } from 'node:timers/promises';
import type { CouponPool } from '../../core/journey/document.ts';
import { countCoupons } from '../../functions/aws/coupon-counts.ts';
import { stockPool } from '../../functions/aws/coupon-stock.ts';
import { DynamoCoupons } from '../../functions/aws/coupons.ts';
import { Table } from '../../functions/aws/table/table.ts';
import { Keyring } from '../../functions/parts/keyring.ts';
import { couponsContract } from '../contracts/coupons.ts';
import { aTable } from './a-table.ts';
import type { DoubleConfig } from './doubles/accounts.ts';
import { broken, faultyClient, type Fault } from './faults.ts';

const clock = { nowMs: () => 1_772_445_600_000, backOff: () => turn() };
const keyring = new Keyring('ab'.repeat(32));

/** The SDK's own tries would hear what one of them did not. */
const once = (config: DoubleConfig): DoubleConfig & { readonly maxAttempts: number } => ({ ...config, maxAttempts: 1 });

/** What becomes of a claim's one write. */
function faultOf(command: string, next: () => 'none' | 'lost-before' | 'lost-after'): Fault | undefined {
  const fault = command === 'TransactWriteItems' ? next() : 'none';
  return fault === 'none' ? undefined : broken('ECONNRESET', { isAfter: fault === 'lost-after' });
}

couponsContract(
  'DynamoDB Local',
  async () => {
    const table = await aTable();
    const common = { tableName: table.name, keyring, clock };
    return {
      coupons: new DynamoCoupons({ client: table.client, ...common }),
      stock: (pool) => stockPool(new Table(table.client, table.name), pool),
      count: (pool) => countCoupons(table.client, table.name, pool),
      others: (fault = () => 'none') =>
        new DynamoCoupons({
          client: faultyClient(once(table.config), (command) => faultOf(command, fault)),
          ...common,
        }),
      close: async () => table.close(),
    };
  },
  400,
);

describe('coupons in the table', () => {
  const listOf = (count: number): CouponPool => ({
    id: 'gift',
    name: 'Gift',
    codes: Array.from({ length: count }, (_, at) => `G${at}`),
  });

  it('are told to be few with each code of the last tenth and when there is none, as news once each', async () => {
    const table = await aTable();
    let told = 0;
    const news: string[] = [];
    const onLow = (_: string, state: string, isNews: boolean): void => {
      told++;
      if (isNews) news.push(state);
    };
    const coupons = new DynamoCoupons({ client: table.client, tableName: table.name, keyring, clock, onLow });
    await stockPool(new Table(table.client, table.name), listOf(40));
    const after: number[] = [];
    for (let at = 0; at < 42; at++) {
      await coupons.claim(listOf(40), `e${at}`);
      after.push(told);
    }
    expect(after.slice(35)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(news).toEqual(['low', 'empty']);
    table.close();
  });

  it('that two hundred want at the same moment are had by all of them', async () => {
    const table = await aTable();
    await stockPool(new Table(table.client, table.name), listOf(300));
    const containers = [1, 2, 3, 4].map(
      () => new DynamoCoupons({ client: table.client, tableName: table.name, keyring, clock }),
    );
    const codes = await Promise.all(
      Array.from({ length: 200 }, (_, at) => containers[at % 4]!.claim(listOf(300), `e${at}`)),
    );
    expect(new Set(codes).size).toBe(200);
    expect(codes).not.toContain(undefined);
    table.close();
  });

  it('whose list was cut off anywhere while it was taken up are whole after a second try', async () => {
    const table = await aTable();
    const whole = new Table(table.client, table.name);
    await stockPool(whole, listOf(4));
    const coupons = new DynamoCoupons({ client: table.client, tableName: table.name, keyring, clock });
    expect(await coupons.claim(listOf(4), 'e1')).toBe('G0');
    const next: CouponPool = { ...listOf(0), codes: ['N', 'G0', 'G3', 'G1'] };
    let writes = Infinity;
    const client = faultyClient(table.config, (command) =>
      ['PutItem', 'DeleteItem'].includes(command) && --writes < 0 ? broken('ECONNRESET') : undefined,
    );
    let cuts = 0;
    for (; cuts < 100; cuts++) {
      writes = cuts;
      const done = await stockPool(new Table(client, table.name), next).then(
        () => true,
        () => false,
      );
      if (done) break;
    }
    expect(cuts).toBeGreaterThan(3);
    const given = [];
    for (const askId of ['e2', 'e3', 'e4', 'e5']) given.push(await coupons.claim(next, askId));
    expect(given).toEqual(['N', 'G3', 'G1', undefined]);
    table.close();
  });

  it('whose list is taken up while they are given out go out once each', async () => {
    const table = await aTable();
    const whole = new Table(table.client, table.name);
    const coupons = new DynamoCoupons({ client: table.client, tableName: table.name, keyring, clock });
    await stockPool(whole, listOf(20));
    const turned: CouponPool = { ...listOf(0), codes: listOf(20).codes!.toReversed() };
    const asks = Array.from({ length: 20 }, (_, at) => `e${at}`);
    const [, ...codes] = await Promise.all([
      stockPool(whole, turned),
      ...asks.map((askId) => coupons.claim(turned, askId)),
    ]);
    for (const askId of ['f1', 'f2']) codes.push(await coupons.claim(turned, askId));
    const had = codes.filter((code) => code !== undefined);
    expect(new Set(had).size).toBe(had.length);
    expect(had).toHaveLength(20);
    table.close();
  });
});
