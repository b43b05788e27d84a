import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../core/event/event.ts';
import {
  aMessage,
  anAudience,
  aSegment,
  aWorkspace,
  dayMs,
  hourMs,
  startMs,
  TestHome,
  type TestHomeOptions,
} from '../../builders.ts';
import { factsOf } from '../../facts-of.ts';
import { runs } from '../../properties.ts';

const everyKindOfCondition: TestHomeOptions = {
  workspace: aWorkspace({ conversion: [{ event: 'Bought', where: { price: { above: 80 } } }] }),
  segments: [
    aSegment('bought-twice', { did: 'Bought', atLeast: 2 }),
    aSegment('bought-lately', { did: 'Bought', where: { price: { above: 20 } }, within: 'P9D' }),
    aSegment('bought-once-lately', { did: ['Bought', 'Viewed'], exactly: 2, within: 'P12D' }),
    aSegment('few-views', { did: 'Viewed', atMost: 2, within: 'PT200H' }),
    aSegment('silent', { didNot: 'Viewed', within: 'P5D' }),
    aSegment('worth-much', { did: 'Bought', sum: 'price', atLeast: 100 }),
    aSegment('worth-much-lately', { did: 'Bought', sum: 'price', atLeast: 60, within: 'P10D' }),
    aSegment('last-long-ago', { last: 'Bought', olderThan: 'P8D', newerThan: 'P25D' }),
    aSegment('first-lately', { first: 'Viewed', newerThan: 'P15D' }),
    aSegment('viewed-then-bought', {
      sequence: [{ did: 'Viewed' }, { did: 'Bought', where: { price: { above: 20 } } }],
      within: 'P4D',
    }),
    aSegment('bought-and-gone', {
      sequence: [{ did: 'Viewed' }, { did: ['Bought', 'Viewed'] }],
      thenNot: 'Viewed',
      for: 'P2D',
    }),
    aSegment('since-a-day', { did: 'Viewed', where: { on: { after: '2026-03-06' } } }),
    aSegment('gold', { all: [{ trait: 'plan', is: 'gold' }, { not: { segment: 'silent' } }] }),
    aSegment('may-be-mailed', { consent: 'email', is: 'granted' }),
    aSegment('ends-soon', { trait: 'endsAt', before: { fromNow: 'P7D' } }),
  ],
  audiences: [
    anAudience('new-faces', 'acquisition', { did: 'Viewed' }),
    anAudience('like-gold', 'seed', { any: [{ segment: 'gold' }, { segment: 'worth-much' }] }),
  ],
};

type Call = { readonly message: Omit<Message, 'messageId' | 'receivedMs'>; readonly copies: readonly number[] };

const anonymousId = fc.constantFrom('a1', 'a2', 'a3');
const traits = fc.record(
  {
    plan: fc.constantFrom('gold', 'basic'),
    email: fc.constantFrom('one@b.lv', 'Two@b.lv'),
    phone: fc.constantFrom('+371 2612 3456', '+37120000000'),
    endsAt: fc.constantFrom('2026-03-20', '2026-04-07T10:00:00Z'),
    toString: fc.constantFrom('a name that objects have', 'another'),
  },
  { requiredKeys: [] },
);
const consent = fc.record(
  { email: fc.record({ marketing: fc.constantFrom('granted', 'denied') }), source: fc.constantFrom('form', 'till') },
  { requiredKeys: ['email'] },
);
const context = fc.record(
  {
    consent,
    timezone: fc.constantFrom('Europe/Riga', 'America/New_York', 'Pacific/Auckland'),
    locale: fc.constantFrom('lv', 'en'),
    campaign: fc.record({ source: fc.constantFrom('news', 'ads'), medium: fc.constantFrom('email', 'cpc') }),
    device: fc.record({ token: fc.constantFrom('t1', 't2'), type: fc.constantFrom('ios', 'android') }),
  },
  { requiredKeys: [] },
);
const properties = fc.record(
  {
    price: fc.constantFrom(10, 25.1, 40, 99.99, -25.1),
    on: fc.constantFrom('2026-03-05T23:30:00Z', '2026-03-06T11:30:00Z'),
  },
  { requiredKeys: ['price'] },
);
const names = fc.constantFrom('Viewed', 'Bought', 'Email Unsubscribed');
const trust = fc.constantFrom('server', 'server', 'public');

