import type { Message } from '../../../core/event/event.ts';
import { isHeldOut } from '../../../core/experiment/assign.ts';
import type { JsonObject } from '../../../core/json.ts';
import { Keyring } from '../../../functions/parts/keyring.ts';
import type { Deployment } from './deployment.ts';

/** Some people's lives on a deployment, and what must hold once they are over. */
export interface Life {
  /** Lets everything happen that the scenario is made of. */
  live(): Promise<void>;
  /** Promises that did not hold. */
  broken(): Promise<readonly string[]>;
}

/** Finds a name for somebody, by what chance will make of them. */
export class Names {
  private readonly ring: Keyring;
  private readonly startMs: number;
  private readonly name: string;

  constructor(startMs: number, name: string, signingKey: string) {
    this.ring = new Keyring(signingKey);
    this.startMs = startMs;
    this.name = name;
  }
  /** The first of all who could come whom no holdout keeps out, and who fits. @returns their userId */
  find(role: string, fits: (profileId: string) => boolean): string {
    for (let index = 0; ; index++) {
      const userId = `${this.name}-${role}${index}`;
      const message = { messageId: `${userId}-identify`, receivedMs: this.startMs, userId } as Message;
      const profileId = this.ring.profileId(message);
      if (!isHeldOut('holdout', profileId, 5) && fits(profileId)) return userId;
    }
  }
}
/** Whether the welcome is for them. */
export const isWelcomed = (profileId: string): boolean => !isHeldOut('holdout:welcome', profileId, 10);

/** What all scenarios do to a deployment, and what they ask of it. */
export class Stage {
  readonly deployed: Deployment;
  /** Messages of which the intake did not say what is so. */
  readonly misanswered: string[] = [];
  private readonly acknowledged = new Map<string, string[]>();
  /** By userId: nobody becomes somebody else here. */
  private readonly profileIds = new Map<string, string>();

  constructor(deployed: Deployment) {
    this.deployed = deployed;
  }

  async track(userId: string, event: string, properties: JsonObject, more: JsonObject = {}): Promise<void> {
    await this.post('track', userId, { event, properties, ...more });
  }
  /** Everything that the intake acknowledges is kept in mind: it must be there at the end. */
  async post(call: string, userId: string, more: JsonObject): Promise<void> {
    const messageId = `${userId}-${String(more['messageId'] ?? more['event'] ?? call)}`;
    const message = { type: call, userId, ...more, messageId };
    const { status, body, tries } = await this.deployed.post('/v1/batch', { batch: [message] }, 'server');
    const [result] = (body['results'] ?? []) as readonly JsonObject[];
    if (status !== 200 || !result) throw new Error(`${messageId} was answered ${status}.`);
    this.expect(userId, messageId);
    // Whoever asks twice may hear that it is known; whoever asked once may not.
    const isOnce = tries === 1 && this.deployed.functions.times('accept-events') === 1;
    if (isOnce && result['status'] !== 'accepted')
      this.misanswered.push(`${messageId} was answered ${String(result['status'])} at once`);
  }
  expect(userId: string, messageId: string): void {
    this.acknowledged.set(userId, [...(this.acknowledged.get(userId) ?? []), messageId]);
  }

  /** Messages that were not answered as they should be, or are not in their person's timeline just once. */
  async lostOrDoubled(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [userId, messageIds] of this.acknowledged) {
      const seen = (await this.eventsOf(userId)).map(({ eventId }) => eventId);
      found.push(...messageIds.filter((id) => seen.filter((one) => one === id).length !== 1));
    }
    return [...this.misanswered, ...found.map((id) => `${id} is not just once in its timeline`)];
  }
  async eventsOf(userId: string): Promise<readonly JsonObject[]> {
    return (await this.itemsOf(userId, 'timeline')).filter(({ kind }) => kind === 'event');
  }
  async itemsOf(userId: string, list: string): Promise<readonly JsonObject[]> {
    return this.items(`/api/profiles/${await this.profileIdOf(userId)}/${list}`);
  }
  async profileIdOf(userId: string): Promise<string> {
    const known = this.profileIds.get(userId);
    if (known !== undefined) return known;
    const [found] = await this.items(`/api/profiles?userId=${userId}`);
    if (!found) throw new Error(`There is no profile of ${userId}.`);
    const profileId = String(found['profileId']);
    this.profileIds.set(userId, profileId);
    return profileId;
  }
  async items(path: string): Promise<readonly JsonObject[]> {
    const { status, body } = await this.deployed.api('GET', path);
    if (status !== 200) throw new Error(`${path} was answered ${status}.`);
    return body['items'] as readonly JsonObject[];
  }
}

/** Rows of a list, of each some words. */
export const told = (rows: readonly JsonObject[], ...names: readonly string[]): readonly string[] =>
  rows.map((row) => names.map((name) => String(row[name])).join(' ')).toSorted();
