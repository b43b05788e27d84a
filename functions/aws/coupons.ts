import type { DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { codeOf, poolState, type PoolState } from '../../core/coupon/code.ts';
import { StoreContended } from '../../core/failures.ts';
import { shareOf } from '../../core/hash.ts';
import type { CouponPool } from '../../core/journey/document.ts';
import type { Clock } from '../../core/ports.ts';
import type { Coupons } from '../parts/asking/asking.ts';
import type { Keyring } from '../parts/keyring.ts';
import {
  couponKey,
  freeCodePrefix,
  givenCodeKey,
  givenList,
  listPartition,
  listShards,
  poolPartition,
  shardOf,
  sortable,
  stockKey,
  type Key,
} from './table/keys.ts';
import { keyOf, Table } from './table/table.ts';

export interface DynamoCouponsOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly keyring: Pick<Keyring, 'sign'>;
  readonly clock: Clock;
  /** Told with each code of the last tenth of a pool, and when there was none left; which of these is news here. */
  readonly onLow?: OnLow;
}

/** @param isNews whether the pool stood otherwise when this container looked last */
export type OnLow = (pool: string, state: Exclude<PoolState, 'well'>, isNews: boolean) => void;

/** Claims that meet at one code: all but one try the next time, each with another of the first so many. */
const mostTries = 8;
const firstWindow = 8;
/** Codes so short that this many in a row are taken are as good as used up. */
const mostTaken = 100;

/**
 * Coupons in the table. One transaction takes a code off the pool's list, says that it was given out and says to whom: a
 * crash loses none, and the conditions of the last two rows let no code and no ask through twice. Codes go out in the
 * order of their document, but for those that are asked for at the same moment.
 */
export class DynamoCoupons implements Coupons {
  private readonly options: DynamoCouponsOptions;
  private readonly table: Table;
  private readonly states = new Map<string, PoolState>();
  constructor(options: DynamoCouponsOptions) {
    this.options = options;
    this.table = new Table(options.client, options.tableName);
  }

  /** @throws StoreContended where others were always first, StoreUnavailable */
  async claim(pool: CouponPool, askId: string): Promise<string | undefined> {
    for (let tries = 1; tries <= mostTries; tries++) {
      if (tries > 1) await this.options.clock.backOff(tries - 1);
      const standing = await this.given(pool.id, askId);
      if (standing !== undefined) return standing;
      const offer = await (pool.generate ? this.made(pool, askId) : this.free(pool.id, askId, tries));
      // The last one may have been this ask's, claimed by a try that runs beside this one.
      if (!offer) return this.given(pool.id, askId);
      if (await this.take(pool.id, askId, offer)) return offer.code;
    }
    throw new StoreContended(`Others were always first at the coupons of ${pool.id}.`);
  }

  private async given(pool: string, askId: string): Promise<string | undefined> {
    const row = await this.table.row(couponKey(pool, askId));
    return row?.['code']?.S;
  }

  /** The first of this ask's codes that nobody has. */
  private async made({ id, generate = {} }: CouponPool, askId: string): Promise<Offer | undefined> {
    for (let at = 0; at < mostTaken; at++) {
      const code = codeOf(this.options.keyring.sign('coupon', JSON.stringify([id, askId, at])), generate);
      if (!(await this.table.row(givenCodeKey(id, code)))) return { code };
    }
    return undefined;
  }

  /** One of the first that nobody got, a wider choice at each try; the same ask tries the same ones. */
  private async free(pool: string, askId: string, tries: number): Promise<Offer | undefined> {
    const window = tries === 1 ? 1 : firstWindow * 2 ** tries;
    const rows = await this.table.query(
      {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :free)',
        ExpressionAttributeValues: { ':pk': { S: poolPartition(pool) }, ':free': { S: freeCodePrefix } },
      },
      window,
    );
    const row = rows[Math.floor(shareOf('coupon', askId, String(tries)) * rows.length)];
    if (!row) {
      this.noteState(pool, 'empty');
      return undefined;
    }
    const [, place = '', ...code] = row['sk']!.S!.split('#');
    return { code: code.join('#'), free: { pk: row['pk']!.S!, sk: row['sk']!.S! }, place: Number(place) };
  }

  /** @returns whether it could be had */
  private async take(pool: string, askId: string, { code, free, place }: Offer): Promise<boolean> {
    const { name: TableName } = this.table;
    const put = (key: Key, more: object): TransactWriteItem => ({
      Put: { TableName, Item: { ...keyOf(key), ...more }, ConditionExpression: 'attribute_not_exists(pk)' },
    });
    const listed = {
      lk: { S: listPartition(givenList(pool), shardOf(askId, listShards)) },
      ls: { S: `${sortable(this.options.clock.nowMs())}#${askId}` },
    };
    const given = givenCodeKey(pool, code);
    const outcome = await this.table.write([
      put(couponKey(pool, askId), { code: { S: code }, ...listed }),
      put(given, { n: { S: askId } }),
      ...(free ? [{ Delete: { TableName, Key: keyOf(free), ConditionExpression: 'attribute_exists(pk)' } }] : []),
    ]);
    if (outcome === 'committed') {
      if (place !== undefined) await this.tellLow(pool, place);
      return true;
    }
    // A list that was taken up anew while its codes were given out may still hold one of them.
    if (free && (await this.table.row(given))) await this.table.delete(free);
    return false;
  }

  /** By its place in the list, which costs nothing to know: counting would read all that is left. */
  private async tellLow(pool: string, place: number): Promise<void> {
    if (!this.options.onLow) return;
    const size = Number((await this.table.row(stockKey(pool)))?.['n']?.N ?? 0);
    this.noteState(pool, poolState(Math.max(0, size - place - 1), size));
  }
  private noteState(pool: string, state: PoolState): void {
    const isNews = this.states.get(pool) !== state;
    this.states.set(pool, state);
    if (state !== 'well') this.options.onLow?.(pool, state, isNews);
  }
}

/** A code that may be had; with its row in the pool's list, where it comes from one. */
interface Offer {
  readonly code: string;
  readonly free?: Key;
  readonly place?: number;
}
