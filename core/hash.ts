import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/** FNV-1a over UTF-16 code units, 32 bits, with a seed. */
function fnv(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash;
}

/** Murmur3's finaliser: spreads every bit of a 32-bit word over all others. */
function mix(word: number): number {
  let hash = word >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A stable share of 0 ≤ x < 1 for a subject, from the ids alone, so that the same person always lands in the same place.
 * @param parts joined with a NUL, which no id may hold
 * @see test/fixtures/hash-vectors.json
 */
export function shareOf(...parts: readonly string[]): number {
  const text = parts.join('\u0000');
  const high = mix(fnv(text, 0));
  const low = mix(fnv(text, 0x9747b28c));
  return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53;
}

/**
 * A stable share of 0 ≤ x < 1 for a subject under a key: HMAC-SHA-256, of which the first 53 bits count. Under two keys the
 * same subjects fall independently of each other.
 * @see test/fixtures/hash-vectors.json
 */
export function keyedShareOf(key: string, subject: string): number {
  const digest = hmac(sha256, utf8ToBytes(key), utf8ToBytes(subject));
  const high = (digest[0]! << 13) | (digest[1]! << 5) | (digest[2]! >>> 3);
  const low =
    ((digest[2]! & 7) << 29) | (digest[3]! << 21) | (digest[4]! << 13) | (digest[5]! << 5) | (digest[6]! >>> 3);
  return (high * 2 ** 32 + (low >>> 0)) / 2 ** 53;
}

/** A short stable id (13 characters, base 36) of some ids or text; not for secrets. */
export function shortHash(...parts: readonly string[]): string {
  const text = parts.join('\u0000');
  const word = (seed: number): string => mix(fnv(text, seed)).toString(36).padStart(7, '0');
  return (word(0x1b873593) + word(0xcc9e2d51)).slice(0, 13);
}

/**
 * A stable id of 20 URL-safe characters (120 bits of SHA-256) of some parts: safe where a caller chooses a part.
 * @param parts joined with a NUL
 */
export function idOf(...parts: readonly string[]): string {
  const digest = sha256(utf8ToBytes(parts.join('\u0000')));
  let text = '';
  for (let at = 0; at < 15; at += 3) {
    const word = (digest[at]! << 16) | (digest[at + 1]! << 8) | digest[at + 2]!;
    text +=
      alphabet[word >>> 18]! + alphabet[(word >>> 12) & 63]! + alphabet[(word >>> 6) & 63]! + alphabet[word & 63]!;
  }
  return text;
}
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
