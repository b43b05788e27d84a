import { createHmac, createSecretKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Channel } from '../core/journey/document.ts';
import type { Ids } from '../core/ports.ts';
import type { Database } from './store/database.ts';

/** Keys that a home makes at its first run and keeps in its data folder. */
export class Secrets implements Ids {
  // A key object: with the bare bytes Node prepares the key anew at each of 10,000 signatures a second.
  private readonly key: KeyObject;
  private readonly hashes = new Map<string, string>();
  private counter = 0;
  private readonly run: string;

  /** @param seed where given, ids come out the same at every run: for tests and rehearsals */
  constructor(db: Database, seed?: string) {
    const meta = (key: string): string | undefined =>
      db.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', key)?.value;
    const fresh = (): string =>
      (seed === undefined ? randomBytes(32) : Buffer.from(seed.padEnd(32, '.'))).toString('hex');
    const secret = meta('secret') ?? fresh();
    const run = Number(meta('run') ?? 0) + 1;
    db.write(() => {
      db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', 'secret', secret);
      db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', 'run', String(run));
    });
    this.key = createSecretKey(secret, 'hex');
    // An attempt id is never used twice, also after a restart with the same seed.
    this.run = `${seed ?? randomBytes(9).toString('base64url')}.${run.toString(36)}.`;
  }

  attempt(): string {
    return `${this.run}${(this.counter++).toString(36)}`;
  }

  /** For a message that came without an id: later ones sort after earlier ones, so that at one instant the later wins. */
  readonly messageId = (nowMs: number): string => {
    const count = (this.counter++).toString(36).padStart(8, '0');
    return `~${nowMs.toString(36).padStart(9, '0')}.${this.run.split('.')[1]!.padStart(4, '0')}.${count}`;
  };

  readonly addressHash = (channel: Channel, address: string): string => {
    const text = `${channel}:${address}`;
    let hash = this.hashes.get(text);
    if (hash === undefined) {
      hash = this.sign('address', text);
      if (this.hashes.size >= 50_000) this.hashes.clear();
      this.hashes.set(text, hash);
    }
    return hash;
  };

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
