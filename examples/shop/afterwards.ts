import type { Composer, Who } from './compose.ts';
import type { Fields, Sending } from './message.ts';
import type { Person } from './people.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

interface SentOrder {
  readonly atMs: number;
  readonly who: Who;
  readonly orderId: string;
  readonly products: readonly Fields[];
}

/** The parcel arrives; some write what they think of it, and a few of the happy ones tell a friend. */
export function parcel({ random }: Person, composer: Composer, order: SentOrder): Sending[] {
  const { who, orderId, products } = order;
  const deliveredMs = order.atMs + random.between(40, 110) * hourMs;
  const track = (atMs: number, event: string, properties: Fields): Sending[] =>
    composer.fromServer(atMs, who, { type: 'track', event, properties });
  const sendings = track(deliveredMs, 'Order Delivered', { orderId, products });
  if (!random.chance(0.3)) return sendings;
  const reviewedMs = deliveredMs + random.between(24, 18 * 24) * hourMs;
  const rating = random.weighted([[5, 8], [4, 5], [3, 2], [2, 1], [1, 1]]); // prettier-ignore
  sendings.push(...track(reviewedMs, 'Product Reviewed', { orderId, rating }));
  if (rating < 4 || !random.chance(0.25)) return sendings;
  return [...sendings, ...track(reviewedMs + random.between(30, 200) * hourMs, 'Friend Invited', { orderId })];
}

/**
 * What the shop reckons of things that are used up: the date on which the first of them will be gone. Some people order
 * it again about then.
 */
export function runsOut(
  { random, index }: Person,
  products: readonly Fields[],
  atMs: number,
): { readonly traits?: Fields; readonly againAtMs?: number } {
  const used = products.find(({ lastsDays }) => typeof lastsDays === 'number');
  if (!used) return {};
  // Some are slow with their coffee, and the shop has learnt it.
  const pace = 0.8 + (index % 5) / 10;
  const lastsMs = Number(used['lastsDays']) * Number(used['quantity'] ?? 1) * pace * dayMs;
  const traits = {
    runsOut: used['name'] ?? '',
    runsOutId: used['product_id'] ?? '',
    runsOutOn: new Date(atMs + lastsMs).toISOString().slice(0, 10),
  };
  if (!random.chance(0.4)) return { traits };
  return { traits, againAtMs: Math.floor(atMs + lastsMs + random.between(-5 * 24, 6 * 24) * hourMs) };
}
