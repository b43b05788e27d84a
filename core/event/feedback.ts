import type { Channel } from '../journey/document.ts';
import type { SuppressionReason } from '../message/delivery.ts';
import { newestIdentifier, type Profile } from '../profile/profile.ts';
import { normalizeEmail, normalizePhone } from '../profile/address.ts';
import { blockingEvents } from './blocking-events.ts';
import type { Message } from './event.ts';

/** What an event says must be left alone. */
export interface FeedbackBlock {
  readonly channel: Channel;
  /** Absent where none is known yet. */
  readonly address?: string;
  readonly reason: SuppressionReason;
}

/** What an event blocks, if anything; only a server key is believed. A soft bounce blocks nothing. */
export function feedbackOf(message: Message, profile: Profile): FeedbackBlock | undefined {
  const found = message.trust === 'server' && message.type === 'track' ? blockingEvents.get(message.name) : undefined;
  if (!found) return undefined;
  const kind = message.properties['type'] ?? message.properties['bounceType'];
  if (found.reason === 'hard-bounce' && typeof kind === 'string' && !/^(hard|permanent)$/i.test(kind)) return undefined;
  const property = found.channel === 'email' ? 'email' : 'phone';
  const given = message.properties[property];
  const normalize = found.channel === 'email' ? normalizeEmail : normalizePhone;
  const address = typeof given === 'string' ? normalize(given) : newestIdentifier(profile, property)?.value;
  return { ...found, ...(address !== undefined && { address }) };
}
