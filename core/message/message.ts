import type { Purpose, Workspace } from '../journey/document.ts';
import type { Json } from '../json.ts';
import type { Device } from './send-context.ts';
import type { SmsParts } from './sms-parts.ts';

/** What an email says, before it has an address. */
export interface EmailContent {
  readonly channel: 'email';
  /** One line. */
  readonly subject: string;
  readonly preheader?: string;
  readonly html: string;
  readonly text: string;
}
/** What an SMS says, and the parts that it takes. */
export interface SmsContent {
  readonly channel: 'sms';
  readonly text: string;
  readonly parts: SmsParts;
}
/** What a push notification says; `url` opens on a tap. */
export interface PushContent {
  readonly channel: 'push';
  readonly title: string;
  readonly body: string;
  readonly url?: string;
}
/** What a web or app shows inside itself. */
export interface InAppContent {
  readonly channel: 'in-app';
  readonly title: string;
  readonly body: string;
  readonly url?: string;
}
/** An HTTP request to be made; it has no address beside its URL. */
export interface WebhookContent {
  readonly channel: 'webhook';
  readonly url: string;
  readonly method: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: Json;
}
/** A template rendered for one profile. */
export type MessageContent = EmailContent | SmsContent | PushContent | InAppContent | WebhookContent;

interface Tagged {
  /** Carried to the provider, so that its reports find the delivery. */
  readonly tags: { readonly deliveryId: string };
}
/** An email as handed over. */
export interface EmailMessage extends EmailContent, Tagged {
  readonly to: string;
  readonly from: string;
  readonly replyTo?: string;
  readonly headers: { readonly [name: string]: string };
}
/** An SMS as handed over; `to` is E.164. */
export interface SmsMessage extends SmsContent, Tagged {
  readonly to: string;
  /** Carriers treat the two apart. */
  readonly purpose: Purpose;
  readonly from?: string;
}
/** A push notification as handed over; `to` is a device token. */
export interface PushMessage extends PushContent, Tagged {
  readonly to: string;
  readonly device?: Device;
  readonly app?: string;
}
/** An in-app message as handed over; `to` is a profile. */
export interface InAppMessage extends InAppContent, Tagged {
  readonly to: string;
}
/** A webhook as handed over. */
export type WebhookMessage = WebhookContent & Tagged;
/** A rendered and addressed message, as a channel gets it and the outbox keeps it. */
export type Message = EmailMessage | SmsMessage | PushMessage | InAppMessage | WebhookMessage;

/** Where a message goes and on whose behalf. */
export interface Addressing {
  readonly deliveryId: string;
  /** The profile's address for the channel; a webhook has none. */
  readonly to: string;
  /** Of a push message. */
  readonly device?: Device;
  readonly purpose: Purpose;
  readonly sender: Workspace['sender'];
  /** Takes the one-click POST of RFC 8058; marketing email needs it. */
  readonly unsubscribeUrl?: string;
}

/**
 * Gives rendered content its address, sender and headers.
 * @throws RangeError for an address that is not one line, for email without a sender, and for marketing email without a
 * usable unsubscribe link: the gate and `check` see to all three before
 */
export function addressMessage(content: MessageContent, addressing: Addressing): Message {
  const { deliveryId, sender } = addressing;
  const tags = { deliveryId };
  if (content.channel === 'webhook') return { ...content, tags };
  const to = singleLine(addressing.to, 'address');
  switch (content.channel) {
    case 'email':
      return { ...content, ...emailSender(sender), to, headers: unsubscribeHeaders(addressing), tags };
    case 'sms':
      return {
        ...content,
        to,
        purpose: addressing.purpose,
        ...(sender.sms && { from: singleLine(sender.sms.sender, 'SMS sender') }),
        tags,
      };
    case 'push':
      return {
        ...content,
        to,
        ...(addressing.device && { device: addressing.device }),
        ...(sender.push && { app: sender.push.app }),
        tags,
      };
    case 'in-app':
      return { ...content, to, tags };
  }
}

function emailSender({ email }: Workspace['sender']): { from: string; replyTo?: string } {
  if (!email) throw new RangeError('The workspace names no email sender.');
  const from = singleLine(email.from, 'sender');
  return email.replyTo === undefined ? { from } : { from, replyTo: singleLine(email.replyTo, 'reply address') };
}

function unsubscribeHeaders({ purpose, unsubscribeUrl }: Addressing): { [name: string]: string } {
  if (purpose === 'transactional') return {};
  if (unsubscribeUrl === undefined || !isUnsubscribeUrl(unsubscribeUrl)) {
    throw new RangeError('A marketing email needs an unsubscribe link, https or on this machine.');
  }
  // RFC 8058, section 3.1: both headers, the second exactly so.
  return { 'List-Unsubscribe': `<${unsubscribeUrl}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}

// Characters that would end the header's angle brackets or its line are left out.
const unsubscribeShape = /^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/]))[!#-;=?-~]+$/;
const isUnsubscribeUrl = (url: string): boolean => unsubscribeShape.test(url);

const lineBreaking = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

function singleLine(text: string, what: string): string {
  if (text === '' || lineBreaking.test(text) || !text.isWellFormed()) {
    throw new RangeError(`The ${what} must be one line of text.`);
  }
  return text;
}
