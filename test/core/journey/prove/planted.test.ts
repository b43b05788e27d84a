import { describe, expect, it } from 'vitest';
import type { Journey, Steps, Workspace } from '../../../../core/journey/document.ts';
import { proverOf } from '../../../../core/journey/prove/prove.ts';
import type { Rule } from '../../../../core/journey/prove/rules.ts';
import { aJourney, aSegment, aWorkspace, documentsOf } from '../../../builders.ts';
import { Theatre } from './theatre.ts';

interface Planted {
  readonly what: string;
  readonly journeys: readonly Journey[];
  readonly rule: Rule;
  readonly workspace?: Partial<Workspace>;
  /** The path must say this. */
  readonly says: string;
}

const hello: Steps = [{ id: 'hello', send: { email: 'hello' } }];
const twice = (wait: string): Steps => [
  { id: 'one', send: { email: 'one' } },
  { id: 'pause', wait },
  { id: 'two', send: { email: 'two' } },
];
const noMore: Rule = {
  id: 'r',
  never: { send: {} },
  after: { event: 'Order Completed' },
};
const complaint: Rule = {
  id: 'r',
  after: { event: 'Email Complained' },
  nothing: true,
};
const atMost = (most: number, within: string, sends: object = {}): Rule => ({
  id: 'r',
  atMost: most,
  sends,
  within,
});
const onOrder = [{ on: { event: 'Order Completed' } }] as const;

