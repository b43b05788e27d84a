import type { Message } from '../../../core/event/event.ts';
import { assignVariant, isHeldOut } from '../../../core/experiment/assign.ts';
import type { JsonObject } from '../../../core/json.ts';
import { Keyring } from '../../../functions/parts/keyring.ts';
import type { Deployment } from './deployment.ts';

/** Who lives through the scenario, each known by what becomes of them. */
export interface People {
  /** Converts inside the wait of the welcome. */
  readonly buyer: string;
  /** Waits until the welcome ends by itself. */
  readonly waiter: string;
  /** Unsubscribes by the link in the welcome email, which SES reports as opened. */
  readonly clicker: string;
  /** Leaves a basket behind, of which a journey emits an event; looked at three things, for two more days. */
  readonly carter: string;
}
/** What is told of one person, once it is over. */
export interface Fate {
  readonly events: readonly string[];
  readonly enrollments: readonly string[];
  readonly deliveries: readonly string[];
  readonly mails: number;
}
export type Fates = { readonly [name in keyof People]: Fate };

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const addressOf = (userId: string): string => `${userId}@example.com`;

/** Who, of all who could come at this instant, is drawn into the journeys, and is not drawn into those that only take time. */
export function peopleAt(startMs: number, name: string, signingKey: string): People {
  const ring = new Keyring(signingKey);
  const find = (role: string, fits: (profileId: string) => boolean): string => {
    for (let index = 0; ; index++) {
      const userId = `${name}-${role}${index}`;
      const profileId = ring.profileId({ messageId: `${userId}-identify`, receivedMs: startMs, userId } as Message);
      if (!isHeldOut('holdout', profileId, 5) && fits(profileId)) return userId;
    }
  };
  const isWelcomed = (profileId: string): boolean => !isHeldOut('holdout:welcome', profileId, 10);
  return {
    buyer: find('buyer', (id) => isWelcomed(id) && isHeldOut('holdout:second-purchase', id, 10)),
    waiter: find('waiter', isWelcomed),
    clicker: find('clicker', isWelcomed),
    carter: find('carter', (id) => !isHeldOut('holdout:abandoned-cart', id, 5) && variantOf(id) === 'free-delivery'),
  };
}
const variantOf = (profileId: string): string =>
  assignVariant('cart-email', profileId, [
    { id: 'reminder', percent: 45 },
    { id: 'free-delivery', percent: 45 },
    { id: 'control', percent: 10 },
  ]);

/** Half a fortnight of four people's lives, on one deployment. */
export class ShopPeople {
  private readonly deployed: Deployment;
  private readonly people: People;
  private readonly startMs: number;
  private readonly acknowledged = new Map<string, string[]>();

  constructor(deployed: Deployment, people: People) {
    this.deployed = deployed;
    this.people = people;
    this.startMs = deployed.nowMs;
  }

