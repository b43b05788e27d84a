import type { DocumentSet, Part, Thing } from './document-set.ts';
import { randomOf, type Random } from './random.ts';

const eventNames = ['Product Viewed', 'Product Added', 'Order Completed', 'Cart Cleared', 'Ticket Opened'];
const properties = { total: 'number', category: 'text', member: 'boolean', cartId: 'text', startsAt: 'date' };
const durations = ['PT2H', 'PT36H', 'P1D', 'P2D', 'P1W', 'P1M'];

/** Documents with every kind of step and condition somewhere, chosen and nested at random, about which nothing is to be said. */
export function validDocuments(seed: number): DocumentSet {
  const random = randomOf(seed);
  const journeys = 2 + random.below(3);
  const set: DocumentSet = new Map<string, Part>([
    ['workspace.json', workspace(random)],
    ...sideDocuments(),
    ...templates(),
  ]);
  for (let index = 0; index < 3; index++) {
    const id = `segment-${index}`;
    const when = condition(random, { depth: 2, segments: index, inJourney: false });
    set.set(`segments/${id}.segment.json`, { id, name: `Segment ${index}`, when });
  }
  const use = random.pick(['acquisition', 'retargeting', 'exclusion', 'seed']);
  set.set('audiences/lookers.audience.json', { id: 'lookers', name: 'Lookers', use, when: members(random) });
  for (let index = 0; index < journeys; index++) {
    set.set(`journeys/journey-${index}.journey.json`, new JourneyWriter(random, index, journeys).journey());
  }
  return set;
}

/** Each kind of condition that mistakes are made in, beside random ones. */
const members = (random: Random): Thing => ({
  all: random.shuffled<Thing>([
    condition(random, { depth: 2, segments: 3, inJourney: false }),
    { trait: 'tier', matches: '^g.*' },
    { trait: 'score', atLeast: 1 + random.below(50), below: 60 + random.below(40) },
    { didNot: 'Cart Cleared', within: 'P60D' },
    { segment: `segment-${random.below(3)}` },
  ]),
});

const workspace = (random: Random): Thing => ({
  name: 'Shop',
  timeZone: random.pick(['Europe/Riga', 'America/New_York', 'UTC']),
  locale: 'en',
  currency: 'EUR',
  sender: {
    email: { from: 'Shop <hello@shop.example>', postalAddress: '1 Pier Street, Riga' },
    sms: { sender: 'Shop' },
    push: { app: 'shop' },
  },
  conversion: [{ event: 'Order Completed', where: { total: { above: 0 } } }],
  value: 'total',
  consent: 'opt-in',
  quietHours: { sms: { from: '21:00', to: '09:00' }, email: { from: '23:00', to: '06:30', days: ['MO', 'TU'] } },
  frequencyCaps: [{ channels: ['email', 'push'], atMost: 900, within: 'P1D' }],
  holdout: random.below(20),
  topics: [
    { id: 'offers', name: 'Offers' },
    { id: 'news', name: 'News' },
  ],
  stages: { retention: { did: 'Order Completed', atLeast: 2, within: 'P300D' } },
  retention: 'P400D',
  breaker: { atMost: 60 },
});