/** Who a message is about: one person, under their user id, on one of three devices, or both. */
const whose = fc.oneof(
  fc.constant({ userId: 'u1' }),
  fc.record({ anonymousId }),
  fc.record({ userId: fc.constant('u1'), anonymousId }),
);
const body = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('track'), name: names, properties, context, who: whose }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('identify'), traits, context, who: whose }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('alias'),
      who: fc.record({ userId: fc.constant('u1'), previousId: anonymousId }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('group'),
      groupId: fc.constantFrom('g1', 'valueOf'),
      context: fc.constantFrom({}, { groupType: 'household' }),
      who: whose,
    }),
  },
);
const minuteOfTwoWeeks = fc.integer({ min: 0, max: 14 * 24 * 60 });
/** Copies of one message, by how late each arrives: up to 14 days. */
const copies = fc.array(fc.integer({ min: 0, max: 14 * dayMs }), { minLength: 1, maxLength: 5 });

const person: fc.Arbitrary<readonly Call[]> = fc.array(
  fc
    .record({ body, trust, minute: minuteOfTwoWeeks, copies })
    .map(({ body: { who, ...rest }, trust: by, minute, copies: late }): Call => {
      const made = aMessage({
        ...(rest as Partial<Message>),
        ...who,
        trust: by as 'server',
        occurredMs: startMs + minute * 60_000,
      });
      const { messageId: _, receivedMs: __, ...message } = made;
      return { message, copies: late };
    }),
  { minLength: 1, maxLength: 12 },
);

/** How a history reaches the intake: what, when, and how many messages in one request. */
interface Delivered {
  readonly message: Message;
  readonly atMs: number;
}
const inOrder = (history: readonly Call[]): readonly Delivered[] =>
  history
    .map(({ message }, index) => ({
      message: { ...message, messageId: `m${index}`, receivedMs: message.occurredMs },
      atMs: message.occurredMs,
    }))
    .toSorted((a, b) => a.atMs - b.atMs);
const asItComes = (history: readonly Call[]): readonly Delivered[] =>
  history
    .flatMap(({ message, copies: late }, index) =>
      late.map((lateMs) => {
        const atMs = message.occurredMs + lateMs;
        return { message: { ...message, messageId: `m${index}`, receivedMs: atMs }, atMs };
      }),
    )
    .toSorted((a, b) => a.atMs - b.atMs);

async function deliver(deliveries: readonly Delivered[], perRequest: number): Promise<readonly string[]> {
  const home = new TestHome({ ...everyKindOfCondition, isRecorded: true });
  try {
    for (let from = 0; from < deliveries.length; from += perRequest) {
      const request = deliveries.slice(from, from + perRequest);
      await home.windTo(request.at(-1)!.atMs);
      await home.take(...request.map((one) => one.message));
    }
    await home.windTo(startMs + 36 * dayMs + hourMs);
    expect(home.problems).toEqual([]);
    const facts = await factsOf(home);
    expect(facts).not.toEqual([]);
    return facts;
  } finally {
    home.close();
  }
}

describe('an accepted event', () => {
  it('is applied exactly once, however often, late and out of order it comes', async () => {
    await fc.assert(
      fc.asyncProperty(person, fc.integer({ min: 1, max: 6 }), async (history, perRequest) => {
        expect(await deliver(asItComes(history), perRequest)).toEqual(await deliver(inOrder(history), 1));
      }),
      runs(10_000),
    );
  });
});
