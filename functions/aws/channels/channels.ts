import type { Channel } from '../../../core/journey/document.ts';
import type {
  EmailMessage,
  InAppMessage,
  Message as RenderedMessage,
  PushMessage,
  SmsMessage,
  WebhookMessage,
} from '../../../core/message/message.ts';
import type { Channels, HandOver, Turn } from '../../../core/ports.ts';
import { Pace, type Waiting } from './pace.ts';

/** Makes at most one hand-over request. */
export type Sender<Message> = (deliveryId: string, message: Message) => Promise<HandOver>;

/** Keeps a message, so that it can be looked at. */
export type Keep = (deliveryId: string, message: RenderedMessage) => Promise<void>;

export interface AwsChannelsOptions {
  /** A channel that is not set up has none. */
  readonly senders: {
    readonly email?: Sender<EmailMessage>;
    readonly sms?: Sender<SmsMessage>;
    readonly push?: Sender<PushMessage>;
    readonly 'in-app'?: Sender<InAppMessage>;
    readonly webhook?: Sender<WebhookMessage>;
  };
  /** Gives emails their turns. @default one a second, what a new account has */
  readonly emails?: Pick<Pace, 'turn'>;
  /** This container's share. @default 1, what a new account has */
  readonly textPartsPerSecond?: number;
  /** Keeps what was, or may have been, handed over, so that it can be looked at; its failing changes no outcome. */
  readonly keep?: Keep;
  readonly waiting?: Waiting;
}

/** Providers that take any number at once. */
const atOnce: Promise<Turn> = Promise.resolve({ release: () => undefined });

/** The channels of the AWS home. */
export class AwsChannels implements Channels {
  private readonly senders: AwsChannelsOptions['senders'];
  private readonly keep: AwsChannelsOptions['keep'];
  private readonly emails: Pick<Pace, 'turn'>;
  private readonly texts: Pace;

  constructor({ senders, emails, textPartsPerSecond = 1, keep, waiting }: AwsChannelsOptions) {
    this.senders = senders;
    this.keep = keep;
    this.emails = emails ?? new Pace(1, waiting);
    this.texts = new Pace(textPartsPerSecond, waiting);
  }

  turn(channel: Channel, mostMs: number): Promise<Turn | undefined> {
    if (channel === 'email') return this.emails.turn(mostMs);
    return channel === 'sms' ? this.texts.turn(mostMs) : atOnce;
  }

  async deliver(deliveryId: string, message: RenderedMessage): Promise<HandOver> {
    const outcome = await this.handOver(deliveryId, message);
    if (outcome.kind !== 'refused') await this.keep?.(deliveryId, message).catch(() => undefined);
    return outcome;
  }

  /** None of the providers can be asked by our ids; what became of a message comes with their reports. */
  reconcile(): Promise<'unknown'> {
    return Promise.resolve('unknown');
  }

  private async handOver(deliveryId: string, message: RenderedMessage): Promise<HandOver> {
    try {
      return (await this.send(deliveryId, message)) ?? { kind: 'refused', reason: 'not-set-up', isPermanent: true };
    } catch (error) {
      // A sender that breaks its promise does not say how far it came.
      return { kind: 'unknown', reason: error instanceof Error ? error.name : 'unreadable' };
    }
  }

  private send(deliveryId: string, message: RenderedMessage): Promise<HandOver> | undefined {
    const { senders } = this;
    switch (message.channel) {
      case 'email':
        return senders.email?.(deliveryId, message);
      case 'sms':
        this.texts.charge(Math.max(0, message.parts.parts - 1));
        return senders.sms?.(deliveryId, message);
      case 'push':
        return senders.push?.(deliveryId, message);
      case 'in-app':
        return senders['in-app']?.(deliveryId, message);
      case 'webhook':
        return senders.webhook?.(deliveryId, message);
    }
  }
}