const sideDocuments = (): readonly (readonly [string, Part])[] => [
  ['coupons/spring.coupon.json', { id: 'spring', name: 'Spring', codes: ['SPRING-1', 'SPRING-2', 'SPRING-3'] }],
  ['coupons/autumn.coupon.json', { id: 'autumn', name: 'Autumn', codes: 'autumn.txt' }],
  ['coupons/autumn.txt', 'AUTUMN-1\nAUTUMN-2\nAUTUMN-3\n'],
  ['coupons/summer.coupon.json', { id: 'summer', name: 'Summer', generate: { prefix: 'SUN-', length: 10 } }],
  ['tables/neighbours.csv', 'category,neighbour\nkitchen,bath\nbath,kitchen\ngarden,terrace\n'],
  ['calendars/LV.json', { id: 'LV', name: 'Latvia', holidays: { 'new-year': '--01-01', easter: ['2026-04-05'] } }],
  ['traits/orders.trait.json', { id: 'orders', name: 'Orders', count: 'Order Completed', within: 'P60D' }],
  ['traits/spent.trait.json', { id: 'spent', name: 'Spent', sum: 'Order Completed', of: 'total' }],
  ['traits/basket.trait.json', { id: 'basket', name: 'Basket', ratio: { of: 'spent', to: 'orders' } }],
  ['traits/place.trait.json', { id: 'place', name: 'Place', rank: 'spent', into: 5, best: 'most' }],
  ['traits/usage.trait.json', { id: 'usage', name: 'Usage', level: 'orders', from: { light: 0, heavy: 5 } }],
  ...eventNames.map((name): readonly [string, Part] => {
    const id = name.toLowerCase().replace(' ', '-');
    return [`events/${id}.event.json`, { id, name, properties }];
  }),
];

const mail = `---
subject: Hello
---
<mjml><mj-body><mj-section><mj-column>
<mj-text>Code {{ coupon.code }} <a href="{{ links.unsubscribe }}">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body></mjml>
`;
const templates = (): readonly (readonly [string, Part])[] => [
  ['templates/hello/email.mjml', mail.replace('Code {{ coupon.code }} ', '')],
  ['templates/gift/email.mjml', mail],
  ['templates/hello/sms.txt', 'Hello! Reply STOP to opt out.\n'],
  ['templates/hello/push.json', { title: 'Hello', body: 'It is here.' }],
  ['templates/hello/in-app.json', { title: 'Hello', body: 'It is here.' }],
  ['templates/score/webhook.json', { url: 'https://crm.example/score', body: { id: 1 } }],
];

interface Around {
  readonly depth: number;
  /** How many segments there are that may be asked for. */
  readonly segments: number;
  readonly inJourney: boolean;
}

function condition(random: Random, around: Around): Thing {
  const { depth, segments, inJourney } = around;
  const inner = (): Thing => condition(random, { ...around, depth: depth - 1 });
  const event = (): Part =>
    random.below(4) === 0 ? [...random.shuffled(eventNames)].slice(0, 2) : random.pick(eventNames);
  const within = (): Part => random.pick(['P7D', 'P60D', 'PT48H']);
  const where = (): Thing =>
    random.pick<Thing>([
      { total: { above: 10 + random.below(100) } },
      { category: 'Bikes' },
      { category: { in: ['Bikes', 'Tents'] }, member: true },
    ]);
  const leaves: readonly (() => Thing)[] = [
    () => ({ trait: 'tier', is: random.pick(['gold', 'silver']) }),
    () => ({ trait: 'score', atLeast: random.below(50), below: 60 + random.below(40) }),
    () => ({ trait: 'member', exists: true, is: true }),
    () => ({ trait: 'orders', atLeast: 1 + random.below(5) }),
    () => ({ trait: 'usage', is: 'heavy' }),
    () => ({ trait: 'tier', matches: '^g.*' }),
    () => ({ trait: 'trialEndsAt', before: { fromNow: 'P3D' } }),
    () => ({ did: event(), where: where(), atLeast: 1 + random.below(3), within: within() }),
    () => ({ did: random.pick(eventNames), sum: 'total', atLeast: 100 }),
    () => ({ didNot: event(), within: within() }),
    () => ({ last: event(), olderThan: 'P20D', newerThan: 'P90D' }),
    () => ({ first: event(), where: where() }),
    () => ({ consent: 'email', purpose: 'marketing', is: 'granted' }),
    () => ({ random: 20, salt: 'spring' }),
    ...(segments > 0 ? [(): Thing => ({ segment: `segment-${random.below(segments)}` })] : []),
    ...(inJourney ? [(): Thing => ({ value: 'profile.traits.score', above: random.below(50) })] : []),
  ];
  const joins: readonly (() => Thing)[] = [
    () => ({ all: [inner(), inner()] }),
    () => ({ any: [inner(), inner()] }),
    () => ({ not: inner() }),
  ];
  return random.pick(depth > 0 && random.below(3) === 0 ? joins : leaves)();
}

