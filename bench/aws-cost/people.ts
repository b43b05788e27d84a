import { randomUUID } from 'node:crypto';
import type { Deployment } from '../../test/aws/deployment/deployment.ts';

const dayMs = 86_400_000;
const key = 'server';

/** A person as a shop's site knows them, with the context that analytics libraries send along. */
export class Visitor {
  readonly userId: string;
  private readonly anonymousId = randomUUID();
  private readonly deployed: Deployment;
  private count = 0;

  constructor(deployed: Deployment, userId: string) {
    this.deployed = deployed;
    this.userId = userId;
  }

  private message(type: string, over: object): object {
    return {
      type,
      messageId: `ajs-next-${randomUUID()}`,
      userId: this.userId,
      anonymousId: this.anonymousId,
      timestamp: new Date(this.deployed.nowMs).toISOString(),
      ...over,
      context: {
        library: { name: 'analytics.js', version: 'npm:next-1.70.0' },
        locale: 'en-GB',
        page: {
          path: '/p/lamp',
          title: 'Harbour & Pine',
          url: 'https://shop.example/p/lamp',
          referrer: 'https://shop.example/',
        },
        userAgent:
          'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36',
        timezone: 'Europe/Riga',
        ...(over as { context?: object }).context,
      },
    };
  }
  track(event: string, properties: object): Promise<void> {
    return this.post('/v1/track', this.message('track', { event, properties }));
  }
  /** Comes in with all that may be written to. */
  identify(): Promise<void> {
    const email = `${this.userId}@shop.example`;
    const granted = { marketing: 'granted' };
    const traits = { email, firstName: 'Ana', lastName: 'Berzina', phone: phoneOf(this.userId), city: 'Riga' };
    const consent = { email: granted, sms: granted, push: granted, source: 'sign-up' };
    const device = { token: `${this.userId}-device-token`, type: 'ios' };
    return this.post('/v1/identify', this.message('identify', { traits, context: { consent, device } }));
  }
  /** The shop writes something down. */
  become(traits: object): Promise<void> {
    return this.post('/v1/identify', this.message('identify', { traits }));
  }
  /** This day and so many more. */
  day(later: number): string {
    return new Date(this.deployed.nowMs + later * dayMs).toISOString();
  }
  /** What a visit is made of: no event of it begins a journey. */
  look(): object {
    this.count++;
    const name = ['Product Viewed', 'Product List Viewed', 'Product Viewed', 'Products Searched'][this.count % 4]!;
    const product = {
      productId: `sku-${1_000 + ((this.count * 37) % 900)}`,
      name: 'Brass reading lamp',
      category: ['Kitchen', 'Light', 'Garden'][this.count % 3],
      price: 20 + ((this.count * 13) % 180),
      currency: 'EUR',
    };
    return this.message('track', { event: name, properties: product });
  }
  async visit(looks: number): Promise<void> {
    if (looks === 1) return this.post('/v1/track', this.look());
    return this.post('/v1/batch', { batch: Array.from({ length: looks }, () => this.look()) });
  }

  private async post(path: string, body: object): Promise<void> {
    const { status } = await this.deployed.post(path, body, key);
    if (status !== 200) throw new Error(`${path} answers ${status}.`);
  }
}

/** Numbers that are nobody's. */
function phoneOf(userId: string): string {
  const digits = [...userId].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000, 7);
  return `+44770090${String(digits).padStart(6, '0').slice(0, 4)}`;
}

/** A shipped journey, how people come to its entry, and how long the longest way through it takes. */
export interface Passage {
  readonly journeyId: string;
  /** Everything before the message that lets them in. */
  before(visitor: Visitor): Promise<void>;
  /** The message itself; absent where time alone lets them in. */
  enter?(visitor: Visitor): Promise<void>;
  /** Time from the end of `before` to the entry, and from there to its end. */
  readonly waitMs: number;
  readonly lastsMs: number;
}
const products = (price: number, category = 'Light'): object => ({
  products: [
    {
      productId: 'sku-1',
      name: 'Brass reading lamp',
      category,
      price,
      quantity: 1,
      url: 'https://shop.example/p/sku-1',
      imageUrl: 'https://shop.example/i/sku-1.png',
    },
  ],
});
const order = (visitor: Visitor, revenue: number, category?: string): Promise<void> =>
  visitor.track('Order Completed', {
    orderId: randomUUID(),
    revenue,
    currency: 'EUR',
    ...products(revenue, category),
  });
const nothing = (): Promise<void> => Promise.resolve();

/** Of the benchmarks' own documents: three mails, and two waits of days. */
export const threeTouches: Passage = {
  journeyId: 'three',
  before: nothing,
  enter: (one) =>
    one.track('Trial Started', { trialId: one.userId, orderId: one.userId, revenue: 60, ...products(60) }),
  waitMs: 0,
  lastsMs: 4 * dayMs,
};

export const passages: readonly Passage[] = [
  { journeyId: 'welcome', before: nothing, enter: (one) => one.track('Signed Up', {}), waitMs: 0, lastsMs: 11 * dayMs },
  {
    journeyId: 'abandoned-cart',
    before: nothing,
    enter: (one) => one.track('Product Added', { cartId: one.userId, value: 80, currency: 'EUR', ...products(80) }),
    waitMs: 0,
    lastsMs: 6 * dayMs,
  },
  { journeyId: 'second-purchase', before: nothing, enter: (one) => order(one, 100), waitMs: 0, lastsMs: 45 * dayMs },
  {
    journeyId: 'churn-prevention',
    before: async (one) => {
      await order(one, 40);
      await order(one, 60);
    },
    waitMs: 34 * dayMs,
    lastsMs: 21 * dayMs,
  },
  {
    journeyId: 'trial-to-paid',
    before: nothing,
    enter: async (one) => {
      await one.become({ trialEndsAt: one.day(30) });
      await one.track('Trial Started', { plan: 'Pier Club', monthlyPrice: 3.9 });
    },
    waitMs: 0,
    lastsMs: 35 * dayMs,
  },
  {
    journeyId: 'cross-sell',
    // Two orders of a shelf that has no part in it: the second ends what the first began.
    before: async (one) => {
      await order(one, 30);
      await order(one, 30);
    },
    enter: (one) => order(one, 60, 'Kitchen'),
    waitMs: dayMs,
    lastsMs: 17 * dayMs,
  },
  {
    journeyId: 'replenishment',
    before: (one) => one.become({ runsOut: 'Pine Tar Soap', runsOutId: 'sku-2', runsOutOn: one.day(16).slice(0, 10) }),
    waitMs: 9 * dayMs,
    lastsMs: 18 * dayMs,
  },
  {
    journeyId: 'review-referral',
    before: nothing,
    enter: (one) => one.track('Order Delivered', { orderId: randomUUID(), ...products(80) }),
    waitMs: 0,
    lastsMs: 24 * dayMs,
  },
  { journeyId: 'reactivation', before: (one) => order(one, 90), waitMs: 59 * dayMs, lastsMs: 66 * dayMs },
];
