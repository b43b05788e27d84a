import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeLetters, type PoolCount } from '../../core/coupon/code.ts';
import type { CouponPool } from '../../core/journey/document.ts';
import type { Coupons } from '../../functions/parts/asking/asking.ts';
import { runs } from '../properties.ts';

/** Coupons to be tried, with nothing given out. */
export interface OpenCoupons {
  readonly coupons: Coupons;
  /** Takes up a pool as its document now has it. */
  readonly stock: (pool: CouponPool) => Promise<void>;
  readonly count: (pool: CouponPool) => Promise<PoolCount>;
  /** Claims that other processes make. @param fault tells of each write whether it is lost, and when */
  readonly others: (fault?: () => 'none' | 'lost-before' | 'lost-after') => Coupons;
  readonly close: () => Promise<void>;
}

const list = (...codes: readonly string[]): CouponPool => ({ id: 'ten-percent', name: 'Ten percent', codes });
const made = (generate: CouponPool['generate'] = {}): CouponPool => ({ id: 'made', name: 'Made', generate });
const codesOf = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `CODE-${at}`);

/** What gives coupons out must do, on whatever it stands. */
export function couponsContract(name: string, open: () => Promise<OpenCoupons>, deepRuns: number): void {
  describe(`coupons on ${name}`, () => {
    let opened: OpenCoupons;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    const claim = (pool: CouponPool, askId: string) => opened.coupons.claim(pool, askId);

    it('of a list go out in its order, each once, until there is none', async () => {
      const pool = list('A', 'B#1', 'C');
      await opened.stock(pool);
      const given = [];
      for (const askId of ['e1-gift-0', 'e2-gift-0', 'e3-gift-0', 'e4-gift-0']) given.push(await claim(pool, askId));
      expect(given).toEqual(['A', 'B#1', 'C', undefined]);
    });

    it('are the same for the same ask, for ever, and apart from those of another pool', async () => {
      const [pool, other] = [list('A', 'B'), { ...list('A', 'B'), id: 'other' }];
      for (const one of [pool, other]) await opened.stock(one);
      expect(await claim(pool, 'e1')).toBe('A');
      expect(await claim(other, 'e2')).toBe('A');
      await claim(pool, 'e2');
      for (const codes of [['A', 'B'], ['X'], []]) {
        await opened.stock(list(...codes));
        expect(await claim(pool, 'e1')).toBe('A');
        expect(await opened.others().claim(pool, 'e2')).toBe('B');
      }
    });

    it('of a list that has grown, shrunk or changed its order go on with what nobody got', async () => {
      await opened.stock(list('A', 'B', 'C'));
      expect(await claim(list(), 'e1')).toBe('A');
      await opened.stock(list('D', 'C', 'A'));
      expect(await claim(list(), 'e2')).toBe('D');
      await opened.stock(list('D', 'C', 'A', 'E'));
      expect(await claim(list(), 'e3')).toBe('C');
      expect(await claim(list(), 'e4')).toBe('E');
      expect(await claim(list(), 'e5')).toBeUndefined();
      // One that was given out is not given out again because its document has it once more.
      await opened.stock(list('A', 'B'));
      expect(await claim(list(), 'e6')).toBe('B');
      expect(await claim(list(), 'e7')).toBeUndefined();
    });

    it('that are made have their prefix and as many letters as they should, none of which looks like another', async () => {
      const code = await claim(made({ prefix: 'SPRING-', length: 6 }), 'e1');
      expect(code).toMatch(new RegExp(`^SPRING-[${codeLetters}]{6}$`));
      expect(await claim(made(), 'e2')).toMatch(new RegExp(`^[${codeLetters}]{10}$`));
      expect(await claim(made({ prefix: 'SPRING-', length: 6 }), 'e1')).toBe(code);
    });

    it('that are made are never given out twice, even where there are hardly more codes than people', async () => {
      const asks = Array.from({ length: 20 }, (_, at) => `e${at}`);
      const codes = [];
      for (const askId of asks) codes.push(await claim(made({ length: 1 }), askId));
      expect(new Set(codes).size).toBe(20);
      expect(await claim(made({ length: 1 }), 'e3')).toBe(codes[3]);
    });

    it('are counted: what was given out, and of a list what it has and what is left', async () => {
      const pool = list('A', 'B', 'C');
      await opened.stock(pool);
      for (const askId of ['e1', 'e1', 'e2']) await claim(pool, askId);
      expect(await opened.count(pool)).toEqual({ pool: 'ten-percent', size: 3, given: 2, left: 1 });
      await opened.stock(list('C', 'D'));
      expect(await opened.count(list('C', 'D'))).toEqual({ pool: 'ten-percent', size: 2, given: 2, left: 2 });
      await claim(made(), 'e1');
      expect(await opened.count(made())).toEqual({ pool: 'made', given: 1 });
    });

    it('are never given out twice, nor two to one ask, by processes that race and lose answers', async () => {
      const fault = fc.constantFrom('none', 'none', 'lost-before', 'lost-after');
      const asks = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 14 });
      let round = 0;
      await fc.assert(
        fc.asyncProperty(asks, fc.array(fault), fc.boolean(), async (who, faults, isList) => {
          const pool: CouponPool = { ...(isList ? list(...codesOf(6)) : made({ length: 1 })), id: `pool-${round++}` };
          await opened.stock(pool);
          const left = faults.values();
          const other = opened.others(() => left.next().value ?? 'none');
          const [first, second] = [opened.coupons, other];
          const got = new Map<number, string>();
          const told = await Promise.allSettled(
            who.map(async (ask, at) => [ask, await (at % 2 ? first : second).claim(pool, `e${ask}`)] as const),
          );
          for (const one of told) {
            if (one.status === 'rejected' || one.value[1] === undefined) continue;
            const [ask, code] = one.value;
            expect(got.get(ask) ?? code).toBe(code);
            got.set(ask, code);
          }
          expect(new Set(got.values()).size).toBe(got.size);
          // Whoever got none, or never heard of it, asks again: all codes are had, and none was lost on the way.
          for (const ask of new Set(who)) {
            const code = await first.claim(pool, `e${ask}`);
            if (got.has(ask)) expect(code).toBe(got.get(ask));
            if (code !== undefined) got.set(ask, code);
          }
          const most = isList ? 6 : 30;
          expect(got.size).toBe(Math.min(most, new Set(who).size));
          expect(new Set(got.values()).size).toBe(got.size);
        }),
        runs(deepRuns),
      );
    });
  });
}
