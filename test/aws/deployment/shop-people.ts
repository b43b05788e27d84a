import { assignVariant, isHeldOut } from '../../../core/experiment/assign.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Deployment } from './deployment.ts';
import { FunctionFailed } from './function-process.ts';
import { isWelcomed, Names, Stage, told } from './life.ts';

/** Who lives through the scenario, each known by what becomes of them. */
export interface People {
  /** Converts inside the wait of the welcome. */
  readonly buyer: string;
  /** Waits until the welcome ends by itself, with a notification on a telephone. */
  readonly waiter: string;
  /** Unsubscribes by the link in the welcome email, which SES reports as opened. */
  readonly clicker: string;
  /** Leaves a basket behind: gets notification, email and text, and a journey emits an event; looked at three things, for two more days. */
  readonly carter: string;
  /** Asks for a call: a webhook and a notification in a browser. */
  readonly caller: string;
  /** Is faster than the tokens of two holds, and gone before a message of the night can go out. */
  readonly racer: string;
  /** Meets a function that is broken. */
  readonly unlucky: string;
}
/** What is told of one person, once it is over. */
export interface Fate {
  readonly events: readonly string[];
  readonly enrollments: readonly string[];
  readonly deliveries: readonly string[];
  readonly mails: number;
}
export type Fates = { readonly [name in keyof People]: Fate };

const journey = { stage: 'comparison', kind: 'lifecycle' };
/** Journeys beside the shop's, by ways that people seldom go within a week. */
export const moreJourneys = [
  {
    ...journey,
    id: 'call',
    name: 'Call: the desk is told, and the browser',
    entry: { on: { event: 'Call Asked' }, again: 'always' },
    steps: [
      { id: 'desk', send: { webhook: 'call-list' } },
      { id: 'answer', waitFor: { event: 'Call Completed' }, within: 'P1D', then: [], otherwise: [] },
      { id: 'a-while', wait: 'PT2H' },
      { id: 'browser', send: { push: 'first-order' }, topic: 'offers' },
    ],
  },
  {
    ...journey,
    id: 'race',
    name: 'Race: holds that are over before their tokens are known',
    entry: { on: { event: 'Race Begun' }, again: 'always' },
    exit: [{ on: { event: 'Race Left' } }],
    steps: [
      { id: 'flag', waitFor: { event: 'Flag Waved' }, within: 'P1M', then: [], otherwise: [] },
      { id: 'finish', waitFor: { event: 'Race Finished' }, within: 'P1M', then: [], otherwise: [] },
    ],
  },
  {
    ...journey,
    id: 'night',
    name: 'Night: a message that waits for the morning',
    entry: { on: { api: true }, again: 'always' },
    exit: [{ on: { event: 'Night Left' } }],
    steps: [
      { id: 'late', wait: { until: '23:00' } },
      { id: 'story', send: { email: 'welcome-story' }, topic: 'welcome' },
    ],
  },
];

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const addressOf = (userId: string): string => `${userId}@example.com`;

/** Who, of all who could come at this instant, is drawn into the journeys, and is not drawn into those that only take time. */
export function peopleAt(startMs: number, name: string, signingKey: string): People {
  const names = new Names(startMs, name, signingKey);
  return {
    buyer: names.find('buyer', (id) => isWelcomed(id) && isHeldOut('holdout:second-purchase', id, 10)),
    waiter: names.find('waiter', isWelcomed),
    clicker: names.find('clicker', isWelcomed),
    carter: names.find(
      'carter',
      (id) => !isHeldOut('holdout:abandoned-cart', id, 5) && variantOf(id) === 'free-delivery',
    ),
    caller: names.find('caller', () => true),
    racer: names.find('racer', () => true),
    unlucky: names.find('unlucky', isWelcomed),
  };
}
const variantOf = (profileId: string): string =>
  assignVariant('cart-email', profileId, [
    { id: 'reminder', percent: 45 },
    { id: 'free-delivery', percent: 45 },
    { id: 'control', percent: 10 },
  ]);

