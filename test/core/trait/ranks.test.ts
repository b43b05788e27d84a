import { describe, expect, it } from 'vitest';
import type { Documents } from '../../../core/journey/document.ts';
import { unknownCoverage } from '../../../core/segment/coverage.ts';
import { publish } from '../../../core/definitions.ts';
import { checkDocuments } from '../../../core/journey/check.ts';
import { nextRankingMs, saidOfRank } from '../../../core/trait/ranks.ts';
import { traitValue } from '../../../core/trait/computed-trait.ts';
import { viewOf } from '../../../core/segment/view.ts';
import type { RankTrait, TraitDocument } from '../../../core/trait/trait-document.ts';
import { aJourney, anIdentify, aSegment, aTrack, aWorkspace, documentsOf, TestHome } from '../../builders.ts';

const orders: TraitDocument = { id: 'orders', name: 'Orders', count: 'Bought' };
const silence: TraitDocument = { id: 'silence', name: 'Silence', daysSince: 'Bought' };
const byOrders: RankTrait = { id: 'by-orders', name: 'By orders', rank: 'orders', into: 2 };
const bySilence: RankTrait = { id: 'by-silence', name: 'By silence', rank: 'silence', into: 4, best: 'least' };
const traits = [orders, silence, byOrders, bySilence];
const best = aSegment('best', { trait: 'by-orders', atLeast: 2 });
const documents: Partial<Documents> = { traits, segments: [best] };

const buys = (home: TestHome, userId: string) => home.accept(aTrack('Bought', {}, { userId }));
const ranks = (home: TestHome) => home.definitions.now.coverage.ranks ?? {};
const membersOf = (home: TestHome, id = 'best') =>
  home
    .profiles()
    .filter(({ segments }) => Object.hasOwn(segments, id))
    .map(({ identifiers }) => identifiers[0]!.value)
    .toSorted();
/** u1 buys once, u2 twice, and so on. */
async function peopleCome(home: TestHome, many: number): Promise<void> {
  for (let index = 1; index <= many; index++) for (let count = 0; count < index; count++) await buys(home, `u${index}`);
}
const day = 'P1D';
const valueOf = async (home: TestHome, trait: string, userId: string) =>
  traitValue(viewOf(await home.profile(`userId:${userId}`), home.definitions.now, home.clock.nowMs()), trait);

