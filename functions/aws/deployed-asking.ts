import type { Asking } from '../../core/enrollment/ask.ts';
import { askingOf, type Coupons, type Hours } from '../parts/asking/asking.ts';
import type { Call } from '../parts/channels/call.ts';
import type { PublishedContent } from '../parts/content/content.ts';
import { definitions } from './container.ts';
import type { OnLow } from './coupons.ts';

/** What steps ask of the world; what they ask of is loaded when the first one asks. */
export function deployedAsking(content: PublishedContent, onLow: OnLow): Asking {
  const coupons = onDemand<Coupons>(async () => (await import('./open/coupons.ts')).openCoupons(onLow));
  const hours = onDemand<Hours>(async () => (await import('./open/hours.ts')).openHours());
  // Opened anew for each call: the secret that it signs with may have been replaced.
  const call: Call = async (askId, message) => (await (await import('./open/call.ts')).openCall())(askId, message);
  return askingOf({
    definitions: definitions(),
    content,
    coupons: { claim: async (pool, askId) => (await coupons()).claim(pool, askId) },
    call,
    hours: { learn: async (own) => (await hours()).learn(own) },
  });
}

/** Opened once; what could not be opened is tried again. */
function onDemand<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open();
    opened.catch(() => (opened = undefined));
    return opened;
  };
}
