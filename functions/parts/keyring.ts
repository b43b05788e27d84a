import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Message } from '../../core/event/event.ts';
import type { Channel } from '../../core/journey/document.ts';

/** 120 bits: 20 characters. */
const profileIdBytes = 15;
/** Address hashes kept; the same people are written to again and again. */
const mostHashes = 50_000;

/** Signs links and hashes addresses with the home's one key, each purpose apart from the others. */
export class Keyring {
  // A key object: with the bare bytes Node prepares the key anew at each of 10,000 signatures a second.
  private readonly key: KeyObject;
  private readonly hashes = new Map<string, string>();

  /** @param secret hex */
  constructor(secret: string) {
    this.key = createSecretKey(secret, 'hex');
  }

  /** Keyed hash of a normalised address, hex. */
  addressHash(channel: Channel, address: string): string {
    const text = `${channel}:${address}`;
    let hash = this.hashes.get(text);
    if (hash === undefined) {
      hash = this.sign('address', text);
      if (this.hashes.size >= mostHashes) this.hashes.clear();
      this.hashes.set(text, hash);
    }
    return hash;
  }

  /** Keyed hash of what is forgotten but must be known again, hex. */
  tombstone(text: string): string {
    return this.sign('erased', text);
  }

  /**
   * The id of a person whom a message is the first to name. Keyed, since a caller chooses what is in a message; with the
   * time of its receipt, since one that comes again after it was forgotten may be about somebody new.
   */
  profileId({ messageId, receivedMs, userId = '', anonymousId = '' }: Message): string {
    const digest = Buffer.from(
      this.sign('profile', JSON.stringify([receivedMs, messageId, userId, anonymousId])),
      'hex',
    );
    return `p_${digest.subarray(0, profileIdBytes).toString('base64url')}`;
  }

  /** HMAC-SHA-256 for one purpose, hex. */
  sign(purpose: string, text: string): string {
    return createHmac('sha256', this.key).update(`${purpose}\u0000${text}`).digest('hex');
  }
  isSigned(purpose: string, text: string, signature: string): boolean {
    return isSame(this.sign(purpose, text), signature);
  }
}

/** Compares secrets in a time that does not tell how much of them was right. */
export function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
