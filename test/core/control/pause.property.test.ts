import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journey } from '../../../core/journey/document.ts';
import { aJourney, anIdentify, aTrack, aWorkspace, dayMs, hourMs, startMs, TestHome } from '../../builders.ts';
import { runs } from '../../properties.ts';
import { aRandomJourney, randomEvents, withoutBreaker } from '../../random-journeys.ts';
import { accepted, after, answers, drained, faults, homeIn } from '../../scheduled-home.ts';

const final = ['sent', 'unknown', 'failed', 'skipped'];
const handedIds = (home: TestHome) => home.channels.handed.map(({ deliveryId }) => deliveryId);
function expectNobodyLostOrTwice(home: TestHome): void {
  expect(home.problems).toEqual([]);
  expect(new Set(handedIds(home)).size).toBe(handedIds(home).length);
  expect(home.deliveries().filter(({ status }) => !final.includes(status))).toEqual([]);
  expect(home.enrollments().filter(({ status }) => status === 'active' || status === 'failed')).toEqual([]);
}

describe('a pause that races touches', () => {
  const journey = aJourney({
    steps: [
      { id: 'hello', send: { email: 'hello' } },
      { id: 'mark', update: { traits: { tier: 'gold' } } },
      { id: 'offer', emit: { event: 'Offer Made' } },
      { id: 'hour', wait: 'PT1H' },
      { id: 'bye', send: { sms: 'bye' } },
    ],
  });

  it('hands nothing over once it is answered, and each step is done once after the resumption', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), faults, answers, fc.nat(60), async (scheduler, lost, told, calls) => {
        const world = { scheduler, faults: lost, answers: told };
        const { home, begin } = await homeIn(world, { journeys: [journey] });
        begin();
        // It takes a turn of the event loop, in which everything that is scheduled would happen.
        home.db.durable = () => Promise.resolve();
        const done = () => [...handedIds(home), ...home.facts('emit').map(({ name }) => name)];
        const pause = async (): Promise<readonly string[]> => {
          await after(scheduler, calls);
          await home.control('pause');
          return done();
        };
        const [atAnswer] = await scheduler.waitFor(
          Promise.all([pause(), drained(home, accepted(home, aTrack('Cart Filled')))]),
        );
        await scheduler.waitFor(home.windTo(startMs + 3 * hourMs));
        expect(done()).toEqual(atAnswer);
        await home.control('resume');
        await scheduler.waitFor(home.windTo(startMs + 9 * dayMs));
        expectNobodyLostOrTwice(home);
        // Whoever had not come in by then was refused.
        const [row] = home.enrollments();
        const all = ['hello', 'mark', 'offer', 'hour', 'bye'];
        expect(row?.path ?? []).toEqual(row ? all : []);
        expect(home.facts('emit')).toHaveLength(row ? 1 : 0);
        home.close();
      }),
      runs(5_000),
    );
  });
});

