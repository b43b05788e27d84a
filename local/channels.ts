import type { Channel } from '../core/journey/document.ts';
import type { Message as RenderedMessage } from '../core/message/message.ts';
import type { Channels, HandOver, Turn } from '../core/ports.ts';
import type { Smtp } from '../functions/parts/channels/smtp.ts';
import type { Outbox } from './outbox.ts';

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
