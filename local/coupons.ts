import { codeOf, poolState, type PoolCount, type PoolState } from '../core/coupon/code.ts';
import type { CouponPool } from '../core/journey/document.ts';
import type { Clock } from '../core/ports.ts';
import type { Coupons } from '../functions/parts/asking/asking.ts';
import type { Keyring } from '../functions/parts/keyring.ts';
import type { Database } from './store/database.ts';

/** Codes so short that this many in a row are taken are as good as used up. */
const mostTaken = 100;

export interface HomeCouponsOptions {
  readonly db: Database;
  readonly keyring: Pick<Keyring, 'sign'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Told once when a tenth of a pool is left, and once when nothing is; of a pool that got new codes, anew. */
  readonly onLow?: (pool: string, left: number) => void;
}

/**
 * Coupons at home: a code and whose it is stand in one row, written in one transaction; a crash loses neither. A code
 * that was given out stays given out, whatever becomes of its pool.
 */
export class HomeCoupons implements Coupons {
  private readonly options: HomeCouponsOptions;
  /** Codes left of each list: counted once, since counting reads the whole pool. */
  private readonly left = new Map<string, number>();
  private readonly states = new Map<string, PoolState>();
  constructor(options: HomeCouponsOptions) {
    this.options = options;
  }

  /** Takes up the codes of pools as their documents now have them; those that nobody got and that are gone from there go. */
  stock(pools: Iterable<CouponPool>): void {
    for (const { id, codes } of pools) if (codes) this.stockPool(id, codes);
  }
  private stockPool(pool: string, codes: readonly string[]): void {
    const { db } = this.options;
    type Row = { code: string; place: number | null; ask_id: string | null };
    const rows = db.all<Row>('SELECT code, place, ask_id FROM coupons WHERE pool = ?', pool);
    const standing = new Map(rows.map((row) => [row.code, row]));
    const wanted = new Map(codes.map((code, place) => [code, place]));
    const gone = rows.filter((row) => row.place !== null && !wanted.has(row.code));
    const moved = [...wanted].filter(([code, place]) => standing.get(code)?.place !== place);
    this.left.delete(pool);
    this.states.delete(pool);
    if (gone.length + moved.length === 0) return;
    const put =
      'INSERT INTO coupons (pool, code, place) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET place = excluded.place';
    db.write(() => {
      for (const { code, ask_id } of gone) {
        if (ask_id === null) db.run('DELETE FROM coupons WHERE pool = ? AND code = ?', pool, code);
        else db.run('UPDATE coupons SET place = NULL WHERE pool = ? AND code = ?', pool, code);
      }
      for (const [code, place] of moved) db.run(put, pool, code, place);
    });
  }

  async claim(pool: CouponPool, askId: string): Promise<string | undefined> {
    const { db } = this.options;
    const standing = this.claimed(pool.id, askId);
    if (standing !== undefined) return standing;
    return db.write(() => (pool.generate ? this.make(pool, askId) : this.take(pool, askId)));
  }
  private claimed(pool: string, askId: string): string | undefined {
    return this.options.db.get<{ code: string }>('SELECT code FROM coupons WHERE pool = ? AND ask_id = ?', pool, askId)
      ?.code;
  }

  private take({ id, codes = [] }: CouponPool, askId: string): string | undefined {
    const { db, clock } = this.options;
    const free = db.get<{ code: string }>(
      'SELECT code FROM coupons WHERE pool = ? AND ask_id IS NULL ORDER BY place LIMIT 1',
      id,
    );
    const before = this.left.get(id) ?? this.countList(id).left;
    if (free) {
      const sql = 'UPDATE coupons SET ask_id = ?, given_ms = ? WHERE pool = ? AND code = ?';
      db.run(sql, askId, clock.nowMs(), id, free.code);
    }
    const left = free ? before - 1 : 0;
    this.left.set(id, left);
    // Of a pool that was low when this process began somebody was told then.
    const stood = this.states.get(id) ?? (before === 0 ? 'low' : poolState(before, codes.length));
    this.noteState(id, stood, left, codes.length);
    return free?.code;
  }
  private noteState(pool: string, stood: PoolState, left: number, size: number): void {
    const state = poolState(left, size);
    this.states.set(pool, state);
    if (state !== stood && state !== 'well') this.options.onLow?.(pool, left);
  }

  private make({ id, generate = {} }: CouponPool, askId: string): string | undefined {
    const { db, keyring, clock } = this.options;
    for (let tries = 0; tries < mostTaken; tries++) {
      const code = codeOf(keyring.sign('coupon', JSON.stringify([id, askId, tries])), generate);
      if (db.get('SELECT 1 FROM coupons WHERE pool = ? AND code = ?', id, code)) continue;
      db.run('INSERT INTO coupons VALUES (?, ?, NULL, ?, ?)', id, code, askId, clock.nowMs());
      return code;
    }
    return undefined;
  }

  /** How a pool stands. */
  async count({ id, codes }: CouponPool): Promise<PoolCount> {
    const { given, size, left } = this.countList(id);
    return { pool: id, given, ...(codes && { size, left }) };
  }
  private countList(pool: string): { readonly given: number; readonly size: number; readonly left: number } {
    const sql =
      'SELECT count(ask_id) AS given, count(place) AS size, count(*) - count(ask_id) AS "left" FROM coupons WHERE pool = ?';
    return this.options.db.get<{ given: number; size: number; left: number }>(sql, pool)!;
  }
}
