import { parcel, runsOut } from './afterwards.ts';
import { choose, pageOf, type Product } from './catalogue.ts';
import type { Composer, Device, Who } from './compose.ts';
import type { Fields, Sending } from './message.ts';
import type { Person } from './people.ts';

const hourMs = 3_600_000;

/** What changes in a person's year. Nothing in it depends on the messages they get: the data is not a proof of any. */
export interface Standing {
  hasAccount: boolean;
  hasNewsletter: boolean;
  hasApp: boolean;
  /** The phone's browser has been logged in once: from then on its visits belong to the account. */
  hasLinkedPhone: boolean;
  isReachableByMail: boolean;
  orders: number;
  carts: number;
  nextOrderDay: number;
  asleepUntilDay: number;
  hasTriedClub: boolean;
}

/** A basket; its id ties what is put in to what is paid. */
export interface Cart {
  readonly cartId: string;
  readonly products: Fields[];
}
const valueOf = (cart: Cart): number =>
  Math.round(cart.products.reduce((sum, { price, quantity }) => sum + Number(price) * Number(quantity), 0) * 100) / 100;

/** One stay in the shop: its steps follow one another by half a minute or two. */
export function beginTour(person: Person, composer: Composer, standing: Standing, startsMs: number) {
  const { random } = person;
  const device = chooseDevice(person, standing);
  const sendings: Sending[] = [];
  let nowMs = startsMs;
  let isLoggedIn = device === 'app' || (standing.hasAccount && random.chance(device === 'laptop' ? 0.75 : 0.45));

  const say = (said: Parameters<Composer['fromDevice']>[3], context?: Fields): void => {
    sendings.push(...composer.fromDevice(device, nowMs, isLoggedIn, said, context));
    nowMs += random.between(20, 110) * 1_000;
  };
  const track = (event: string, properties: Fields): void => say({ type: 'track', event, properties });
  const who = (): Who => {
    const anonymousId = device === 'laptop' ? person.laptopId : person.phoneId;
    return standing.hasAccount ? { userId: person.userId } : { anonymousId };
  };

  if (device === 'app') {
    if (!standing.hasApp) track('Application Installed', { version: '3.1.0' });
    standing.hasApp = true;
    track('Application Opened', { from_background: random.chance(0.3) });
    say({ type: 'screen', name: 'Home', properties: {} });
  } else {
    say(
      { type: 'page', name: 'Home', properties: { path: '/', title: 'Harbour & Pine' } },
      { page: { path: '/' }, ...campaign(person) },
    );
    if (device === 'phone' && isLoggedIn && !standing.hasLinkedPhone) {
      standing.hasLinkedPhone = true;
      say({ type: 'identify', traits: { lastName: person.lastName } });
    }
    if (random.chance(0.3)) track('Product List Viewed', { list_id: person.favourite, category: person.favourite });
  }

  return {
    sendings,
    nowMs: () => nowMs,
    look(product: Product): void {
      if (device === 'app') say({ type: 'screen', name: 'Product', properties: { product_id: product.product_id } });
      else if (random.chance(0.6)) say({ type: 'page', name: 'Product', properties: { path: pageOf(product) } });
      track('Product Viewed', { ...product, currency: 'EUR' });
    },
    fill(items: number): Cart {
      const cart: Cart = { cartId: `cart-${person.index}-${(standing.carts += 1)}`, products: [] };
      for (let left = items; left > 0; left--) {
        const added = { ...choose(random, person.favourite, person.purse), quantity: random.chance(0.8) ? 1 : 2 };
        cart.products.push(added);
        track('Product Added', {
          ...added,
          cartId: cart.cartId,
          value: valueOf(cart),
          currency: 'EUR',
          products: [...cart.products],
        });
      }
      return cart;
    },
    checkOut(cart: Cart): void {
      track('Checkout Started', {
        cartId: cart.cartId,
        value: valueOf(cart),
        currency: 'EUR',
        products: cart.products,
      });
    },
    pay(cart: Cart, atMs: number): void {
      if (!standing.hasAccount && person.email !== undefined) {
        sendings.push(
          ...composer.fromServer(atMs - 5_000, who(), { type: 'identify', traits: { email: person.email } }),
        );
      }
      sendings.push(...complete(person, composer, standing, atMs, who(), cart, { cartId: cart.cartId }));
    },
    /** An account, or at least the newsletter; some stay strangers. */
    introduceThemselves(): void {
      nowMs += 40_000;
      const anonymousId = device === 'laptop' ? person.laptopId : person.phoneId;
      if (random.chance(person.isWilling ? 0.55 : 0.25)) {
        standing.hasAccount = true;
        standing.hasLinkedPhone = device === 'phone';
        isLoggedIn = true;
        sendings.push(
          ...composer.introduction(nowMs, { userId: person.userId, anonymousId }, ['email', 'sms', 'push']),
        );
        if (person.index % 150 === 7) {
          const alias = { type: 'alias', previousId: anonymousId } as const;
          sendings.push(...composer.fromServer(nowMs + 1_500, { userId: person.userId }, alias));
        }
        const signedUp = {
          type: 'track',
          event: 'Signed Up',
          properties: { form: random.pick(['header', 'checkout', 'footer']) },
        } as const;
        sendings.push(...composer.fromServer(nowMs + 3_000, { userId: person.userId, anonymousId }, signedUp));
        nowMs += 20_000;
      } else if (!standing.hasNewsletter && person.email !== undefined && random.chance(0.2)) {
        standing.hasNewsletter = true;
        sendings.push(...composer.introduction(nowMs, { anonymousId }, ['email']));
        const subscribed = { type: 'track', event: 'Newsletter Subscribed', properties: { form: 'footer' } } as const;
        sendings.push(...composer.fromServer(nowMs + 3_000, { anonymousId }, subscribed));
      }
    },
  };
}