/** Writes one journey. */
class JourneyWriter {
  private readonly random: Random;
  private readonly index: number;
  private readonly journeys: number;
  private count = 0;

  constructor(random: Random, index: number, journeys: number) {
    this.random = random;
    this.index = index;
    this.journeys = journeys;
  }

  journey(): Thing {
    const { index, random } = this;
    const on = { event: 'Order Completed', where: { total: { atLeast: 1 } } };
    return {
      id: `journey-${index}`,
      name: `Journey ${index}`,
      stage: random.pick(['acquaintance', 'comparison', 'decision', 'retention', 'reactivation']),
      kind: random.pick(['acquisition', 'lifecycle']),
      entry: this.entry(),
      exit: [{ on: { ...on } }, { when: this.when() }],
      goal: { on: { ...on }, within: 'P30D' },
      holdout: random.below(50),
      priority: random.below(100),
      steps: this.top(),
    };
  }

  private when(): Thing {
    // An exit on chance alone could never fire.
    return { all: [condition(this.random, { depth: 1, segments: 3, inJourney: true }), { did: 'Cart Cleared' }] };
  }

  private entry(): Thing {
    const keyed = {
      on: { event: 'Product Added', where: { category: 'Bikes' } },
      key: 'properties.cartId',
      again: { after: 'P7D' },
    };
    if (this.index === 0) return { ...keyed, meanwhile: 'restart', when: this.when() };
    return this.random.pick<Thing>([
      { ...keyed },
      { on: { segment: `segment-${this.random.below(3)}`, edge: 'enter' }, again: 'never' },
      { on: { api: true } },
      { on: { date: { trait: 'trialEndsAt' }, offset: '-P3D', at: '10:00' } },
      { on: { date: { holiday: 'new-year' }, at: '10:00', repeats: 'yearly' } },
      { on: { schedule: { every: 'P1W', on: 'MO', at: '10:00', zone: 'profile' }, segment: 'segment-1' } },
    ]);
  }

  /** All kinds of steps in the first journey, some of them in the others; what must follow each other does. */
  private top(): Part {
    const { random } = this;
    const groups = random.shuffled(this.index === 0 ? this.groups() : this.groups().slice(0, 4 + random.below(8)));
    const last: Part[] = random.below(2) === 0 ? [{ id: this.id(), end: true }] : [];
    return [...groups.flatMap((group) => group()), ...last];
  }

  private id(): string {
    return `s${this.count++}`;
  }

  private groups(): readonly (() => Part[])[] {
    const send = (content: Thing, more: Thing = {}): Thing => ({ id: this.id(), send: content, ...more });
    return [
      () => [{ id: this.id(), wait: this.random.pick(durations) }],
      () => [send({ email: 'hello' }, { topic: 'offers', useBy: 'P1D' })],
      () => [send({ sms: 'hello' }), send({ push: 'hello' }), send({ 'in-app': 'hello' })],
      () => [this.branch(2)],
      () => [this.experiment(2)],
      () => [this.answered()],
      () => [{ id: this.id(), wait: { until: '10:00', on: ['TU', 'WE'], zone: 'profile' } }],
      () => [{ id: this.id(), wait: { between: ['09:00', '18:00'], zone: 'workspace' } }],
      () => [
        { id: this.id(), wait: { until: { trait: 'trialEndsAt', offset: '-P1D' }, ifPast: 'skip-next' } },
        send({ email: 'hello' }),
      ],
      () => [{ id: this.id(), wait: { until: '2027-06-09T18:00+03:00' } }],
      () => [{ id: this.id(), wait: { until: 'best-time', within: 'P1D' } }],
      () => [{ id: this.id(), update: { traits: { tier: 'gold', score: 5 } } }],
      () => [{ id: this.id(), emit: { event: 'Offer Made', properties: { kind: 'cart' } } }],
      () => [{ id: this.id(), audience: { add: 'lookers' } }],
      () => this.coupons(),
      () => this.lookup(),
      () => this.call(),
      () => [{ id: this.id(), task: { queue: 'calls', title: 'Call them' } }],
      () => (this.index < this.journeys - 1 ? [{ id: this.id(), start: `journey-${this.journeys - 1}` }] : []),
      () => [this.cascade()],
      () => [
        { id: this.id(), repeat: { times: 3, every: 'P1D', until: { event: 'Order Completed' }, steps: this.body(1) } },
      ],
      () => [send({ firstOf: [{ push: 'hello' }, { email: 'hello' }] })],
    ];
  }