describe('random journeys that are paused, resumed and stopped at random', () => {
  const orders = fc.array(
    fc.record({
      hour: fc.integer({ min: 0, max: 4 * 24 }),
      verb: fc.constantFrom('pause' as const, 'pause' as const, 'resume' as const, 'resume' as const, 'stop' as const),
      subject: fc.constantFrom('journey/cart', 'journey/cart', 'workspace', 'channel/email'),
    }),
    { maxLength: 8 },
  );
  type Order = { readonly hour: number; readonly verb: 'pause' | 'resume' | 'stop'; readonly subject: string };

  async function live(journey: Journey, events: Parameters<typeof play>[1], all: readonly Order[]): Promise<void> {
    const home = new TestHome({ workspace: aWorkspace(withoutBreaker), journeys: [journey] });
    const late: string[] = [];
    let standing = new Set<string>();
    home.channels.answer = (deliveryId) => {
      const channel = home.deliveries().find((one) => one.deliveryId === deliveryId)?.channel;
      const stopping = ['workspace', 'journey/cart', `channel/${channel}`];
      if (stopping.some((subject) => standing.has(subject))) late.push(deliveryId);
      return { kind: 'accepted' };
    };
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled', { total: 60 }));
    const valid = all.filter(({ verb, subject }) => verb !== 'stop' || subject === 'journey/cart');
    await play(home, events, valid, async ({ verb, subject }) => {
      await home.control(verb, subject);
      if (verb === 'stop') await home.endAll();
      if (verb === 'resume') standing.delete(subject);
      else standing.add(subject);
    });
    standing = new Set();
    for (const subject of ['journey/cart', 'workspace', 'channel/email']) await home.control('resume', subject);
    await home.windTo(startMs + 90 * dayMs);
    expect(late).toEqual([]);
    expectNobodyLostOrTwice(home);
    // The address is good and nobody objects: what was not sent came too late, was answered, or its journey had ended.
    const reasons = home.deliveries().flatMap(({ status, reason }) => (status === 'skipped' ? [reason] : []));
    const usual = ['expired', 'answered', 'not-active'];
    expect(reasons.filter((reason) => !usual.includes(reason!))).toEqual([]);
    const ended = home.enrollments().map(({ reason }) => reason);
    if (!valid.some(({ verb }) => verb === 'stop')) expect(ended).not.toContain('stopped');
    expect(home.running()).toBe(0);
    home.close();
  }

  /** With a message a day after the beginning, and one at the end, so that none is without. */
  const framed = (journey: Journey): Journey => ({
    ...journey,
    steps: [
      { id: 'day', wait: 'P1D' },
      { id: 'first', send: { email: 'first' } },
      ...journey.steps,
      { id: 'half', wait: 'PT12H' },
      { id: 'last', send: { email: 'last' } },
    ],
  });

  /** Events and orders, each at its time. */
  async function play(
    home: TestHome,
    events: readonly { readonly atMs: number; readonly name: string }[],
    all: readonly Order[],
    obey: (order: Order) => Promise<void>,
  ): Promise<void> {
    const happenings = [
      ...events
        .filter(({ atMs }) => atMs > startMs)
        .map(({ atMs, name }) => ({ atMs, act: () => home.accept(aTrack(name, {}, { occurredMs: atMs })) })),
      ...all.map((order) => ({ atMs: startMs + order.hour * hourMs + 500, act: () => obey(order) })),
    ];
    for (const { atMs, act } of happenings.toSorted((a, b) => a.atMs - b.atMs)) {
      await home.windTo(atMs);
      await act();
    }
  }

  it('hand nothing over while they stand, lose nobody, and do nothing twice', async () => {
    await fc.assert(fc.asyncProperty(aRandomJourney.map(framed), randomEvents, orders, live), runs(2_000));
  });
});

describe('after a resumption', () => {
  it.each([
    [2, 300],
    [60, 300],
    [600, 300],
  ])('of %i minutes, %i people come back one by one', async (minutes, people) => {
    const home = new TestHome({
      journeys: [
        aJourney({
          steps: [
            { id: 'rest', wait: 'PT1H' },
            { id: 'hello', send: { email: 'hello' } },
          ],
        }),
      ],
    });
    const atMs: number[] = [];
    home.channels.answer = () => {
      atMs.push(home.clock.nowMs());
      return { kind: 'accepted' };
    };
    for (let person = 0; person < people; person++) {
      const userId = `u${person}`;
      await home.accept(anIdentify({ email: `${userId}@b.lv` }, { userId }), aTrack('Cart Filled', {}, { userId }));
    }
    // All of them would be written to in the same second.
    await home.wind('PT59M');
    await home.control('pause');
    await home.wind(`PT${minutes}M`);
    await home.control('resume');
    await home.wind('PT1H1M');
    expect(atMs).toHaveLength(people);
    const perMinute = Map.groupBy(atMs, (ms) => Math.floor(ms / 60_000));
    const most = Math.max(...[...perMinute.values()].map((all) => all.length));
    // Held for a moment they come back within five minutes, after that within forty.
    expect(most).toBeLessThanOrEqual(people / (minutes < 10 ? 3 : 12));
    home.close();
  });
});
