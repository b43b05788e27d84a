import { channels } from '../journey/document.ts';
import { isObject, type JsonObject } from '../json.ts';
import { closest, didYouMean } from '../suggest.ts';
import type { MessageRefusal } from './refusal.ts';

const purposes = ['marketing', 'transactional'];
/** What stands beside the channels: our own words, and what Segment's consent manager writes for itself. */
const others: ReadonlySet<string> = new Set(['source', 'textVersion', 'categoryPreferences']);

/**
 * What is wrong with `context.consent`: a slip of the pen in it would lose what somebody said.
 * @param topics ids of the workspace's topics, which are purposes too; a purpose like none of all is let in
 */
export function checkConsent(
  context: JsonObject,
  topics: () => readonly string[] = () => [],
): MessageRefusal | undefined {
  const given = context['consent'];
  if (given === undefined || given === null) return undefined;
  if (!isObject(given)) return invalid('context.consent must be an object of channels.', 'context.consent');
  for (const [channel, said] of Object.entries(given)) {
    if (others.has(channel)) continue;
    const path = `context.consent.${channel}`;
    if (!channels.some((one) => one === channel)) {
      const { suggestion } = didYouMean(closest(channel, channels));
      const message = `There is no channel "${channel.slice(0, 40)}".`;
      return invalid(message, path, suggestion ?? `Channels are ${channels.join(', ')}.`);
    }
    if (!isObject(said)) return invalid('Give each purpose a status.', path, 'Write { "marketing": "granted" }.');
    const found = checkPurposes(said, path, topics());
    if (found) return found;
  }
  return undefined;
}

function checkPurposes(said: object, path: string, topics: readonly string[]): MessageRefusal | undefined {
  for (const [purpose, status] of Object.entries(said)) {
    const at = `${path}.${purpose}`;
    const guess = closest(purpose, [...purposes, ...topics]);
    if (guess !== undefined)
      return invalid(`There is no purpose "${purpose.slice(0, 40)}".`, at, didYouMean(guess).suggestion);
    if (status === 'granted' || status === 'denied') continue;
    const meant = typeof status === 'string' ? closest(status, ['granted', 'denied']) : undefined;
    return invalid('A consent is "granted" or "denied".', at, didYouMean(meant).suggestion);
  }
  return undefined;
}

const invalid = (message: string, path: string, suggestion?: string): MessageRefusal => ({
  code: 'field_invalid',
  message,
  path,
  ...(suggestion !== undefined && { suggestion }),
});
