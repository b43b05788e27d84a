import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignVariant, isHeldOut } from '../../core/experiment/assign.ts';
import { idOf, keyedShareOf, shareOf, shortHash } from '../../core/hash.ts';
import { runs } from '../properties.ts';

interface Vectors {
  readonly shareOf: readonly { readonly parts: readonly string[]; readonly share: number }[];
  readonly keyedShareOf: readonly { readonly key: string; readonly subject: string; readonly share: number }[];
  readonly idOf: readonly { readonly parts: readonly string[]; readonly id: string }[];
  readonly shortHash: readonly { readonly parts: readonly string[]; readonly hash: string }[];
}
const file = 'test/fixtures/hash-vectors.json';

describe('chance', () => {
  it('is the same for the same ids in every release: people keep their variants', () => {
    expect(existsSync(file)).toBe(true);
    const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
    for (const { parts, share } of vectors.shareOf) expect(shareOf(...parts)).toBe(share);
    for (const { key, subject, share } of vectors.keyedShareOf) expect(keyedShareOf(key, subject)).toBe(share);
    for (const { parts, id } of vectors.idOf) expect(idOf(...parts)).toBe(id);
    for (const { parts, hash } of vectors.shortHash) expect(shortHash(...parts)).toBe(hash);
  });

  it('gives each variant its percent, within three standard deviations of 100,000 people', () => {
    const people = 100_000;
    const counts = new Map<string, number>();
    for (let index = 0; index < people; index++) {
      const variant = assignVariant('offer', `p_${index}`, [
        { id: 'a', percent: 45 },
        { id: 'b', percent: 45 },
        { id: 'control', percent: 10 },
      ]);
      counts.set(variant, (counts.get(variant) ?? 0) + 1);
    }
    for (const [id, share] of [
      ['a', 0.45],
      ['b', 0.45],
      ['control', 0.1],
    ] as const) {
      const sigma = Math.sqrt(people * share * (1 - share));
      expect(Math.abs(counts.get(id)! - people * share)).toBeLessThan(3 * sigma);
    }
  });

  it('draws holdouts of different journeys independently of each other', () => {
    const people = 100_000;
    const both = Array.from({ length: people }, (_, index) => `p_${index}`).filter(
      (id) => isHeldOut('one', id, 20) && isHeldOut('two', id, 20),
    ).length;
    const sigma = Math.sqrt(people * 0.04 * 0.96);
    expect(Math.abs(both - people * 0.04)).toBeLessThan(3 * sigma);
  });

  it('is a share of at least 0 and below 1 for any ids', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), (parts) => {
        const share = shareOf(...parts);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThan(1);
      }),
      runs(10_000),
    );
  });
});
