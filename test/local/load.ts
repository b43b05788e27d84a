import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../core/json.ts';
import type { Chance } from './chance.ts';
import { basic, serverKey } from './home.ts';

/** One message that was sent, and whether it was acknowledged. */
export interface Sent {
  readonly messageId: string;
  readonly event: string;
  isAcked: boolean;
}

const people = 60;

/** Callers that send what shoppers do, without pause, and remember what was acknowledged. */
export class Load {
  readonly sent = new Map<string, Sent>();
  private readonly chance: Chance;
  /** Of the messages: an id of this run. */
  private readonly run: string;
  private isStopped = false;
  private count = 0;
  private ackedCount = 0;
  private readonly bodies: JsonObject[] = [];

  constructor(chance: Chance, run: string) {
    this.chance = chance;
    this.run = run;
  }

  stop(): void {
    this.isStopped = true;
  }
  /** Sends until it is stopped or the server is gone. */
  async sendTo(url: string, callers: number): Promise<void> {
    this.isStopped = false;
    await Promise.all(Array.from({ length: callers }, () => this.callAgainAndAgain(url)));
  }
  /** Answers once so many more were acknowledged. */
  async acknowledged(more: number): Promise<void> {
    const wanted = this.ackedCount + more;
    while (this.ackedCount < wanted && !this.isStopped) await sleep(5);
  }
  get acked(): readonly Sent[] {
    return [...this.sent.values()].filter((one) => one.isAcked);
  }

  private async callAgainAndAgain(url: string): Promise<void> {
    while (!this.isStopped) {
      const isBatch = this.chance.isBelow(0.5);
      const messages = Array.from({ length: isBatch ? this.chance.between(1, 30) : 1 }, () => this.message());
      for (const { messageId, event, type } of messages as readonly { [key: string]: string }[]) {
        if (!this.sent.has(messageId!))
          this.sent.set(messageId!, { messageId: messageId!, event: event ?? type!, isAcked: false });
      }
      try {
        const response = await fetch(`${url}/v1/${isBatch ? 'batch' : String(messages[0]!['type'])}`, {
          method: 'POST',
          headers: { authorization: basic(serverKey) },
          body: JSON.stringify(isBatch ? { batch: messages } : messages[0]),
        });
        const text = await response.text();
        if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
        if (text.includes('rejected')) throw new Error(text);
        for (const message of messages) this.sent.get(String(message['messageId']))!.isAcked = true;
        this.ackedCount += messages.length;
      } catch (error) {
        // Gone: killed under way. An answer that is no success is a fault of the server's.
        if (error instanceof TypeError) return;
        throw error;
      }
    }
  }

  /** One in eight was sent before. */
  private message(): JsonObject {
    if (this.bodies.length > 0 && this.chance.isBelow(0.125)) return this.chance.pick(this.bodies);
    const who = this.chance.below(people);
    const userId = `u${who}`;
    const messageId = `${this.run}-${this.count++}`;
    const cartId = `c${who}-${this.chance.below(3)}`;
    const body = this.chance.pick<() => JsonObject>([
      () => ({
        type: 'identify',
        userId,
        anonymousId: `a${who}`,
        traits: { email: `${userId}@crash.example`, phone: `+3712000${1000 + who}`, firstName: userId },
      }),
      () => ({ type: 'track', userId, event: 'Signed Up' }),
      () => ({ type: 'track', userId, event: 'Product Added', properties: { cartId, name: 'A Chair' } }),
      () => ({ type: 'track', userId, event: 'Product Added', properties: { cartId, name: 'A Chair' } }),
      () => ({ type: 'track', userId, event: 'Checkout Started', properties: { cartId } }),
      () => ({ type: 'track', anonymousId: `a${who}`, event: 'Product Viewed', properties: { price: 12.5 } }),
      () => ({ type: 'track', userId, event: 'Order Completed', properties: { cartId, revenue: 99 } }),
      () => ({ type: 'identify', userId, context: { device: { token: `t-${who}`, type: 'ios' } } }),
    ])();
    const message = { messageId, ...body };
    if (this.bodies.length < 400) this.bodies.push(message);
    else this.bodies[this.chance.below(400)] = message;
    return message;
  }
}