describe('a rank', () => {
  it('is there soon after it is published, of those who were there, without a word to journeys', async () => {
    const thanks = aJourney({
      id: 'thanks',
      entry: { on: { segment: 'best', edge: 'enter' }, again: 'always' },
      steps: [{ wait: 'P30D' }],
    });
    const home = new TestHome({});
    await peopleCome(home, 4);
    home.publish({ ...documents, journeys: [thanks] });
    await home.drain();
    expect(membersOf(home)).toEqual(['u3', 'u4']);
    expect(ranks(home)['by-orders']).toMatchObject({ people: 4, bounds: [2], best: 'most' });
    expect(home.enrollments()).toEqual([]);
    // What somebody does counts at once, against the same table: that is news.
    await buys(home, 'u1');
    await buys(home, 'u1');
    expect(membersOf(home)).toEqual(['u1', 'u3', 'u4']);
    expect(home.enrollments()).toHaveLength(1);
  });

  it('waits an hour and not for the night where there was nobody to count, and what it finds then is no news', async () => {
    const thanks = aJourney({
      id: 'thanks',
      entry: { on: { segment: 'best', edge: 'enter' }, again: 'always' },
      steps: [{ wait: 'P30D' }],
    });
    const home = new TestHome({});
    home.publish({ ...documents, journeys: [thanks] });
    await home.drain();
    expect(ranks(home)['by-orders']).toMatchObject({ people: 0, bounds: [] });
    await peopleCome(home, 4);
    await home.wind('PT59M');
    expect([membersOf(home), await valueOf(home, 'by-orders', 'u4')]).toEqual([[], undefined]);
    await home.wind('PT1M');
    expect([membersOf(home), await valueOf(home, 'by-orders', 'u4')]).toEqual([['u3', 'u4'], 2]);
    expect(home.enrollments()).toEqual([]);
    const { atMs } = ranks(home)['by-orders']!;
    await home.wind('PT2H');
    expect(ranks(home)['by-orders']!.atMs).toBe(atMs);
  });

  it('changes by a new table in the night, which tells journeys of whoever comes, and writes nobody else', async () => {
    const home = new TestHome({});
    await peopleCome(home, 4);
    home.publish(documents);
    await home.drain();
    const before = ranks(home)['by-orders']!;
    // Five who buy once: now two orders are much.
    for (const userId of ['n1', 'n2', 'n3', 'n4', 'n5']) await buys(home, userId);
    expect(membersOf(home)).toEqual(['u3', 'u4']);
    const commits = home.log.length;
    await home.wind(day);
    expect(membersOf(home)).toEqual(['u2', 'u3', 'u4']);
    const after = ranks(home)['by-orders']!;
    expect([after.people, after.bounds]).toEqual([9, [1]]);
    expect(new Date(after.atMs).toISOString()).toMatch(/T04:00:00.000Z$/);
    expect(after.atMs).toBeGreaterThan(before.atMs);
    expect(home.log.slice(commits).flatMap(({ profiles }) => profiles)).toHaveLength(1);
    await home.wind(day);
    expect(ranks(home)['by-orders']!.atMs - after.atMs).toBe(86_400_000);
    expect(home.log.length - commits).toBe(1);
  });

  it('is of the night: no midnight makes anybody less, and the next table does', async () => {
    const fresh = aSegment('fresh', { trait: 'by-silence', atLeast: 3 });
    const home = new TestHome({});
    for (const userId of ['a', 'b', 'c', 'd']) {
      await buys(home, userId);
      await home.wind(day);
    }
    home.publish({ traits, segments: [fresh] });
    await home.drain();
    // Days of silence: 4, 3, 2, 1.
    expect(ranks(home)['by-silence']).toMatchObject({ bounds: [4, 3, 2], people: 4 });
    expect(membersOf(home, 'fresh')).toEqual(['c', 'd']);
    const commits = home.log.length;
    await home.windTo(Math.ceil(home.clock.nowMs() / 86_400_000) * 86_400_000 + 1_800_000);
    const places = ['a', 'b', 'c', 'd'].map(async (userId) => valueOf(home, 'by-silence', userId));
    expect(await Promise.all(places)).toEqual([1, 2, 3, 4]);
    await home.wind('P10D');
    expect(home.log.slice(commits)).toEqual([]);
    // Whoever does something is ahead at once, and takes somebody's place in the night.
    await buys(home, 'a');
    expect(membersOf(home, 'fresh')).toEqual(['a', 'c', 'd']);
    await home.wind(day);
    expect(membersOf(home, 'fresh')).toEqual(['a', 'd']);
  });

  it('compares only those who are above what it says', async () => {
    const buyers: RankTrait = { ...byOrders, id: 'of-buyers', above: 0 };
    const home = new TestHome({ traits: [orders, byOrders, buyers] });
    await peopleCome(home, 2);
    for (const userId of ['v1', 'v2']) await home.accept(aTrack('Looked', {}, { userId }));
    await home.wind(day);
    expect(ranks(home)).toMatchObject({
      'by-orders': { people: 4, bounds: [0] },
      'of-buyers': { people: 2, bounds: [1] },
    });
    const place = (userId: string) => valueOf(home, 'of-buyers', userId);
    expect(await Promise.all(['v1', 'u1', 'u2'].map(place))).toEqual([undefined, 1, 2]);
    await buys(home, 'v1');
    expect(await place('v1')).toBe(1);
  });

  it('is absent before the first table and of those without the trait', async () => {
    const home = new TestHome(documents);
    await home.accept(anIdentify({}, { userId: 'u1' }));
    expect(membersOf(home)).toEqual([]);
    await home.wind(day);
    // A count is a number for everybody; days since are nobody's who never bought.
    expect(ranks(home)['by-orders']).toMatchObject({ people: 1 });
    expect(ranks(home)['by-silence']).toMatchObject({ people: 0, bounds: [] });
  });

  it('moves what waits for it, and ends what it ends, when a table changes', async () => {
    const waiting = aJourney({
      id: 'waiting',
      entry: { on: { event: 'Came' }, again: 'always' },
      exit: [{ when: { trait: 'by-orders', atLeast: 2 } }],
      steps: [{ wait: 'P60D' }],
    });
    const home = new TestHome({ traits, journeys: [waiting] });
    await peopleCome(home, 4);
    await home.wind(day);
    await home.accept(aTrack('Came', {}, { userId: 'u2' }), aTrack('Came', {}, { userId: 'u1' }));
    const statuses = async () =>
      Promise.all(
        ['u1', 'u2'].map(async (userId) => {
          const { profileId } = await home.profile(`userId:${userId}`);
          return home.enrollments().find((one) => one.profileId === profileId)!.status;
        }),
      );
    expect(await statuses()).toEqual(['active', 'active']);
    for (const userId of ['n1', 'n2', 'n3', 'n4', 'n5']) await buys(home, userId);
    await home.wind(day);
    expect(await statuses()).toEqual(['active', 'exited']);
  });

  it('rests on other traits and is rested on by segments of segments, in one night', async () => {
    const level: TraitDocument = { id: 'tier', name: 'Tier', level: 'by-orders', from: { low: 1, high: 2 } };
    const high = aSegment('high', { trait: 'tier', is: 'high' });
    const notHigh = aSegment('not-high', { not: { segment: 'high' } });
    const home = new TestHome({ traits: [...traits, level], segments: [high, notHigh] });
    await peopleCome(home, 4);
    await home.wind(day);
    expect([membersOf(home, 'high'), membersOf(home, 'not-high')]).toEqual([
      ['u3', 'u4'],
      ['u1', 'u2'],
    ]);
    for (const userId of ['n1', 'n2', 'n3', 'n4', 'n5']) await buys(home, userId);
    await home.wind(day);
    expect(membersOf(home, 'high')).toEqual(['u2', 'u3', 'u4']);
    expect(membersOf(home, 'not-high')).not.toContain('u2');
  });

  it('keeps its table where only names change, and has another where its trait does', async () => {
    const home = new TestHome({});
    await peopleCome(home, 4);
    home.publish(documents);
    await home.drain();
    const { atMs } = ranks(home)['by-orders']!;
    await home.wind('PT1H');
    home.publish({ ...documents, traits: [{ ...orders, name: 'All orders' }, silence, byOrders, bySilence] });
    await home.drain();
    expect(ranks(home)['by-orders']!.atMs).toBe(atMs);
    const ofYear: TraitDocument = { ...orders, within: 'P1Y' } as TraitDocument;
    home.publish({ ...documents, traits: [ofYear, silence, byOrders, bySilence] });
    await home.drain();
    expect(ranks(home)['by-orders']!.atMs).toBe(atMs + 3_600_000);
    expect(membersOf(home)).toEqual(['u3', 'u4']);
  });

  it('counts whoever was merged once', async () => {
    const home = new TestHome({});
    await peopleCome(home, 2);
    await home.accept(aTrack('Bought', {}, { userId: '', anonymousId: 'a1' }));
    await home.accept(anIdentify({}, { userId: 'u1', anonymousId: 'a1' }));
    home.publish(documents);
    await home.drain();
    expect(ranks(home)['by-orders']).toMatchObject({ people: 2, bounds: [2] });
  });
});

