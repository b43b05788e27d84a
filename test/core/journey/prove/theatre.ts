import type { JsonObject } from '../../../../core/json.ts';
import { namesOf } from '../../../../core/journey/prove/facts.ts';
import type { AtMostRule, Rule, Selector } from '../../../../core/journey/prove/rules.ts';
import type { Scene } from '../../../../core/journey/prove/story.ts';
import type { Delivery } from '../../../../core/message/delivery.ts';
import { addDuration } from '../../../../core/time/duration.ts';
import { anIdentify, aTrack, TestHome, type TestHomeOptions } from '../../../builders.ts';

/** An event that was accepted, or a message that went out, in order. */
type Seen = { readonly event: string } | { readonly sent: Delivery; readonly atMs: number };

/** A home that notes what comes in and what goes out. */
export class Theatre {
  readonly seen: Seen[] = [];
  readonly home: TestHome;

  constructor(documents: TestHomeOptions) {
    this.home = new TestHome(documents);
    this.home.channels.answer = (deliveryId) => {
      const sent = this.home.deliveries().find((one) => one.deliveryId === deliveryId)!;
      this.seen.push({ sent, atMs: this.home.clock.nowMs() });
      return { kind: 'accepted' };
    };
  }

  /** Somebody who can be reached everywhere. */
  async begin(): Promise<void> {
    const device = { token: 'd1', type: 'ios' };
    await this.home.accept(anIdentify({ email: 'ana@b.lv', phone: '+37120000001' }, { context: { device } }));
  }

  async event(name: string, properties: JsonObject): Promise<void> {
    this.seen.push({ event: name });
    await this.home.accept(aTrack(name, properties));
  }

  /** Plays a story: its events at their instants, and then a minute. */
  async play(story: readonly Scene[]): Promise<void> {
    const { home } = this;
    for (const { atMs, event } of story) {
      if (!event) continue;
      await home.windTo(Math.max(atMs, home.clock.nowMs()));
      await this.event(event.name, event.properties);
    }
    await home.windTo(Math.max(story.at(-1)?.atMs ?? 0, home.clock.nowMs()) + 60_000);
  }

  /** Whether what was seen breaks a rule. Read from the rule and the deliveries alone. */
  breaks(rule: Rule, conversion: readonly string[] = ['Order Completed']): boolean {
    if ('atMost' in rule) return this.hasTooMany(rule);
    const { after } = rule;
    const names = 'conversion' in after ? conversion : namesOf(after.event);
    const from = this.seen.findIndex((one) => 'event' in one && names.includes(one.event));
    if (from < 0) return false;
    const selector = 'never' in rule ? rule.never.send : {};
    return this.seen.slice(from).some((one) => 'sent' in one && this.isMeant(one.sent, selector));
  }

  private hasTooMany({ sends, atMost, within }: AtMostRule): boolean {
    const instants = this.seen.flatMap((one) => ('sent' in one && this.isMeant(one.sent, sends) ? [one.atMs] : []));
    return instants.some((atMs, index) => {
      const last = instants[index + atMost];
      return last !== undefined && last < addDuration(atMs, within, 'UTC', 1);
    });
  }

  private isMeant(sent: Delivery, { kind, step, ...selector }: Selector): boolean {
    const journey = this.home.definitions.now.journeys.get(sent.journeyId)!.document;
    const given = { ...sent, journey: sent.journeyId, kind: journey.kind, step: sent.stepId };
    return Object.entries({ ...selector, kind, step }).every(([key, wanted]) => {
      const value = (given as unknown as { readonly [key: string]: string })[key]!;
      return wanted === undefined || [wanted].flat().some((one) => one === value);
    });
  }
}
