import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Enrollment } from '../../../core/enrollment/enrollment.ts';
import type { Delivery } from '../../../core/message/delivery.ts';
import type { Change } from '../../../core/ports.ts';
import { runTouch } from '../../../functions/run-touch/run-touch.ts';
import { suppressAddress } from '../../../functions/suppress-address/suppress-address.ts';
import { aJourney, aTrack, aWorkspace, dayMs, hourMs, startMs, type TestHome } from '../../builders.ts';
import { runs } from '../../properties.ts';
import { accepted, after, again, answers, drained, faults, homeIn, turns, type World } from '../../scheduled-home.ts';

/** Something that happens, and how many other calls go before it. */
type Part<What extends string> = readonly [what: What, after: number];
const partsOf = <What extends string>(...all: readonly What[]): fc.Arbitrary<readonly Part<What>[]> =>
  fc.uniqueArray(fc.tuple(fc.constantFrom(...all), fc.nat(70)), { selector: ([what]) => what });

/** Another run of a touch that was given up for lost. */
async function lateTouch(home: TestHome, state: string): Promise<void> {
  const [row] = home.enrollments();
  if (!row) return;
  const { enrollmentId, profileId, journeyId } = row;
  await runTouch(home.ports)({ enrollmentId, profileId, touch: home.touchText(state, journeyId) }).catch(
    () => undefined,
  );
}

const rowsIn = (change: Change): readonly Enrollment[] => (change.enrollments ?? []).map((one) => one.row);
const deliveriesIn = (change: Change): readonly Delivery[] => (change.deliveries ?? []).map((one) => one.row);
const placeOf = (home: TestHome, holds: (change: Change) => boolean): number => home.log.findIndex(holds);
const placeOfEvent = (home: TestHome, name: string): number =>
  placeOf(home, (change) => (change.events ?? []).some((event) => event.name === name));
const handings = (home: TestHome) =>
  home.log.flatMap((change, place) =>
    deliveriesIn(change).flatMap((row) => (row.status === 'handing' ? [{ place, row, atMs: row.atMs }] : [])),
  );

function expectHandedOnce(home: TestHome): void {
  const ids = home.channels.handed.map((one) => one.deliveryId);
  expect(new Set(ids).size).toBe(ids.length);
}
function expectSettled(home: TestHome): void {
  expect(home.enrollments().filter((one) => one.status === 'active')).toEqual([]);
  expect(home.deliveries().filter((one) => ['handing', 'pending', 'deferred'].includes(one.status))).toEqual([]);
  const sent = new Set(home.channels.handed.map((one) => one.deliveryId));
  const known = new Set(
    home
      .deliveries()
      .filter((one) => ['sent', 'unknown'].includes(one.status))
      .map((one) => one.deliveryId),
  );
  // Whatever the provider has is told as sent or unknown; what is told as sent, the provider has.
  expect([...sent].filter((id) => !known.has(id))).toEqual([]);
  expect(home.deliveries().filter((one) => one.status === 'sent' && !sent.has(one.deliveryId))).toEqual([]);
  expect(home.channels.turnsOut).toBe(0);
}

describe('one person in one journey', () => {
  const journey = aJourney({
    exit: [{ on: { event: 'Order Completed' } }],
    steps: [
      { id: 'hello', send: { email: 'hello' } },
      {
        id: 'ask',
        waitFor: { event: 'Rated' },
        within: 'PT1H',
        then: [{ id: 'thanks', send: { email: 'thanks' } }],
        otherwise: [{ id: 'nudge', send: { email: 'nudge' } }],
      },
      { id: 'rest', wait: 'PT1H' },
    ],
  });
  const parts = partsOf('rated', 'exit', 'late Begin', 'late After ask', 'time');

  /** What happens from the trigger on, in whatever order; then time goes on until all is over. */
  async function live(around: World, all: readonly Part<string>[]): Promise<TestHome> {
    const { home, begin } = await homeIn(around, { journeys: [journey] });
    const act = async ([what, calls]: Part<string>): Promise<unknown> => {
      await after(around.scheduler, calls);
      if (what === 'rated') return drained(home, accepted(home, aTrack('Rated')));
      if (what === 'exit') return drained(home, accepted(home, aTrack('Order Completed')));
      if (what === 'time') return home.windTo(startMs + hourMs);
      return lateTouch(home, what.replace('late ', ''));
    };
    const trigger = aTrack('Cart Filled');
    begin();
    await around.scheduler.waitFor(Promise.all([drained(home, accepted(home, trigger)), ...all.map(act)]));
    await around.scheduler.waitFor(home.windTo(startMs + 2 * dayMs));
    return home;
  }

  it('takes one path, decided by what was committed first, and is written to at most once per step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), faults, answers, turns, parts, async (scheduler, lost, told, come, all) => {
        const home = await live({ scheduler, faults: lost, answers: told, turns: come }, all);
        try {
          expect(home.problems).toEqual([]);
          expectHandedOnce(home);
          expectSettled(home);
          expectDecidedByTheLog(home);
        } finally {
          home.close();
        }
      }),
      runs(10_000),
    );
  });

  function expectDecidedByTheLog(home: TestHome): void {
    const [row] = home.enrollments();
    const begun = placeOfEvent(home, 'Cart Filled');
    const exited = placeOfEvent(home, 'Order Completed');
    const rated = placeOfEvent(home, 'Rated');
    const arrived = placeOf(home, (change) => rowsIn(change).some((one) => one.hold?.stepId === 'ask'));
    const left = placeOf(home, (change) =>
      rowsIn(change).some((one) => one.path.includes('ask') && one.hold?.stepId !== 'ask'),
    );
    const ended = placeOf(home, (change) => rowsIn(change).some((one) => one.status !== 'active'));
    expect(row?.path.filter((id) => id === 'thanks' || id === 'nudge').length ?? 0).toBeLessThan(2);
    expect(new Set(row?.path).size).toBe(row?.path.length);
    if (exited > begun && exited <= ended) {
      expect(row?.status).toBe('exited');
      expect(handings(home).filter((one) => one.place > exited)).toEqual([]);
    }
    if (exited < begun) expect(row?.status).toBe('completed');
    if (row?.status !== 'completed') return;
    const isAnswered = rated > arrived && rated < left;
    expect(row.path).toEqual(['hello', 'ask', isAnswered ? 'thanks' : 'nudge', 'rest']);
  }
});