describe('tables of ranks', () => {
  const definitionsOf = (given: Partial<Documents>, tables = {}) =>
    publish(documentsOf(given), undefined, { ...unknownCoverage, ranks: tables });

  it('are never asked for where no trait is a rank', () => {
    expect(nextRankingMs(definitionsOf({ traits: [orders] }))).toBe(Infinity);
  });

  it("are made at four in the workspace's zone, after every change of its clocks", () => {
    const workspace = aWorkspace({ timeZone: 'Europe/Riga' });
    const bare = definitionsOf({ traits: [orders, byOrders], workspace });
    expect(nextRankingMs(bare)).toBe(-Infinity);
    const of = saidOfRank(byOrders, bare);
    const next = (at: string): string => {
      const table = { of, best: 'most' as const, atMs: Date.parse(at), people: 1, bounds: [1], bits: 52 };
      const made = definitionsOf({ traits: [orders, byOrders], workspace }, { 'by-orders': table });
      return new Date(nextRankingMs(made)).toISOString();
    };
    expect(next('2026-03-27T02:00:00Z')).toBe('2026-03-28T02:00:00.000Z');
    expect(next('2026-03-28T23:30:00Z')).toBe('2026-03-29T01:00:00.000Z');
    expect(next('2026-10-24T23:30:00Z')).toBe('2026-10-25T02:00:00.000Z');
  });
});

describe('the document of a rank', () => {
  const problemsOf = (trait: object) =>
    checkDocuments([
      { path: 'workspace.json', text: JSON.stringify(aWorkspace()) },
      { path: 'traits/orders.trait.json', text: JSON.stringify(orders) },
      {
        path: 'traits/tier.trait.json',
        text: JSON.stringify({ id: 'tier', name: 'Tier', level: 'orders', from: { some: 1 } }),
      },
      { path: 'traits/by-orders.trait.json', text: JSON.stringify(trait, null, 1) },
    ]).problems.map(({ code, text, column, length }) => `${code} ${text.slice(column - 1, column - 1 + length)}`);

  it.each([
    ['of a text', { ...byOrders, rank: 'tier' }, 'trait-type "tier"'],
    ['of itself', { ...byOrders, rank: 'by-orders' }, 'trait-cycle "by-orders"'],
    ['of one class', { ...byOrders, into: 1 }, 'bad-count 1'],
    ['of too many classes', { ...byOrders, into: 101 }, 'bad-count 101'],
    ['without classes', { id: 'by-orders', name: 'By orders', rank: 'orders' }, 'missing-key '],
    ['with another end', { ...byOrders, best: 'last' }, 'unknown-value "last"'],
  ])('is refused %s', (_, trait, problem) => {
    expect(problemsOf(trait)).toEqual([expect.stringContaining(problem)]);
  });
});
