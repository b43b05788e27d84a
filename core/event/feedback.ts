import type { Channel } from '../journey/document.ts';
import type { SuppressionReason } from '../message/delivery.ts';
import { newestIdentifier, type Profile } from '../profile/profile.ts';
import { normalizeEmail, normalizePhone } from '../profile/address.ts';
import type { Message } from './event.ts';

/** What an event says must be left alone. */
export interface FeedbackBlock {
  readonly channel: Channel;
  /** Absent where none is known yet. */
  readonly address?: string;
  readonly reason: SuppressionReason;
}

/** Events about messages that block an address, under the names that Segment's catalogue and providers use. */
const blocking = new Map<string, { readonly channel: 'email' | 'sms'; readonly reason: SuppressionReason }>([
  ['Email Bounced', { channel: 'email', reason: 'hard-bounce' }],
  ['Email Complained', { channel: 'email', reason: 'complaint' }],
  ['Email Marked as Spam', { channel: 'email', reason: 'complaint' }],
  ['Email Unsubscribed', { channel: 'email', reason: 'unsubscribe' }],
  ['Unsubscribed', { channel: 'email', reason: 'unsubscribe' }],
  ['SMS Stopped', { channel: 'sms', reason: 'stop' }],
  ['SMS Unsubscribed', { channel: 'sms', reason: 'stop' }],
]);

/** What an event blocks, if anything; only a server key is believed. A soft bounce blocks nothing. */
export function feedbackOf(message: Message, profile: Profile): FeedbackBlock | undefined {
  const found = message.trust === 'server' && message.type === 'track' ? blocking.get(message.name) : undefined;
  if (!found) return undefined;
  const kind = message.properties['type'] ?? message.properties['bounceType'];
  if (found.reason === 'hard-bounce' && typeof kind === 'string' && !/^(hard|permanent)$/i.test(kind)) return undefined;
  const property = found.channel === 'email' ? 'email' : 'phone';
  const given = message.properties[property];
  const normalize = found.channel === 'email' ? normalizeEmail : normalizePhone;
  const address = typeof given === 'string' ? normalize(given) : newestIdentifier(profile, property)?.value;
  return { ...found, ...(address !== undefined && { address }) };
}
