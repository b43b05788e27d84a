import type { SuppressionReason } from '../message/delivery.ts';

/** What an event blocks, and why. */
export interface Blocking {
  readonly channel: 'email' | 'sms';
  readonly reason: SuppressionReason;
}
/** Events about messages that block an address, under the names that Segment's catalogue and providers use. */
export const blockingEvents: ReadonlyMap<string, Blocking> = new Map<string, Blocking>([
  ['Email Bounced', { channel: 'email', reason: 'hard-bounce' }],
  ['Email Complained', { channel: 'email', reason: 'complaint' }],
  ['Email Marked as Spam', { channel: 'email', reason: 'complaint' }],
  ['Email Unsubscribed', { channel: 'email', reason: 'unsubscribe' }],
  ['Unsubscribed', { channel: 'email', reason: 'unsubscribe' }],
  ['SMS Stopped', { channel: 'sms', reason: 'stop' }],
  ['SMS Unsubscribed', { channel: 'sms', reason: 'stop' }],
]);
/** Whether an event says that an address must be left alone. */
export const blocksAddress = (name: string): boolean => blockingEvents.has(name);
