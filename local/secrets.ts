import { randomBytes } from 'node:crypto';
import type { Message } from '../core/event/event.ts';
import type { Channel } from '../core/journey/document.ts';
import type { Ids } from '../core/ports.ts';
import { Keyring } from '../functions/parts/keyring.ts';
import { messageIds } from '../functions/parts/message-ids.ts';
import type { Database } from './store/database.ts';

/** Keys that a home makes at its first run and keeps in its data folder. */
export class Secrets implements Ids {
  /** Signs links and hashes addresses. */
  readonly keyring: Keyring;
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
    this.keyring = new Keyring(secret);
    // An attempt id is never used twice, also after a restart with the same seed.
    this.messageId = messageIds(run.toString(36).padStart(4, '0'));
    this.run = `${seed ?? randomBytes(9).toString('base64url')}.${run.toString(36)}.`;
  }

  attempt(): string {
    return `${this.run}${(this.counter++).toString(36)}`;
  }

  readonly messageId: (nowMs: number) => string;

  readonly profileId = (message: Message): string => this.keyring.profileId(message);
  readonly tombstone = (text: string): string => this.keyring.tombstone(text);
  readonly addressHash = (channel: Channel, address: string): string => this.keyring.addressHash(channel, address);
}
