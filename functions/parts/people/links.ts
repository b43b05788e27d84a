import type { Links } from '../content/content.ts';
import type { Keyring } from '../keyring.ts';

/** What a link in a message is about. */
export interface LinkSubject {
  readonly profileId: string;
  readonly channel: string;
  readonly topic?: string;
  /** The message that it stood in; links of earlier releases do not say. */
  readonly deliveryId?: string;
}

/** A link that was opened: what for, and about whom. */
export interface OpenedLink extends LinkSubject {
  readonly kind: 'unsubscribe' | 'preferences';
}

/** Links that say whom and what they are about in a form that nobody else can make. */
export class SignedLinks implements Links {
  private readonly keyring: Keyring;
  /** Set again once a server listens on a port that was left open. */
  baseUrl: string;
  constructor(keyring: Keyring, baseUrl: string) {
    this.keyring = keyring;
    this.baseUrl = baseUrl;
  }

  unsubscribe(subject: LinkSubject): string {
    return `${this.baseUrl}/u/${this.seal('unsubscribe', subject)}`;
  }
  preferences({ profileId, deliveryId }: Pick<LinkSubject, 'profileId' | 'deliveryId'>): string {
    const subject = { profileId, channel: 'email', ...(deliveryId !== undefined && { deliveryId }) };
    return `${this.baseUrl}/u/${this.seal('preferences', subject)}`;
  }

  private seal(purpose: string, { profileId, channel, topic, deliveryId }: LinkSubject): string {
    const parts = [purpose, profileId, channel, topic ?? null, deliveryId ?? null];
    while (parts.at(-1) === null) parts.pop();
    const text = Buffer.from(JSON.stringify(parts)).toString('base64url');
    return `${text}.${this.keyring.sign('link', text)}`;
  }
  /** The subject of a link's last part; `undefined` for one that was not made here. */
  open(sealed: string): OpenedLink | undefined {
    const [text = '', signature = ''] = sealed.split('.');
    if (!this.keyring.isSigned('link', text, signature)) return undefined;
    const parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as (string | null)[];
    const [kind, profileId, channel, topic, deliveryId] = parts.map((part) => part ?? undefined);
    return profileId === undefined || channel === undefined || (kind !== 'unsubscribe' && kind !== 'preferences')
      ? undefined
      : {
          kind,
          profileId,
          channel,
          ...(topic !== undefined && { topic }),
          ...(deliveryId !== undefined && { deliveryId }),
        };
  }
}
