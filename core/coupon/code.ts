import type { CouponPool } from '../journey/document.ts';

/** Digits and letters that nobody takes for another when a code is read out or typed: no 0 and O, no 1, I and L, no U beside V. */
export const codeLetters = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * Letters after the prefix where the pool does not say: 30^10 is 5.9 × 10^14 codes, so of a million that were given out a
 * guess hits one in 590 million times, and two of them would be the same in one pool of 1,200. The store lets no code
 * stand twice, so a chance like that costs another try and nothing else.
 */
export const defaultCodeLength = 10;

/**
 * The code that a digest stands for, the same for the same digest.
 * @param digest 64 hex characters: with 256 bits for at most 32 letters (157 bits), no letter is likelier than another
 */
export function codeOf(
  digest: string,
  { prefix = '', length = defaultCodeLength }: Exclude<CouponPool['generate'], undefined>,
): string {
  let left = BigInt(`0x${digest}`);
  let letters = '';
  for (let at = 0; at < length; at++) {
    letters += codeLetters[Number(left % base)]!;
    left /= base;
  }
  return prefix + letters;
}
const base = BigInt(codeLetters.length);

/** How a pool stands. A pool that makes its codes has no size and is never empty. */
export interface PoolCount {
  readonly pool: string;
  /** Codes that the document has. */
  readonly size?: number;
  /** Codes given out so far, also those that the document has no more. */
  readonly given: number;
  readonly left?: number;
}

/** From then on somebody should add codes: a tenth of them is left, or less. */
const lowShare = 0.1;
/** Whether somebody should be told of a pool: so few of its codes are left, or none. */
export type PoolState = 'well' | 'low' | 'empty';
export const poolState = (left: number, size: number): PoolState =>
  left === 0 ? 'empty' : left < size * lowShare ? 'low' : 'well';
