import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignVariant, type Share } from '../../../core/experiment/assign.ts';
import { keyedShareOf } from '../../../core/hash.ts';
import { runs, times } from '../../properties.ts';

const people = times(1_000_000);
const sigma = (share: number): number => Math.sqrt(people * share * (1 - share));
const halves: readonly Share[] = [
  { id: 'a', percent: 50 },
  { id: 'b', percent: 50 },
];

describe('a variant', () => {
  it('is drawn by HMAC-SHA-256 of the person under the experiment’s name, as another library computes it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (key, subject) => {
        const digest = createHmac('sha256', key).update(subject).digest();
        expect(keyedShareOf(key, subject)).toBe(Number(digest.readBigUInt64BE() >> 11n) / 2 ** 53);
      }),
      runs(10_000),
    );
  });

  it('is given to its percent of people, within three standard deviations', () => {
    const shares = [
      { id: 'a', percent: 45 },
      { id: 'b', percent: 44.9 },
      { id: 'rare', percent: 0.1 },
      { id: 'control', percent: 10 },
    ];
    const counts = new Map(shares.map(({ id }) => [id, 0]));
    for (let index = 0; index < people; index++) {
      const variant = assignVariant('offer', `p_${index}`, shares);
      counts.set(variant, counts.get(variant)! + 1);
    }
    for (const { id, percent } of shares)
      expect(Math.abs(counts.get(id)! - (people * percent) / 100), id).toBeLessThan(3 * sigma(percent / 100));
  });

  it('says nothing of the person’s variant in another experiment', () => {
    for (const other of ['offer-2', 'subject', 'offer ']) {
      let both = 0;
      for (let index = 0; index < people / 4; index++) {
        const id = `p_${index}`;
        if (assignVariant('offer', id, halves) === 'a' && assignVariant(other, id, halves) === 'a') both++;
      }
      expect(Math.abs(both - people / 16), other).toBeLessThan(3 * Math.sqrt((people / 4) * 0.25 * 0.75));
    }
  });
});