/** Where a visit came from: some by an advertisement, some by a search, most by themselves. */
function campaign({ random }: Person): Fields {
  if (random.chance(0.7)) return {};
  const [source, medium] = random.pick([['meta', 'paid-social'], ['google', 'cpc'], ['pinterest', 'social'], ['newsletter', 'email']]); // prettier-ignore
  return {
    campaign: {
      name: random.pick(['autumn-table', 'slow-mornings', 'small-gifts']),
      source: source ?? '',
      medium: medium ?? '',
    },
  };
}

/** The order itself, from the shop's own systems; a few are cancelled or sent back. */
export function complete(
  person: Person,
  composer: Composer,
  standing: Standing,
  atMs: number,
  who: Who,
  cart: Pick<Cart, 'products'>,
  where: Fields,
  context: Fields = {},
): Sending[] {
  const { random } = person;
  standing.orders += 1;
  const orderId = `HP${person.index}-${standing.orders}`;
  const revenue = valueOf({ cartId: '', products: cart.products });
  const properties = { orderId, revenue, currency: 'EUR', ...where, products: cart.products };
  const sendings = composer.fromServer(atMs, who, { type: 'track', event: 'Order Completed', properties }, context);
  if (random.chance(0.035)) {
    const event = random.pick(['Order Cancelled', 'Order Refunded']);
    const laterMs = atMs + random.between(3, 200) * hourMs;
    sendings.push(
      ...composer.fromServer(laterMs, who, { type: 'track', event, properties: { orderId, total: revenue } }, context),
    );
    return sendings;
  }
  if (where['affiliation'] === undefined) sendings.push(...parcel(person, composer, { atMs, who, orderId, ...cart }));
  const { traits, againAtMs } = runsOut(person, cart.products, atMs);
  if (traits) sendings.push(...composer.fromServer(atMs + 2_000, who, { type: 'identify', traits }, context));
  if (againAtMs === undefined) return sendings;
  return [...sendings, ...complete(person, composer, standing, againAtMs, who, cart, where, context)];
}

function chooseDevice({ random, usesApp }: Person, standing: Standing): Device {
  if (usesApp && standing.hasAccount && random.chance(0.4)) return 'app';
  return random.chance(0.6) ? 'laptop' : 'phone';
}