/** A key of a browser that nobody has: the point of P-256 that is its generator. */
const p256dh = Buffer.from(
  '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
    '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  'hex',
).toString('base64url');
const auth = Buffer.alloc(16, 7).toString('base64url');

/** Half a fortnight of seven people's lives, on one deployment. */
export class ShopPeople {
  private readonly stage: Stage;
  private readonly people: People;
  private readonly startMs: number;

  constructor(deployed: Deployment, people: People) {
    this.stage = new Stage(deployed);
    this.people = people;
    this.startMs = deployed.nowMs;
  }
  private get deployed(): Deployment {
    return this.stage.deployed;
  }

  /** Lets everything happen that the scenario is made of. */
  async live(): Promise<void> {
    const { buyer, waiter, clicker, carter, caller, racer, unlucky } = this.people;
    for (const userId of Object.values(this.people)) await this.identify(userId);
    await this.breakTouchesOf(unlucky);
    await this.hurry(racer);
    for (const userId of [buyer, waiter, clicker, unlucky]) await this.stage.track(userId, 'Signed Up', {});
    await this.stage.track(caller, 'Call Asked', {});
    await this.stage.track(racer, 'Race Begun', {});
    await this.stayUp(racer);
    await this.fillBasket(carter);
    await this.deployed.windTo(this.startMs + hourMs);
    await this.stage.track(buyer, 'Order Completed', { orderId: 'order', revenue: 80, products: [] });
    await this.openAndLeave(clicker);
    await this.stage.track(caller, 'Call Completed', {});
    await this.consent(carter, { sms: { marketing: 'granted' } });
    // Half past eleven in Riga.
    await this.deployed.windTo(this.startMs + 11.5 * hourMs);
    await this.stage.track(racer, 'Night Left', {});
    await this.deployed.windTo(this.startMs + 6 * dayMs);
  }
  private async consent(userId: string, given: JsonObject): Promise<void> {
    const profileId = await this.stage.profileIdOf(userId);
    await this.deployed.api('PUT', `/api/profiles/${profileId}/consent`, { ...given, source: 'support' });
  }
  private async identify(userId: string): Promise<void> {
    const consent = { email: { marketing: 'granted' }, push: { marketing: 'granted' }, source: 'sign-up' };
    const device = this.deviceOf(userId);
    // A number of their own, as long as Latvia's are.
    const phone = `+3712${String(Math.floor(this.startMs / 1_000) % 10_000_000).padStart(7, '0')}`;
    const traits = { email: addressOf(userId), ...(userId === this.people.carter && { phone }) };
    await this.stage.post('identify', userId, { traits, context: { consent, ...(device && { device }) } });
  }
  private deviceOf(userId: string): JsonObject | undefined {
    const { waiter, carter, caller } = this.people;
    if (userId === waiter) return { type: 'ios', token: `token-of-${userId}` };
    if (userId === carter) return { type: 'android', token: `token-of-${userId}` };
    if (userId !== caller) return undefined;
    const webPush = { endpoint: `https://push.example/web-push/${userId}`, keys: { p256dh, auth } };
    return { type: 'web', token: `token-of-${userId}`, webPush };
  }
  /** Whatever is begun of this person ends in an error that nobody has thought of. */
  private async breakTouchesOf(userId: string): Promise<void> {
    await this.beforeEach('run-touch', userId, () =>
      Promise.resolve(new FunctionFailed({ name: 'TypeError', message: 'undefined is not a function' })),
    );
  }
  /** Each time that this person's execution is about to wait, what ends its waiting has just happened. */
  private async hurry(userId: string): Promise<void> {
    const ends = new Map([
      ['flag', 'Flag Waved'],
      ['finish', 'Race Left'],
    ]);
    await this.beforeEach('register-hold', userId, async ({ stepId = '' }) => {
      const end = ends.get(stepId);
      ends.delete(stepId);
      if (end !== undefined) await this.stage.track(userId, end, {});
      return undefined;
    });
  }
  private async beforeEach(
    called: string,
    userId: string,
    happens: (payload: { readonly stepId?: string }) => Promise<FunctionFailed | undefined>,
  ): Promise<void> {
    const { functions } = this.deployed;
    const { meets } = functions;
    const profileId = await this.stage.profileIdOf(userId);
    functions.meets = (name, payload: { readonly profileId?: string; readonly stepId?: string }) =>
      name === called && payload.profileId === profileId ? happens(payload) : meets(name, payload);
  }
  private async stayUp(userId: string): Promise<void> {
    const profileId = await this.stage.profileIdOf(userId);
    const headers = { 'idempotency-key': `${userId}-night` };
    const { status } = await this.deployed.api('POST', '/api/journeys/night/enrollments', { profileId }, headers);
    if (status >= 300) throw new Error(`An entry was answered ${status}.`);
  }
  private async fillBasket(userId: string): Promise<void> {
    const earlier = new Date(this.startMs - 12 * dayMs).toISOString();
    for (const product of ['lamp', 'table', 'chair'])
      await this.stage.track(
        userId,
        'Product Viewed',
        { productId: product },
        { messageId: product, timestamp: earlier },
      );
    await this.stage.track(userId, 'Product Added', {
      cartId: 'cart',
      value: 80,
      products: [{ product_id: 'lamp', name: 'Lamp', price: 80, quantity: 1 }],
    });
  }
  /** Of the welcome email SES reports an opening, and its link is clicked; whoever got none tells the shop. */
  private async openAndLeave(userId: string): Promise<void> {
    const mail = (await this.mails()).find(isTo(userId)) ?? '';
    const [, deliveryId] = /X-Sojourn-Delivery: ?(\S+)/.exec(mail) ?? [];
    const [, sealed] = /List-Unsubscribe: ?<https:\/\/api\.example(\/u\/[^>]+)>/.exec(mail) ?? [];
    if (deliveryId === undefined || sealed === undefined)
      return this.consent(userId, { email: { marketing: 'denied' } });
    const [[configurationSet] = ['']] = this.deployed.templates.ofType('AWS::SES::ConfigurationSet');
    const time = new Date(this.deployed.nowMs).toISOString();
    const tags = { deliveryId: [deliveryId], 'ses:configuration-set': [configurationSet] };
    const mailed = { destination: [addressOf(userId)], tags };
    const detail = { eventType: 'Open', mail: mailed, open: { timestamp: time } };
    await this.deployed.offer({ id: deliveryId, source: 'aws.ses', 'detail-type': 'Email Open', time, detail });
    await this.deployed.settle();
    const { status } = await this.deployed.link('POST', sealed);
    if (status !== 200) throw new Error(`A link was answered ${status}.`);
  }