  private body(depth: number): Part[] {
    const kinds: readonly (() => Part)[] = [
      () => ({ id: this.id(), send: { email: 'hello' } }),
      () => ({ id: this.id(), wait: this.random.pick(durations) }),
      () => ({ id: this.id(), update: { traits: { tier: 'silver' } } }),
      ...(depth > 0
        ? [(): Part => this.branch(depth - 1), (): Part => this.experiment(depth - 1), (): Part => this.answered()]
        : []),
    ];
    return Array.from({ length: 1 + this.random.below(3) }, () => this.random.pick(kinds)());
  }

  private branch(depth: number): Part {
    const way = (at: number): Part => ({
      // Each way asks something of its own.
      when: {
        all: [condition(this.random, { depth: 1, segments: 3, inJourney: true }), { trait: 'score', above: at }],
      },
      steps: this.body(depth),
    });
    return { id: this.id(), branch: [way(1), way(2)], otherwise: this.body(depth) };
  }

  private experiment(depth: number): Part {
    const id = this.id();
    const percent = 10 + this.random.below(80);
    return {
      id,
      experiment: `offer-${this.index}-${id}`,
      variants: [
        { id: 'a', percent, steps: this.body(depth) },
        { id: 'control', percent: 100 - percent, steps: [] },
      ],
      winner: { by: this.random.pick(['goal', 'value', 'click']), after: 'P14D', least: 200 },
    };
  }

  private answered(): Part {
    const id = this.id();
    return {
      id,
      waitFor: { event: 'Ticket Opened', where: { category: 'Bikes' } },
      within: this.random.pick(durations),
      then: this.body(0),
      otherwise: this.body(0),
    };
  }

  private coupons(): Part[] {
    return [
      ...['spring', 'autumn', 'summer'].map((pool): Part => ({
        id: this.id(),
        coupon: { pool, as: 'code' },
        otherwise: [],
      })),
      { id: this.id(), send: { email: 'gift' } },
      this.clicked(),
    ];
  }

  /** Waits for a click in the message of the step before. */
  private clicked(): Part {
    const of = `s${this.count - 1}`;
    return { id: this.id(), waitFor: { event: 'Email Clicked', of }, within: 'P2D' };
  }

  private lookup(): Part[] {
    return [
      { id: this.id(), lookup: 'neighbours', by: 'profile.traits.tier', save: 'near' },
      this.reading('journey.near.neighbour'),
    ];
  }

  private call(): Part[] {
    return [{ id: this.id(), call: { webhook: 'score', save: { points: 'score' } } }, this.reading('journey.points')];
  }

  private reading(value: string): Part {
    return { id: this.id(), branch: [{ when: { value, exists: true }, steps: this.body(0) }] };
  }

  private cascade(): Part {
    return {
      id: this.id(),
      cascade: [{ push: 'hello' }, { email: 'hello' }, { sms: 'hello' }],
      every: 'P1D',
      until: { event: 'Order Completed' },
      topic: 'offers',
      useBy: 'PT12H',
    };
  }
}
