import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Channel } from '../core/journey/document.ts';
import type { Message as RenderedMessage } from '../core/message/message.ts';
import type { Channels, Clock, HandOver, Turn } from '../core/ports.ts';
import type { Smtp } from '../functions/parts/channels/smtp.ts';
import type { Database } from './store/database.ts';

/** Messages that were handed over at home: kept as a person would see them. */
export class Outbox {
  private readonly db: Database;
  private readonly clock: Clock;
  /** Told of each message handed over. */
  onHanded: ((deliveryId: string) => void) | undefined;

  constructor(db: Database, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  /** One row per delivery; a second one for the same delivery is refused by its key. */
  put(deliveryId: string, message: RenderedMessage): void {
    const packed = packMessage(message);
    const nowMs = this.clock.nowMs();
    this.db.write(() =>
      this.db.run('INSERT INTO outbox VALUES (?, ?, ?, ?)', deliveryId, message.channel, nowMs, packed),
    );
    this.onHanded?.(deliveryId);
  }
  has(deliveryId: string): boolean {
    return this.db.get('SELECT 1 FROM outbox WHERE delivery_id = ?', deliveryId) !== undefined;
  }
}

// 17 KB of HTML become 2.5 KB in 40 µs, which is less than writing the rest to the disk would take.
const packing = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** A message as the outbox keeps it: JSON, compressed with Zstandard. */
export const packMessage = (message: RenderedMessage): Uint8Array => zstdCompressSync(JSON.stringify(message), packing);
/** @see packMessage */
export const unpackMessage = (packed: Uint8Array): RenderedMessage =>
  JSON.parse(zstdDecompressSync(packed).toString('utf8')) as RenderedMessage;

/** The outbox takes any number at once. */
const atOnce: Promise<Turn> = Promise.resolve({ release: () => undefined });

/** Channels at home: everything goes to the outbox; with an SMTP server, email goes there as well. */
export class HomeChannels implements Channels {
  private readonly outbox: Outbox;
  private readonly smtp: Smtp | undefined;
  private readonly durable: () => Promise<void>;

  constructor(outbox: Outbox, smtp: Smtp | undefined, durable: () => Promise<void>) {
    this.outbox = outbox;
    this.smtp = smtp;
    this.durable = durable;
  }

  turn(channel: Channel, mostMs: number): Promise<Turn | undefined> {
    return this.smtpFor(channel)?.turn(mostMs) ?? atOnce;
  }

  async deliver(deliveryId: string, message: RenderedMessage): Promise<HandOver> {
    if (message.channel !== 'email' || !this.smtp) {
      // The outbox lies in the same database, behind the commit that authorised the message.
      this.outbox.put(deliveryId, message);
      return { kind: 'accepted' };
    }
    // What leaves this machine must not be forgotten by it.
    await this.durable();
    const sent = await this.smtp.send(message);
    if (sent.kind === 'accepted') this.outbox.put(deliveryId, message);
    return sent.kind === 'refused'
      ? { kind: 'refused', reason: sent.reason, isPermanent: isPermanent(sent.reason) }
      : sent;
  }

  async reconcile(deliveryId: string, channel: Channel): Promise<'accepted' | 'absent' | 'unknown'> {
    if (this.outbox.has(deliveryId)) return 'accepted';
    return this.smtpFor(channel) ? 'unknown' : 'absent';
  }

  /** The server that a channel's messages leave this machine by; only email has one. */
  private smtpFor(channel: Channel): Smtp | undefined {
    return channel === 'email' ? this.smtp : undefined;
  }
}

/** An SMTP answer of class 5 will not change by asking again. */
const isPermanent = (reason: string): boolean => /\breplied 5\d\d\b/.test(reason);