const planted: readonly Planted[] = [
  {
    what: 'a journey without an exit goes on after an order',
    journeys: [aJourney({ steps: hello })],
    rule: noMore,
    says: 'Order Completed arrives → Cart Filled arrives and begins "cart" → sends email "hello"',
  },
  {
    what: 'an exit ends who is inside, and lets in who comes after',
    journeys: [aJourney({ steps: twice('P1D'), exit: onOrder })],
    rule: noMore,
    says: 'Order Completed arrives → Cart Filled arrives and begins "cart"',
  },
  {
    what: 'an entry that asks for no order yet has no exit on one',
    journeys: [
      aJourney({
        steps: twice('P1D'),
        entry: {
          on: { event: 'Cart Filled' },
          again: 'never',
          when: { didNot: 'Order Completed' },
        },
      }),
    ],
    rule: noMore,
    says: 'Order Completed arrives while waiting at "pause" → "pause" is over → sends email "two"',
  },
  {
    what: 'an exit listens to a smaller order than the rule',
    journeys: [
      aJourney({
        steps: twice('P1D'),
        entry: {
          on: { event: 'Cart Filled' },
          again: 'never',
          when: { didNot: 'Order Completed' },
        },
        exit: [
          {
            on: { event: 'Order Completed', where: { total: { above: 100 } } },
          },
        ],
      }),
    ],
    rule: noMore,
    says: 'Order Completed arrives while waiting',
  },
  {
    what: 'an exit listens to the order of one cart only',
    journeys: [
      aJourney({
        steps: twice('P1D'),
        entry: {
          on: { event: 'Cart Filled' },
          key: 'properties.cartId',
          again: 'never',
          when: { didNot: 'Order Completed' },
        },
        exit: [{ on: { event: 'Order Completed', key: 'properties.cartId' } }],
      }),
    ],
    rule: noMore,
    says: 'Order Completed arrives while waiting',
  },
  {
    what: 'the event that a step waits for is the one that should end it',
    journeys: [
      aJourney({
        entry: {
          on: { event: 'Cart Filled' },
          again: 'never',
          when: { didNot: 'Order Completed' },
        },
        steps: [
          {
            id: 'buy',
            waitFor: { event: 'Order Completed' },
            within: 'P2D',
            then: hello,
            otherwise: [],
          },
        ],
      }),
    ],
    rule: noMore,
    says: 'Order Completed arrives while waiting at "buy" → sends email "hello"',
  },
  {
    what: 'the order itself begins the journey',
    journeys: [
      aJourney({
        entry: { on: { event: 'Order Completed' }, again: 'always' },
        steps: hello,
      }),
    ],
    rule: noMore,
    says: 'Order Completed arrives and begins "cart" → sends email "hello"',
  },
  {
    what: 'a push goes out after a complaint about an email',
    journeys: [
      aJourney({
        steps: [
          { id: 'mail', send: { email: 'a' } },
          { id: 'nudge', send: { push: 'b' } },
        ],
      }),
    ],
    rule: complaint,
    says: 'sends push "b"',
  },
  {
    what: 'a webhook goes out after a complaint',
    journeys: [aJourney({ steps: [{ id: 'tell', send: { webhook: 'crm' } }] })],
    rule: complaint,
    says: 'sends webhook "crm"',
  },
  {
    what: 'a transactional email goes out after a complaint',
    journeys: [aJourney({ kind: 'transactional', steps: hello })],
    rule: complaint,
    says: 'Email Complained arrives → Cart Filled arrives',
  },
  {
    what: 'an exit asks for a segment that a complaint alone does not make',
    journeys: [
      aJourney({
        exit: [{ when: { segment: 'cross' } }],
        steps: [{ id: 'nudge', send: { push: 'b' } }],
      }),
    ],
    rule: complaint,
    says: 'Email Complained arrives → Cart Filled arrives',
  },
  {
    what: 'a lifecycle journey is taken for one that conversion ends',
    journeys: [aJourney({ steps: twice('PT2H') })],
    rule: {
      id: 'r',
      never: { send: { template: 'two' } },
      after: { conversion: true },
    },
    says: 'sends email "two"',
  },
  {
    what: 'only one of two ways has an end',
    journeys: [
      aJourney({
        exit: onOrder,
        entry: {
          on: { event: 'Cart Filled' },
          again: 'never',
          when: { didNot: 'Called' },
        },
        steps: [
          {
            id: 'called',
            waitFor: { event: 'Called' },
            within: 'P1D',
            then: [{ id: 'wait', wait: 'PT1H' }],
            otherwise: [{ end: true }],
          },
          ...hello,
        ],
      }),
    ],
    rule: { id: 'r', never: { send: {} }, after: { event: 'Called' } },
    says: 'Called arrives while waiting at "called" → "wait" is over → sends email "hello"',
  },
  {
    what: 'two emails lie a day apart, and the rule says two days',
    journeys: [
      aJourney({
        entry: { on: { event: 'Cart Filled' }, again: 'never' },
        steps: twice('P1D'),
      }),
    ],
    rule: atMost(1, 'P2D'),
    says: '"pause" is over → sends email "two"',
  },
  {
    what: 'an event shortens the wait between two emails',
    journeys: [
      aJourney({
        entry: { on: { event: 'Cart Filled' }, again: 'never' },
        steps: [
          { id: 'one', send: { email: 'one' } },
          {
            id: 'look',
            waitFor: { event: 'Shop Visited' },
            within: 'P9D',
            then: [],
            otherwise: [],
          },
          { id: 'two', send: { email: 'two' } },
        ],
      }),
    ],
    rule: atMost(1, 'P7D'),
    says: 'Shop Visited arrives while waiting at "look" → sends email "two"',
  },
  {
    what: 'the journey may be entered again at once',
    journeys: [aJourney({ steps: hello })],
    rule: atMost(2, 'P1D'),
    says: 'sends email "hello" ("hello") → Cart Filled arrives and begins "cart" → sends email "hello"',
  },
  {
    what: 'the journey may be entered again after three days',
    journeys: [
      aJourney({
        entry: { on: { event: 'Cart Filled' }, again: { after: 'P3D' } },
        steps: [{ id: 'mail', send: { email: 'm' }, useBy: 'PT1H' }],
      }),
    ],
    rule: atMost(1, 'P7D'),
    says: 'Cart Filled arrives and begins "cart"',
  },
  {
    what: 'a second trigger restarts the journey',
    journeys: [
      aJourney({
        entry: {
          on: { event: 'Cart Filled' },
          again: 'always',
          meanwhile: 'restart',
        },
        steps: [...hello, { wait: 'P9D' }],
      }),
    ],
    rule: atMost(1, 'P7D'),
    says: 'Cart Filled arrives and begins "cart"',
  },
  {
    what: 'each cart has a journey of its own',
    journeys: [
      aJourney({
        entry: {
          on: { event: 'Cart Filled' },
          key: 'properties.cartId',
          again: 'never',
        },
        steps: hello,
      }),
    ],
    rule: atMost(2, 'P7D'),
    says: 'sends email "hello"',
  },
  {
    what: 'two journeys write on the same day',
    journeys: [
      aJourney({
        entry: { on: { event: 'Cart Filled' }, again: 'never' },
        steps: hello,
      }),
      aJourney({
        id: 'other',
        entry: { on: { event: 'Signed Up' }, again: 'never' },
        steps: [
          { id: 'w', wait: 'P2D' },
          { id: 'hi', send: { email: 'hi' } },
        ],
      }),
    ],
    rule: atMost(1, 'P1D'),
    says: 'sends email "hi"',
  },
  {
    what: 'a cascade goes on to the next channel after an order',
    journeys: [
      aJourney({
        entry: {
          on: { event: 'Cart Filled' },
          again: 'never',
          when: { didNot: 'Order Completed' },
        },
        steps: [
          {
            id: 'chase',
            cascade: [{ push: 'a' }, { email: 'b' }],
            every: 'P1D',
          },
        ],
      }),
    ],
    rule: noMore,
    says: '"chase.1-wait" is over → sends email "b"',
  },
  {
    what: 'a list is walked three times, a day apart',
    journeys: [
      aJourney({
        entry: { on: { event: 'Cart Filled' }, again: 'never' },
        steps: [{ id: 'again', repeat: { times: 3, every: 'P1D', steps: hello } }],
      }),
    ],
    rule: atMost(2, 'P3D'),
    says: '"again.wait" is over → goes "round" at "again.round" → sends email "hello"',
  },
  {
    what: 'a cap counts the other channel',
    journeys: [
      aJourney({
        entry: { on: { event: 'Cart Filled' }, again: 'never' },
        steps: twice('PT1H'),
      }),
    ],
    workspace: {
      frequencyCaps: [{ channels: 'sms', atMost: 1, within: 'P7D' }],
    },
    rule: atMost(1, 'P1D', { channel: 'email' }),
    says: 'sends email "two"',
  },
];

