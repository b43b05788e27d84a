import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allBits, classIn, coarse, type BestEnd } from '../../../core/trait/rank-table.ts';
import { addCounts, classesOf, countsOf, noCounts, type ValueCounts } from '../../../core/trait/value-counts.ts';
import { runs } from '../../properties.ts';

const value = fc.oneof(
  fc.integer({ min: -3, max: 12 }),
  fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
  fc.constantFrom(0, -0, 0.1, 0.2, 0.3, 1e9, -1e9, 2 ** -1060),
);
/** Within a few doublings, so that it matters in how many places they are told apart. */
const amount = fc.integer({ min: 500, max: 4_000 }).map((cents) => cents / 100);
const values = fc.array(fc.oneof(value, amount), { minLength: 1, maxLength: 60 });
const into = fc.integer({ min: 2, max: 100 });
const best = fc.constantFrom<BestEnd>('most', 'least');

/** By a plain look at everybody: how large a part of them somebody is ahead of. */
function plainClass(all: readonly number[], one: number, classes: number, end: BestEnd): number {
  const behind = all.filter((other) => (end === 'most' ? other < one : other > one)).length;
  return 1 + Math.floor((classes * behind) / all.length);
}

describe('the class of somebody among everybody', () => {
  it('is one more than the whole classes of people whom they are ahead of, whatever equals and however few there are', () => {
    fc.assert(
      fc.property(values, into, best, (all, classes, end) => {
        const table = classesOf(addCounts([countsOf(all)], all.length), classes, end);
        expect([table.people, table.bounds.length, table.bits]).toEqual([all.length, classes - 1, allBits]);
        for (const one of all) expect(classIn(table, one)).toBe(plainClass(all, one, classes, end));
      }),
      runs(1_000),
    );
  });

  it('is never better for who has less, between the values of the table too', () => {
    fc.assert(
      fc.property(values, into, best, value, value, (all, classes, end, one, other) => {
        const table = classesOf(addCounts([countsOf(all)], 8), classes, end);
        const [less, more] = one <= other ? [one, other] : [other, one];
        const [low, high] = [classIn(table, less), classIn(table, more)];
        expect(end === 'most' ? low <= high : low >= high).toBe(true);
        expect([low >= 1, high <= classes]).toEqual([true, true]);
      }),
      runs(1_000),
    );
  });

  it.each([
    [[7], [1]],
    [
      [1, 2],
      [1, 3],
    ],
    [
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ],
    [
      [4, 4, 4, 4],
      [1, 1, 1, 1],
    ],
    [
      [1, 1, 1, 2, 3],
      [1, 1, 1, 4, 5],
    ],
  ])('of %j in five is %j', (all, expected) => {
    const table = classesOf(addCounts([countsOf(all)], 100), 5, 'most');
    expect(all.map((one) => classIn(table, one))).toEqual(expected);
  });
});

describe('counts of values in little room', () => {
  const most = fc.integer({ min: 3, max: 12 });

  it('are the same in whatever batches and parts they were counted, and keep to their room', () => {
    const piece = fc.array(fc.array(fc.oneof(amount, amount, value), { maxLength: 15, size: 'max' }), {
      maxLength: 4,
      size: 'max',
    });
    const pieces = fc.array(piece, { maxLength: 4, size: 'max' });
    fc.assert(
      fc.property(pieces, most, (parts, room) => {
        const counted = (batches: readonly (readonly number[])[]): ValueCounts =>
          batches.reduce((all, batch) => addCounts([all, countsOf(batch)], room), noCounts);
        const apart = addCounts(parts.map(counted), room);
        const all = parts.flat(2);
        const atOnce = addCounts([countsOf(all.toReversed())], room);
        expect(apart).toEqual(atOnce);
        expect(atOnce.values.reduce((sum, [, count]) => sum + count, 0)).toBe(all.length);
        if (atOnce.bits > 0) expect(atOnce.values.length).toBeLessThanOrEqual(room);
      }),
      runs(1_000),
    );
  });

  it('round to the finest places that fit, each value by at most one part in 2^bits, and rank as the rounded values do', () => {
    fc.assert(
      fc.property(values, most, into, best, (all, room, classes, end) => {
        const counts = addCounts([countsOf(all)], room);
        const { bits } = counts;
        const differ = (places: number): number => new Set(all.map((one) => coarse(one, places))).size;
        if (bits < allBits) expect(differ(bits + 1)).toBeGreaterThan(room);
        // Below the smallest normal number there are fewer places anyway.
        for (const one of all.filter((each) => Math.abs(each) > 1e-300)) {
          const rounded = coarse(one, bits);
          expect(Math.abs(rounded)).toBeLessThanOrEqual(Math.abs(one));
          expect(Math.abs(one - rounded)).toBeLessThan(Math.abs(one) / 2 ** bits);
        }
        const table = classesOf(counts, classes, end);
        const rounded = all.map((one) => coarse(one, bits));
        for (const one of all) expect(classIn(table, one)).toBe(plainClass(rounded, coarse(one, bits), classes, end));
      }),
      runs(1_000),
    );
  });
});