  /** Messages that were acknowledged and are not in their person's timeline just once. */
  lostOrDoubled(): Promise<readonly string[]> {
    return this.stage.lostOrDoubled();
  }
  async fates(): Promise<Fates> {
    const names = Object.keys(this.people) as (keyof People)[];
    // Asked once for all: moto tells everything that it has ever been handed.
    const mails = await this.mails();
    const fates = await Promise.all(names.map((name) => this.fateOf(this.people[name], mails)));
    return Object.fromEntries(names.map((name, index) => [name, fates[index]])) as Fates;
  }
  private async fateOf(userId: string, mails: readonly string[]): Promise<Fate> {
    return {
      events: told(await this.stage.eventsOf(userId), 'name'),
      enrollments: told(await this.stage.itemsOf(userId, 'enrollments'), 'journeyId', 'status', 'reason'),
      deliveries: told(await this.stage.itemsOf(userId, 'deliveries'), 'journeyId', 'stepId', 'status', 'reason'),
      mails: mails.filter(isTo(userId)).length,
    };
  }
  private async mails(): Promise<readonly string[]> {
    return (await this.deployed.emails()).map(unfolded);
  }
}
const isTo =
  (userId: string) =>
  (raw: string): boolean =>
    raw.includes(`To: ${addressOf(userId)}`);
const unfolded = (raw: string): string => raw.replace(/\r?\n[ \t]+/g, '');
