import { describe, expect, it } from 'vitest';
import type { Journey } from '../../../core/journey/document.ts';
import { aJourney, anIdentify, aTrack, TestHome } from '../../builders.ts';

type Entry = Journey['entry'];
type Again = NonNullable<Entry['again']>;
type Meanwhile = NonNullable<Entry['meanwhile']>;
/** Of which cart the second trigger is; of none where the entry has no key. */
type Cart = 'no key' | 'same cart' | 'other cart';

const agains: readonly Again[] = ['never', 'always', { after: 'P7D' }];
const meanwhiles: readonly Meanwhile[] = ['ignore', 'restart'];
const carts: readonly Cart[] = ['no key', 'same cart', 'other cart'];

type Outcome = 'ignored' | 'entered' | 'restarted';
/** What a second trigger comes to of somebody who is inside, by `meanwhile` alone. */
const inside: Readonly<Record<Meanwhile, Outcome>> = { ignore: 'ignored', restart: 'restarted' };
/** What it comes to once nobody is inside any more, by `again` alone: under and over seven days since the last entry. */
const soon = { never: 'ignored', always: 'entered', after: 'ignored' } as const;
const late = { never: 'ignored', always: 'entered', after: 'entered' } as const;
const nameOf = (again: Again): keyof typeof soon => (typeof again === 'string' ? again : 'after');

interface Situation {
  /** Whether the first trigger was of a visitor, who is known as the same person before the second. */
  readonly isMerged?: boolean;
  readonly live: (home: TestHome) => Promise<unknown>;
  readonly expected: (again: Again, meanwhile: Meanwhile) => Outcome;
}
const exits = (home: TestHome, who: object): Promise<unknown> => home.accept(aTrack('Cart Emptied', {}, who));
const visitor = { anonymousId: 'a1' };
const situations: Readonly<Record<string, Situation>> = {
  inside: { live: (home) => home.wind('PT1H'), expected: (_, meanwhile) => inside[meanwhile] },
  'at the instant of the first': { live: async () => undefined, expected: (_, meanwhile) => inside[meanwhile] },
  'after the end': { live: (home) => home.wind('P2D'), expected: (again) => soon[nameOf(again)] },
  'long after the end': { live: (home) => home.wind('P7D'), expected: (again) => late[nameOf(again)] },
  'after an exit': {
    live: async (home) => exits(home, { userId: 'u1' }),
    expected: (again) => soon[nameOf(again)],
  },
  'inside, after a merge': {
    isMerged: true,
    live: (home) => home.wind('PT1H'),
    expected: (_, meanwhile) => inside[meanwhile],
  },
  'after the end and a merge': {
    isMerged: true,
    live: (home) => home.wind('P2D'),
    expected: (again) => soon[nameOf(again)],
  },
  'after an exit and a merge': {
    isMerged: true,
    live: (home) => exits(home, visitor),
    expected: (again) => soon[nameOf(again)],
  },
  'long after the end and a merge': {
    isMerged: true,
    live: (home) => home.wind('P7D'),
    expected: (again) => late[nameOf(again)],
  },
};

const journeyOf = (again: Again, meanwhile: Meanwhile, cart: Cart): Journey =>
  aJourney({
    entry: {
      on: { event: 'Cart Filled' },
      again,
      meanwhile,
      ...(cart !== 'no key' && { key: 'properties.cartId' }),
    },
    exit: [{ on: { event: 'Cart Emptied' } }],
    steps: [{ id: 'day', wait: 'P1D' }],
  });

const filled = (cartId: string, who: object) => aTrack('Cart Filled', { cartId }, who);
const standing = (home: TestHome): ReadonlyMap<string, string> =>
  new Map(home.enrollments().map((one) => [one.enrollmentId, [one.status, one.reason].filter(Boolean).join(' ')]));

/** What the second trigger came to, told by what it changed. */
function outcomeOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string {
  const [made, ...more] = [...after].filter(([id]) => !before.has(id)).map(([, status]) => status);
  const changed = [...before].filter(([id, status]) => after.get(id) !== status).map(([id]) => after.get(id));
  if (!made) return changed.length === 0 ? 'ignored' : `changed: ${changed.join()}`;
  if (made !== 'active' || more.length > 0) return `made: ${[made, ...more].join()}`;
  if (changed.length === 0) return 'entered';
  return changed.join() === 'exited restart' ? 'restarted' : `changed: ${changed.join()}`;
}

