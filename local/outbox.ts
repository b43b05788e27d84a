import { deserialize, serialize } from 'node:v8';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Message as RenderedMessage } from '../core/message/message.ts';
import type { Clock } from '../core/ports.ts';
import type { Database } from './store/database.ts';

/** Messages packed together: what mails of one template have in common is then kept once. */
const mostInPack = 32;
// A mail of 17 KB becomes 0.4 KB in 12 µs; alone it would be 2.5 KB in 50 µs.
const packing = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Messages that were handed over at home: kept as a person would see them. */
export class Outbox {
  private readonly db: Database;
  private readonly clock: Clock;
  /** Messages of the pack that is being filled; it is written with the group of commits that its rows are in. */
  private filling: RenderedMessage[] = [];
  private pack: number;
  /** Told of each message handed over. */
  onHanded: ((deliveryId: string) => void) | undefined;

  constructor(db: Database, clock: Clock) {
    this.db = db;
    this.clock = clock;
    this.pack = (db.get<{ last: number | null }>('SELECT max(pack) AS last FROM outbox_packs')?.last ?? 0) + 1;
    db.beforeFlush.push(() => this.writePack());
  }

  /** One row per delivery; a second one for the same delivery is refused by its key. */
  put(deliveryId: string, message: RenderedMessage): void {
    const place = this.filling.length;
    this.db.write(() => {
      const values = [deliveryId, message.channel, this.clock.nowMs(), this.pack, place];
      this.db.run('INSERT INTO outbox VALUES (?, ?, ?, ?, ?)', ...values);
      this.filling.push(message);
      if (this.filling.length >= mostInPack) this.writePack();
    });
    this.onHanded?.(deliveryId);
  }
  private writePack(): void {
    if (this.filling.length === 0) return;
    const messages = zstdCompressSync(serialize(this.filling), packing);
    this.db.run('INSERT INTO outbox_packs VALUES (?, ?)', this.pack, messages);
    this.pack++;
    this.filling = [];
  }

  /** Takes a message out of its pack: of the others nothing changes. */
  erase(deliveryId: string): void {
    this.db.write(() => {
      this.writePack();
      const row = this.db.get<{ pack: number; place: number }>(
        'SELECT pack, place FROM outbox WHERE delivery_id = ?',
        deliveryId,
      );
      if (!row) return;
      const others = this.unpacked(row.pack).map((message, place) => (place === row.place ? undefined : message));
      const messages = zstdCompressSync(serialize(others), packing);
      this.db.run('UPDATE outbox_packs SET messages = ? WHERE pack = ?', messages, row.pack);
      this.db.run('DELETE FROM outbox WHERE delivery_id = ?', deliveryId);
    });
  }

  has(deliveryId: string): boolean {
    return this.db.get('SELECT 1 FROM outbox WHERE delivery_id = ?', deliveryId) !== undefined;
  }
  message(deliveryId: string): RenderedMessage | undefined {
    type Row = { pack: number; place: number };
    const row = this.db.get<Row>('SELECT pack, place FROM outbox WHERE delivery_id = ?', deliveryId);
    if (!row) return undefined;
    return row.pack === this.pack ? this.filling[row.place] : this.unpacked(row.pack)[row.place];
  }
  private unpacked(pack: number): readonly (RenderedMessage | undefined)[] {
    const row = this.db.get<{ messages: Uint8Array }>('SELECT messages FROM outbox_packs WHERE pack = ?', pack);
    return row ? (deserialize(zstdDecompressSync(row.messages)) as (RenderedMessage | undefined)[]) : [];
  }
}