  /** Lets everything happen that the scenario is made of. */
  async live(): Promise<void> {
    const { buyer, waiter, clicker, carter } = this.people;
    const consent = { email: { marketing: 'granted' }, source: 'sign-up' };
    for (const userId of Object.values(this.people))
      await this.post('identify', userId, { traits: { email: addressOf(userId) }, context: { consent } });
    for (const userId of [buyer, waiter, clicker]) await this.track(userId, 'Signed Up', {});
    const earlier = new Date(this.startMs - 12 * dayMs).toISOString();
    for (const product of ['lamp', 'table', 'chair'])
      await this.track(carter, 'Product Viewed', { productId: product }, { messageId: product, timestamp: earlier });
    await this.track(carter, 'Product Added', { cartId: 'cart', value: 20 });
    await this.deployed.windTo(this.startMs + hourMs);
    await this.track(buyer, 'Order Completed', { orderId: 'order', revenue: 80, products: [] });
    await this.openAndLeave(clicker);
    const profileId = await this.profileIdOf(carter);
    const denied = { sms: { marketing: 'denied' }, source: 'support' };
    await this.deployed.api('PUT', `/api/profiles/${profileId}/consent`, denied);
    await this.deployed.windTo(this.startMs + 6 * dayMs);
  }
  private async track(userId: string, event: string, properties: JsonObject, more: JsonObject = {}): Promise<void> {
    await this.post('track', userId, { event, properties, ...more });
  }
  private async post(call: string, userId: string, more: JsonObject): Promise<void> {
    const messageId = `${userId}-${String(more['messageId'] ?? more['event'] ?? call)}`;
    const { status } = await this.deployed.post(`/v1/${call}`, { userId, ...more, messageId }, 'server');
    if (status !== 200) throw new Error(`${messageId} was answered ${status}.`);
    this.acknowledged.set(userId, [...(this.acknowledged.get(userId) ?? []), messageId]);
  }
  /** Of the welcome email SES reports an opening, if there is one, and its link is clicked. */
  private async openAndLeave(userId: string): Promise<void> {
    const [mail = ''] = await this.mailTo(userId);
    const [, deliveryId] = /X-Sojourn-Delivery: ?(\S+)/.exec(mail) ?? [];
    const [, sealed] = /List-Unsubscribe: ?<https:\/\/api\.example(\/u\/[^>]+)>/.exec(mail) ?? [];
    if (deliveryId === undefined || sealed === undefined) return;
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
  async lostOrDoubled(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [userId, messageIds] of this.acknowledged) {
      const seen = (await this.eventsOf(userId)).map(({ eventId }) => eventId);
      found.push(...messageIds.filter((id) => seen.filter((one) => one === id).length !== 1));
    }
    return found;
  }
  async fates(): Promise<Fates> {
    const { buyer, waiter, clicker, carter } = this.people;
    const [a, b, c, d] = await Promise.all([buyer, waiter, clicker, carter].map((userId) => this.fateOf(userId)));
    return { buyer: a!, waiter: b!, clicker: c!, carter: d! };
  }
  private async fateOf(userId: string): Promise<Fate> {
    const profileId = await this.profileIdOf(userId);
    const list = (name: string): Promise<readonly JsonObject[]> => this.items(`/api/profiles/${profileId}/${name}`);
    const text = (rows: readonly JsonObject[], ...names: readonly string[]): readonly string[] =>
      rows.map((row) => names.map((name) => String(row[name])).join(' ')).toSorted();
    return {
      events: text(await this.eventsOf(userId), 'name'),
      enrollments: text(await list('enrollments'), 'journeyId', 'status', 'reason'),
      deliveries: text(await list('deliveries'), 'journeyId', 'stepId', 'status', 'reason'),
      mails: (await this.mailTo(userId)).length,
    };
  }
  /** Deliveries of which SES was handed more than one mail. */
  async sentTwice(): Promise<readonly string[]> {
    const ids = (await this.deployed.emails()).flatMap(
      (raw) => /X-Sojourn-Delivery: ?(\S+)/.exec(unfolded(raw))?.[1] ?? [],
    );
    return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  }

  private async eventsOf(userId: string): Promise<readonly JsonObject[]> {
    const profileId = await this.profileIdOf(userId);
    return (await this.items(`/api/profiles/${profileId}/timeline`)).filter(({ kind }) => kind === 'event');
  }
  private async mailTo(userId: string): Promise<readonly string[]> {
    const all = (await this.deployed.emails()).map(unfolded);
    return all.filter((raw) => raw.includes(`To: ${addressOf(userId)}`));
  }
  private async profileIdOf(userId: string): Promise<string> {
    const [{ profileId } = {}] = await this.items(`/api/profiles?userId=${userId}`);
    return String(profileId);
  }
  private async items(path: string): Promise<readonly JsonObject[]> {
    const { status, body } = await this.deployed.api('GET', path);
    if (status !== 200) throw new Error(`${path} was answered ${status}.`);
    return body['items'] as readonly JsonObject[];
  }
}
const unfolded = (raw: string): string => raw.replace(/\r?\n[ \t]+/g, '');