const rows = Object.entries(situations).flatMap(([situation, { expected }]) =>
  agains.flatMap((again) =>
    meanwhiles.flatMap((meanwhile) =>
      carts.map((cart) => ({
        situation,
        again,
        meanwhile,
        cart,
        // Another cart is another matter: nobody is inside of it, nor ever was.
        outcome: cart === 'other cart' ? ('entered' as const) : expected(again, meanwhile),
      })),
    ),
  ),
);

describe('a second trigger', () => {
  it.each(rows)('$situation: again $again, meanwhile $meanwhile, $cart: $outcome', async (row) => {
    const home = new TestHome({ journeys: [journeyOf(row.again, row.meanwhile, row.cart)] });
    const { isMerged = false, live } = situations[row.situation]!;
    await home.accept(anIdentify({}, { userId: 'u1' }), filled('c1', isMerged ? visitor : { userId: 'u1' }));
    await live(home);
    if (isMerged) await home.accept(anIdentify({}, { userId: 'u1', ...visitor }));
    const before = standing(home);
    await home.accept(filled(row.cart === 'other cart' ? 'c2' : 'c1', { userId: 'u1' }));
    expect(outcomeOf(before, standing(home))).toBe(row.outcome);
    expect(home.problems).toEqual([]);
    home.close();
  });

  it.each([
    ['never', 'ignore', ['exited merged', 'active']],
    [{ after: 'P7D' }, 'ignore', ['exited merged', 'active']],
    ['never', 'restart', ['exited restart', 'exited merged', 'active']],
  ] as const)('of two who were both inside and are one: again %j, meanwhile %s', async (again, meanwhile, expected) => {
    const home = new TestHome({ journeys: [journeyOf(again, meanwhile, 'same cart')] });
    await home.accept(filled('c1', visitor));
    await home.wind('PT1H');
    await home.accept(filled('c1', { userId: 'u1' }));
    await home.accept(anIdentify({}, { userId: 'u1', ...visitor }));
    await home.accept(filled('c1', { userId: 'u1' }));
    const statuses = home.enrollments().map(({ status, reason }) => [status, reason].filter(Boolean).join(' '));
    expect(statuses.toSorted()).toEqual(expected.toSorted());
    home.close();
  });

  it('counts from the later entry of two who are one', async () => {
    const home = new TestHome({ journeys: [journeyOf({ after: 'P7D' }, 'ignore', 'no key')] });
    await home.accept(filled('c1', visitor));
    await home.wind('P4D');
    await home.accept(filled('c1', { userId: 'u1' }));
    await home.wind('P2D');
    await home.accept(anIdentify({}, { userId: 'u1', ...visitor }));
    await home.wind('P4D');
    await home.accept(filled('c1', { userId: 'u1' }));
    expect(home.enrollments()).toHaveLength(2);
    await home.wind('P1D');
    await home.accept(filled('c1', { userId: 'u1' }));
    expect(home.enrollments()).toHaveLength(3);
    home.close();
  });
});

describe('a key', () => {
  it.each([
    ['empty text', ''],
    ['text longer than 300 letters', 'x'.repeat(301)],
    ['a list without a value', []],
    ['an object', { id: 'c1' }],
    ['true', true],
    ['null', null],
  ])('that is %s is none', async (_, cartId) => {
    const home = new TestHome({ journeys: [journeyOf('always', 'ignore', 'same cart')] });
    await home.accept(aTrack('Cart Filled', { cartId }));
    expect([home.enrollments(), home.facts('entry').map(({ detail }) => detail['refused'])]).toEqual([
      [],
      ['key_missing'],
    ]);
  });

  it('is the same as a number and as its text, 0 among them', async () => {
    const home = new TestHome({ journeys: [journeyOf('always', 'ignore', 'same cart')] });
    for (const cartId of [7, '7', 0, '0']) await home.accept(aTrack('Cart Filled', { cartId }));
    expect(
      home
        .enrollments()
        .map(({ key }) => key)
        .toSorted(),
    ).toEqual(['0', '7']);
  });
});