describe('eight journeys of one person', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const cap = { channels: 'email', atMost: 3, within: 'PT2H', then: 'skip' } as const;
  const journeys = ids.map((id, index) =>
    aJourney({
      id,
      kind: index < 4 ? 'acquisition' : 'lifecycle',
      steps: [{ id: 'hello', send: { email: 'hello' } }, { wait: 'PT1H' }],
    }),
  );
  const parts = partsOf('converts', 'is suppressed', 'unsubscribes', 'late touch');

  async function live(around: World, all: readonly Part<string>[], then: 'skip' | 'defer'): Promise<TestHome> {
    const workspace = aWorkspace({ frequencyCaps: [{ ...cap, then }] });
    const { home, begin } = await homeIn(around, { journeys, workspace });
    const act = async ([what, calls]: Part<string>): Promise<unknown> => {
      await after(around.scheduler, calls);
      const change = { kind: 'suppress', reason: 'hard-bounce', source: 'test' } as const;
      if (what === 'converts') return accepted(home, aTrack('Order Completed'));
      if (what === 'unsubscribes') return accepted(home, aTrack('Email Unsubscribed'));
      if (what === 'late touch') return lateTouch(home, 'Begin');
      return again(() => suppressAddress(home.ports)({ channel: 'email', address: 'ana@b.lv', change }));
    };
    begin();
    await around.scheduler.waitFor(
      Promise.all([drained(home, accepted(home, aTrack('Cart Filled'))), ...all.map(act)]),
    );
    await around.scheduler.waitFor(home.windTo(startMs + 3 * dayMs));
    return home;
  }

  it('keep the cap, the conversion and the suppression, whatever comes first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        faults,
        answers,
        turns,
        parts,
        fc.constantFrom<'skip' | 'defer'>('skip', 'defer'),
        async (scheduler, lost, told, come, all, then) => {
          const home = await live({ scheduler, faults: lost, answers: told, turns: come }, all, then);
          try {
            expect(home.problems).toEqual([]);
            expectHandedOnce(home);
            expectSettled(home);
            expectFences(home);
          } finally {
            home.close();
          }
        },
      ),
      runs(10_000),
    );
  });

  function expectFences(home: TestHome): void {
    const all = handings(home);
    const converted = placeOfEvent(home, 'Order Completed');
    if (converted >= 0) {
      const acquisition = all.filter((one) => ids.indexOf(one.row.journeyId) < 4);
      expect(acquisition.filter((one) => one.place > converted)).toEqual([]);
    }
    const suppressed = placeOf(home, (change) => (change.suppressions ?? []).length > 0);
    if (suppressed >= 0) expect(all.filter((one) => one.place > suppressed)).toEqual([]);
    // Of any two hours, at most three messages were handed over.
    const handed = new Set(home.channels.handed.map((one) => one.deliveryId));
    const times = home
      .deliveries()
      .filter((one) => handed.has(one.deliveryId))
      .map((one) => one.atMs);
    for (const fromMs of times) {
      expect(times.filter((ms) => ms >= fromMs && ms < fromMs + 2 * hourMs).length).toBeLessThanOrEqual(3);
    }
  }
});
