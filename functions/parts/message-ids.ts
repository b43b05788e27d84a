import { createHash, randomBytes } from 'node:crypto';
import { parseInstant } from '../../core/time/instant.ts';

/**
 * Ids for messages that came without one: later ones sort after earlier ones, so that at one instant the later wins.
 * @param maker tells who makes them; no two makers share one
 */
export function messageIds(maker: string): (nowMs: number) => string {
  let counter = 0;
  return (nowMs) => `~${nowMs.toString(36).padStart(9, '0')}.${maker}.${(counter++).toString(36).padStart(8, '0')}`;
}

/**
 * Ids for the messages of a batch that may come again: the same on every try, as long as the batch is told by its name.
 * @param beganAt when it was begun
 */
export function batchIds(batch: string | undefined, beganAt = ''): (nowMs: number) => string {
  if (batch === undefined) return messageIds(randomBytes(6).toString('base64url'));
  const ids = messageIds(createHash('sha256').update(batch).digest('base64url').slice(0, 16));
  const beganMs = parseInstant(beganAt);
  return (nowMs) => ids(beganMs ?? nowMs);
}
