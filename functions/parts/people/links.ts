import type { Links } from '../content/content.ts';
import type { Keyring } from '../keyring.ts';

/** What a link in a message is about. */
export interface LinkSubject {
  readonly profileId: string;
  readonly channel: string;
  readonly topic?: string;
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

  unsubscribe({ profileId, channel, topic }: LinkSubject): string {
    return `${this.baseUrl}/u/${this.seal('unsubscribe', topic === undefined ? { profileId, channel } : { profileId, channel, topic })}`;
  }
  preferences({ profileId }: { readonly profileId: string }): string {
    return `${this.baseUrl}/u/${this.seal('preferences', { profileId, channel: 'email' })}`;
  }

  private seal(purpose: string, subject: LinkSubject): string {
    const text = Buffer.from(
      JSON.stringify([
        purpose,
        subject.profileId,
        subject.channel,
        ...(subject.topic === undefined ? [] : [subject.topic]),
      ]),
    ).toString('base64url');
    return `${text}.${this.keyring.sign('link', text)}`;
  }
  /** The subject of a link's last part; `undefined` for one that was not made here. */
  open(sealed: string): OpenedLink | undefined {
    const [text = '', signature = ''] = sealed.split('.');
    if (!this.keyring.isSigned('link', text, signature)) return undefined;
    const [kind, profileId, channel, topic] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as string[];
    return profileId === undefined || channel === undefined || (kind !== 'unsubscribe' && kind !== 'preferences')
      ? undefined
      : { kind, profileId, channel, ...(topic !== undefined && { topic }) };
  }
}