describe('a rule about what is walked several times', () => {
  const walked = (times: number): Journey =>
    aJourney({
      entry: { on: { event: 'Cart Filled' }, again: 'never' },
      steps: [{ id: 'again', repeat: { times, every: 'P1D', steps: hello } }],
    });
  const proven = (times: number, rule: Rule): string =>
    proverOf(documentsOf({ journeys: [walked(times)] }))(rule).verdict.kind;

  it('holds where the rounds are as many as it allows, or as far apart', () => {
    expect(proven(3, atMost(3, 'P30D'))).toBe('holds');
    expect(proven(9, atMost(2, 'P2D'))).toBe('holds');
    expect(proven(4, atMost(3, 'P30D'))).toBe('broken');
  });
});

describe('a planted violation is found, and its counter-example breaks the rule when it is played again:', () => {
  it.each(planted)('$what', async ({ journeys, rule, workspace, says }) => {
    const documents = {
      journeys,
      workspace: aWorkspace(workspace),
      segments: [aSegment('cross', { did: 'Email Complained', atLeast: 2 })],
    };
    const { verdict } = proverOf(documentsOf(documents))(rule);
    if (verdict.kind !== 'broken') throw new Error(`${verdict.kind}: ${verdict.why}`);
    expect(verdict.story.map((scene) => scene.says).join(' → ')).toContain(says);
    const theatre = new Theatre({
      ...documents,
      startMs: verdict.story[0]!.atMs - 3_600_000,
    });
    await theatre.begin();
    await theatre.play(verdict.story);
    expect(theatre.home.problems).toEqual([]);
    expect(theatre.breaks(rule)).toBe(true);
    theatre.home.close();
  });
});
