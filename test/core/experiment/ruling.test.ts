import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignVariant, type Share } from '../../../core/experiment/assign.ts';
import { currentShares, type Ruling } from '../../../core/experiment/ruling.ts';
import { runs } from '../../properties.ts';

const offer: readonly Share[] = [
  { id: 'a', percent: 60 },
  { id: 'b', percent: 30 },
  { id: 'control', percent: 10 },
];
const ruling = (kind: Ruling['kind'], variant: string): Ruling => ({
  experiment: 'offer',
  variant,
  kind,
  atMs: 0,
  because: 'it was so',
});
const sharesAfter = (variants: readonly Share[], ...rulings: readonly Ruling[]) =>
  Object.fromEntries(currentShares(variants, rulings).map(({ id, percent }) => [id, percent]));

describe('the shares of those who come later', () => {
  it('are those of the document while nothing is decided', () => {
    expect(currentShares(offer, [])).toEqual(offer);
  });

  it('give a winner all but what control keeps', () => {
    expect(sharesAfter(offer, ruling('winner', 'b'))).toEqual({ a: 0, b: 90, control: 10 });
  });

  it('give everything to a control that has won', () => {
    expect(sharesAfter(offer, ruling('winner', 'control'))).toEqual({ a: 0, b: 0, control: 100 });
  });

  it('give the part of a stopped variant to the others in proportion, and none of it to control', () => {
    const four = [...offer.slice(0, 2), { id: 'c', percent: 0 }, { id: 'd', percent: 0 }, offer[2]!];
    expect(sharesAfter(offer, ruling('barred', 'a'))).toEqual({ a: 0, b: 90, control: 10 });
    expect(sharesAfter(four, ruling('barred', 'c'))).toMatchObject({ a: 60, b: 30, control: 10 });
    const three = [
      { id: 'a', percent: 20 },
      { id: 'b', percent: 20 },
      { id: 'c', percent: 60 },
    ];
    expect(sharesAfter(three, ruling('barred', 'b'))).toEqual({ a: 25, b: 0, c: 75 });
  });

  it('leave everything to control where every other variant was stopped', () => {
    expect(sharesAfter(offer, ruling('barred', 'a'), ruling('barred', 'b'))).toEqual({ a: 0, b: 0, control: 100 });
  });

  it('know no winner that was stopped later, nor one that the document does not have any more', () => {
    expect(sharesAfter(offer, ruling('winner', 'a'), ruling('barred', 'a'))).toEqual({ a: 0, b: 90, control: 10 });
    expect(currentShares(offer, [ruling('winner', 'gone')])).toEqual(offer);
  });

  const variants = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'control'), { minLength: 1 }).chain((ids) =>
    fc
      .array(fc.integer({ min: 0, max: 100 }), { minLength: ids.length, maxLength: ids.length })
      .filter((parts) => parts.some((part) => part > 0))
      .map((parts) => {
        const sum = parts.reduce((total, part) => total + part, 0);
        return ids.map((id, index): Share => ({ id, percent: (100 * parts[index]!) / sum }));
      }),
  );
  const rulings = fc.array(
    fc.tuple(fc.constantFrom('winner' as const, 'barred' as const), fc.constantFrom('a', 'b', 'c', 'control')),
    { maxLength: 4 },
  );

  it('add up to a hundred, whatever was decided, and keep the order of the variants', () => {
    fc.assert(
      fc.property(variants, rulings, (shares, decided) => {
        const after = currentShares(
          shares,
          decided.map(([kind, variant]) => ruling(kind, variant)),
        );
        expect(after.map(({ id }) => id)).toEqual(shares.map(({ id }) => id));
        expect(after.every(({ percent }) => percent >= 0)).toBe(true);
        expect(after.reduce((sum, { percent }) => sum + percent, 0)).toBeCloseTo(100, 6);
      }),
      runs(10_000),
    );
  });

  it('send nobody to a stopped variant while another that has a part is left', () => {
    fc.assert(
      fc.property(variants, fc.constantFrom('a', 'b', 'c'), fc.string(), (shares, stopped, person) => {
        fc.pre(shares.some(({ id, percent }) => id !== stopped && percent > 0));
        expect(assignVariant('offer', person, currentShares(shares, [ruling('barred', stopped)]))).not.toBe(stopped);
      }),
      runs(10_000),
    );
  });
});
