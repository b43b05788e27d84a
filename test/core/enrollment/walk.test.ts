import { acceptEvents } from '../../../functions/accept-events/accept-events.ts';
import { takeFeedback } from '../../../functions/take-feedback/take-feedback.ts';
import type { Report } from '../../../core/message/report.ts';
import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../core/failures.ts';
import type { Steps } from '../../../core/journey/document.ts';
import { resumeEnrollment } from '../../../functions/resume-enrollment/resume-enrollment.ts';
import { runTouch } from '../../../functions/run-touch/run-touch.ts';
import { suppressAddress } from '../../../functions/suppress-address/suppress-address.ts';
import type { Around } from '../../around-ports.ts';
import {
  aJourney,
  anIdentify,
  aTrack,
  aWorkspace,
  dayMs,
  hourMs,
  startMs,
  TestHome,
  type TestHomeOptions,
  documentsOf,
} from '../../builders.ts';

const quiet = aWorkspace({ quietHours: { email: { from: '22:00', to: '08:00' } } });

/** A person with an e-mail address inside a journey of these steps. */
async function inside(steps: Steps, options: TestHomeOptions = {}): Promise<TestHome> {
  const home = new TestHome({ journeys: [aJourney({ steps })], ...options });
  await home.accept(
    anIdentify({ email: 'ana@b.lv' }),
    aTrack('Cart Filled', { cartId: 'c1', startsAt: '2026-03-10T10:00:00Z' }),
  );
  return home;
}
const path = (home: TestHome) => home.enrollments()[0]?.path;
const outcomes = (home: TestHome) =>
  home.deliveries().map((one) => `${one.status}${one.reason ? ` ${one.reason}` : ''}`);

/** One run of a touch of the only enrollment, as an execution would call for it. */
const touchOf = (home: TestHome, state: string) => {
  const { enrollmentId, profileId } = home.enrollments()[0]!;
  return () => runTouch(home.ports)({ enrollmentId, profileId, touch: home.touchText(state) });
};

/** The provider says what became of the one message. */
async function reported(home: TestHome, status: Report['status']): Promise<void> {
  const [{ deliveryId } = { deliveryId: '' }] = home.deliveries();
  const accept = acceptEvents(home.ports);
  await takeFeedback({ ...home.ports, accept })({ deliveryId, status, atMs: startMs, reportId: status });
}

describe('a wait', () => {
  it('holds a person for its time', async () => {
    const home = await inside([
      { id: 'wait', wait: 'PT1H' },
      { id: 'hello', send: { email: 'hello' } },
    ]);
    await home.wind('PT59M');
    expect(path(home)).toEqual(['wait']);
    await home.wind('PT1M');
    expect(path(home)).toEqual(['wait', 'hello']);
    expect(home.enrollments()).toMatchObject([{ status: 'completed', exitedMs: startMs + hourMs }]);
  });

  it('follows a trait that moves nearer, and one that moves away', async () => {
    const steps: Steps = [{ id: 'trial', wait: { until: { trait: 'endsAt', offset: '-P1D' } } }];
    for (const endsAt of ['2026-03-05T10:00:00Z', '2026-03-20T10:00:00Z']) {
      const home = new TestHome({ journeys: [aJourney({ steps })] });
      await home.accept(anIdentify({ endsAt: '2026-03-10T10:00:00Z' }), aTrack('Cart Filled'));
      await home.wind('P1D');
      await home.accept(anIdentify({ endsAt }));
      await home.wind('P30D');
      expect(home.enrollments()[0]?.exitedMs).toBe(Date.parse(endsAt) - dayMs);
    }
  });

  it('follows a trait that moves nearer before the execution has registered', async () => {
    const steps: Steps = [{ id: 'trial', wait: { until: { trait: 'endsAt' } } }];
    const home = new TestHome({ journeys: [aJourney({ steps })] });
    await home.accept(anIdentify({ endsAt: '2026-03-10T10:00:00Z' }));
    home.beforeHold = async () => {
      home.beforeHold = async () => undefined;
      await home.take(anIdentify({ endsAt: '2026-03-04T10:00:00Z' }, { occurredMs: startMs + 1 }));
    };
    await home.accept(aTrack('Cart Filled'));
    await home.wind('P30D');
    expect(home.enrollments()[0]?.exitedMs).toBe(Date.parse('2026-03-04T10:00:00Z'));
  });

  it('for an instant in the past continues, and passes over the next step where it says so', async () => {
    const past = { until: { trait: 'endsAt' } };
    const steps: Steps = [
      { id: 'go', wait: past },
      { id: 'a', send: { webhook: 'a' } },
      { id: 'skip', wait: { ...past, ifPast: 'skip-next' } },
      { id: 'b', send: { webhook: 'b' } },
      { id: 'c', send: { webhook: 'c' } },
    ];
    const home = await inside(steps);
    expect(path(home)).toEqual(['go', 'a', 'skip', 'c']);
  });

  it('passes over the step after it also where it stands last in a nested list', async () => {
    const skip: Steps = [{ id: 'skip', wait: { until: { trait: 'endsAt' }, ifPast: 'skip-next' } }];
    const home = await inside([
      { id: 'if', branch: [{ when: { trait: 'email', exists: true }, steps: skip }] },
      { id: 'b', send: { webhook: 'b' } },
      { id: 'c', send: { webhook: 'c' } },
    ]);
    expect(path(home)).toEqual(['if', 'skip', 'c']);
  });

  it('passes over the next step where its trait moves into the past', async () => {
    const steps: Steps = [
      { id: 'skip', wait: { until: { trait: 'endsAt' }, ifPast: 'skip-next' } },
      { id: 'b', send: { webhook: 'b' } },
    ];
    const home = new TestHome({ journeys: [aJourney({ steps })] });
    await home.accept(anIdentify({ endsAt: '2026-03-10T10:00:00Z' }), aTrack('Cart Filled'));
    await home.wind('P1D');
    await home.accept(anIdentify({ endsAt: '2026-03-01T10:00:00Z' }));
    expect(home.enrollments()).toMatchObject([{ status: 'completed', path: ['skip'] }]);
  });

  it('reads an instant from the event that began the journey', async () => {
    const home = await inside([{ id: 'w', wait: { until: { value: 'event.properties.startsAt', offset: '-P1D' } } }]);
    await home.wind('P20D');
    expect(home.enrollments()[0]?.exitedMs).toBe(Date.parse('2026-03-09T10:00:00Z'));
  });
});

describe('waitFor', () => {
  const answer = (waitFor: Extract<Steps[number], { waitFor: unknown }>['waitFor']): Steps => [
    {
      id: 'ask',
      waitFor,
      within: 'P2D',
      save: 'answer',
      then: [{ id: 'yes', wait: 'PT1S' }],
      otherwise: [{ id: 'no', wait: 'PT1S' }],
    },
    {
      id: 'tell',
      branch: [
        { when: { value: 'journey.answer.properties.stars', above: 3 }, steps: [{ id: 'happy', wait: 'PT1S' }] },
      ],
    },
  ];

  it('takes the way of the event, at once, and saves it', async () => {
    const home = await inside(answer({ event: 'Rated', where: { stars: { above: 0 } } }));
    await home.accept(aTrack('Rated', { stars: 0 }), aTrack('Rated', { stars: 5 }));
    expect(path(home)).toEqual(['ask', 'yes']);
    await home.wind('PT2S');
    expect(path(home)).toEqual(['ask', 'yes', 'tell', 'happy']);
  });

  it('takes the other way when its time is over', async () => {
    const home = await inside(answer({ event: 'Rated' }));
    await home.wind('P2D');
    await home.accept(aTrack('Rated', { stars: 5 }));
    await home.wind('PT1M');
    expect(path(home)).toEqual(['ask', 'no', 'tell']);
  });

  it('does not count what happened before the person came', async () => {
    const home = await inside([{ id: 'w', wait: 'PT1H' }, ...answer({ event: 'Rated' })]);
    await home.accept(aTrack('Rated'));
    await home.wind('PT1H');
    expect(path(home)).toEqual(['w', 'ask']);
  });

  it('passes at once where its condition is true on arrival', async () => {
    const home = await inside(answer({ when: { did: 'Cart Filled' } }));
    expect(path(home)).toEqual(['ask', 'yes']);
  });

  it('watches a condition: by events, by traits and by time alone', async () => {
    const bought = await inside(answer({ when: { did: 'Bought', atLeast: 2 } }));
    await bought.accept(aTrack('Bought'), aTrack('Bought'));
    expect(path(bought)).toEqual(['ask', 'yes']);
    const gold = await inside(answer({ when: { trait: 'plan', is: 'gold' } }));
    await gold.accept(anIdentify({ plan: 'gold' }));
    expect(path(gold)).toEqual(['ask', 'yes']);
    const silent = await inside(answer({ when: { didNot: 'Cart Filled', within: 'P1D' } }));
    await silent.wind('P1D');
    expect(path(silent)).toEqual(['ask', 'yes']);
    expect(silent.enrollments()[0]?.hold?.wakeMs).toBe(startMs + dayMs + 1_000);
  });

  it('asks for the key where it names one', async () => {
    const steps = answer({ event: 'Rated', key: 'properties.cartId' });
    const home = await inside(steps, {
      journeys: [
        aJourney({ steps, entry: { on: { event: 'Cart Filled' }, key: 'properties.cartId', again: 'always' } }),
      ],
    });
    await home.accept(aTrack('Rated', { cartId: 'c2' }));
    expect(path(home)).toEqual(['ask']);
    await home.accept(aTrack('Rated', { cartId: 'c1' }));
    expect(path(home)).toEqual(['ask', 'yes']);
  });
});

describe('an exit', () => {
  it('ends a person inside a wait at once, and nothing more is sent', async () => {
    const steps: Steps = [{ id: 'w', wait: 'P1D' }, { send: { email: 'hello' } }];
    const home = await inside(steps, { journeys: [aJourney({ steps, exit: [{ on: { event: 'Order Completed' } }] })] });
    await home.wind('PT1H');
    await home.accept(aTrack('Order Completed'));
    expect(home.enrollments()).toMatchObject([{ status: 'exited', reason: 'exit-event', exitedMs: startMs + hourMs }]);
    await home.wind('P3D');
    expect(home.sent).toEqual([]);
    expect(await home.store.due(Infinity, 10)).toEqual([]);
  });

  it('by condition happens when time alone makes it true', async () => {
    const steps: Steps = [{ id: 'w', wait: 'P9D' }];
    const exit = [{ when: { didNot: 'Cart Filled', within: 'P2D' } }] as const;
    const home = await inside(steps, { journeys: [aJourney({ steps, exit })] });
    await home.wind('P9D');
    expect(home.enrollments()).toMatchObject([{ reason: 'exit-condition', exitedMs: startMs + 2 * dayMs }]);
  });

  it('ends a person whose message waits for quiet hours to end', async () => {
    const steps: Steps = [{ send: { email: 'hello' }, useBy: 'P2D' }];
    const home = await inside(steps, {
      workspace: quiet,
      startMs: startMs + 13 * hourMs,
      journeys: [aJourney({ steps, exit: [{ on: { event: 'Order Completed' } }] })],
    });
    expect(outcomes(home)).toEqual(['deferred quiet-hours']);
    await home.accept(aTrack('Order Completed', {}, { occurredMs: startMs + 13 * hourMs }));
    await home.wind('P2D');
    expect(home.enrollments()).toMatchObject([{ status: 'exited' }]);
    expect(home.sent).toEqual([]);
  });

  it('may be caused by the journey itself', async () => {
    const steps: Steps = [
      { id: 'set', update: { traits: { plan: 'gold' } } },
      { id: 'after', send: { email: 'hello' } },
    ];
    const home = await inside(steps, {
      journeys: [aJourney({ steps, exit: [{ when: { trait: 'plan', is: 'gold' } }] })],
    });
    expect(home.enrollments()).toMatchObject([{ status: 'exited', reason: 'exit-condition', path: ['set'] }]);
    expect(home.sent).toEqual([]);
    expect(home.problems).toEqual([]);
  });
});

describe('a send', () => {
  const hello: Steps = [{ id: 'hello', send: { email: 'hello' } }];
  const late = { workspace: quiet, startMs: startMs + 13 * hourMs };

  it('in quiet hours holds the journey, keeps its delivery and goes out when they end', async () => {
    const home = await inside([...hello, { id: 'after', wait: 'PT1H' }], late);
    const [deferred] = home.deliveries();
    expect(deferred).toMatchObject({ status: 'deferred', reason: 'quiet-hours', untilMs: startMs + 22 * hourMs });
    await home.wind('PT9H');
    expect(home.deliveries()).toMatchObject([
      { deliveryId: deferred?.deliveryId, status: 'sent', atMs: startMs + 22 * hourMs },
    ]);
    expect(path(home)).toEqual(['hello', 'after']);
  });

  it('is skipped as expired where it cannot go out by its time', async () => {
    const home = await inside([{ ...hello[0]!, useBy: 'PT4H' } as Steps[number], { id: 'after', wait: 'PT1H' }], late);
    await home.wind('PT3H59M');
    expect(outcomes(home)).toEqual(['deferred quiet-hours']);
    await home.wind('PT1M');
    expect(outcomes(home)).toEqual(['skipped expired']);
    expect(path(home)).toEqual(['hello', 'after']);
  });

  it('waits for a cap that defers, and counts its time from the first try', async () => {
    const cap = { channels: 'email', atMost: 1, within: 'P2D', then: 'defer' } as const;
    const steps: Steps = [
      { id: 'one', send: { email: 'one' } },
      { id: 'two', send: { email: 'two' }, useBy: 'P3D' },
      { id: 'three', send: { email: 'three' }, useBy: 'P1D' },
    ];
    const home = await inside(steps, { workspace: aWorkspace({ frequencyCaps: [cap] }) });
    await home.wind('P5D');
    expect(home.deliveries().map((one) => [one.stepId, one.status, (one.atMs - startMs) / dayMs])).toEqual([
      ['one', 'sent', 0],
      ['two', 'sent', 2],
      ['three', 'skipped', 3],
    ]);
  });

  it('that the gate refuses leaves a reason, and the journey goes on', async () => {
    const home = await inside([...hello, { id: 'after', wait: 'PT1H' }], {
      workspace: aWorkspace({ consent: 'opt-in' }),
    });
    expect(outcomes(home)).toEqual(['skipped no-consent']);
    expect(path(home)).toEqual(['hello', 'after']);
  });

  it('leaves a reason where a value is missing or the template breaks', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps: hello })] });
    await home.accept(anIdentify({ email: 'ana@b.lv' }));
    home.content.answer = () => ({ kind: 'missing-value', name: 'profile.traits.firstName' });
    await home.accept(aTrack('Cart Filled'));
    home.content.answer = () => ({ kind: 'render-failed', reason: 'broken' });
    await home.accept(aTrack('Cart Filled'));
    expect(outcomes(home).sort()).toEqual(['skipped missing-value', 'skipped render-failed']);
  });

  it('that is definitely refused is tried again under the same id, and its cap slot is free', async () => {
    const home = new TestHome({
      journeys: [aJourney({ steps: hello })],
      workspace: aWorkspace({ frequencyCaps: [{ channels: 'email', atMost: 1, within: 'P1D' }] }),
    });
    home.channels.answer = (_, count) =>
      count < 3 ? { kind: 'refused', reason: '429', isPermanent: false } : { kind: 'accepted' };
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    expect(home.deliveries()).toMatchObject([{ status: 'pending', tries: 1 }]);
    expect((await home.profile()).slots).toEqual([]);
    await home.wind('PT1H');
    expect(home.deliveries()).toMatchObject([{ status: 'sent', tries: 2 }]);
    expect(home.sent).toEqual(['hello']);
  });

  it('that is refused until its time is over says what it was refused for', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps: [{ ...hello[0]!, useBy: 'PT1H' } as Steps[number]] })] });
    home.channels.answer = () => ({ kind: 'refused', reason: '429', isPermanent: false });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    await home.wind('PT2H');
    expect(home.deliveries()).toMatchObject([{ status: 'skipped', reason: 'expired', detail: '429' }]);
  });

  it('that is refused for good has failed, and the journey goes on', async () => {
    const home = new TestHome({
      journeys: [aJourney({ steps: [...hello, { id: 'after', wait: 'PT1H' }] })],
      workspace: aWorkspace({ frequencyCaps: [{ channels: 'email', atMost: 1, within: 'P1D' }] }),
    });
    home.channels.answer = () => ({ kind: 'refused', reason: '550', isPermanent: true });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    expect(outcomes(home)).toEqual(['failed provider-refused']);
    expect((await home.profile()).slots).toEqual([]);
    expect(path(home)).toEqual(['hello', 'after']);
  });

  it('of unknown outcome is listed as that and never sent again', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps: hello })] });
    home.channels.answer = () => ({ kind: 'unknown', reason: 'time-out' });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    await home.wind('P3D');
    expect(outcomes(home)).toEqual(['unknown']);
    expect(home.sent).toHaveLength(1);
  });

  it('tells what became of one message before the next is rendered', async () => {
    const steps: Steps = [...hello, { id: 'again', send: { email: 'again' } }];
    const home = new TestHome({ journeys: [aJourney({ steps })] });
    const seen: string[] = [];
    home.content.answer = () => {
      seen.push(outcomes(home).join());
      return undefined;
    };
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    expect(seen).toEqual(['', 'sent']);
  });

  it('whose enrollment ends while the provider has it is told as what became of it', async () => {
    const around: Around = async (label, call) => {
      if (label === 'deliver') {
        await home.take(aTrack('Order Completed'));
        await resumeEnrollment(home.ports)(home.enrollments()[0]!.enrollmentId);
      }
      return call();
    };
    const home = new TestHome({
      journeys: [aJourney({ steps: hello, exit: [{ on: { event: 'Order Completed' } }] })],
      around,
    });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    expect(home.enrollments()).toMatchObject([{ status: 'exited' }]);
    expect(outcomes(home)).toEqual(['sent']);
  });

  it('goes out at once where only the answer to its authorisation was lost', async () => {
    let isLost = false;
    const around: Around = async (label, call) => {
      const answer = await call();
      if (label !== 'commit' || !isLost) return answer;
      isLost = false;
      throw new StoreUnavailable('lost on the way back');
    };
    const home = new TestHome({ journeys: [aJourney({ steps: hello })], around });
    home.content.answer = () => {
      isLost = true;
      return undefined;
    };
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    expect(outcomes(home)).toEqual(['sent']);
  });

  it('whose process died is looked up once no touch can be at it, and handed over by one of those who look', async () => {
    const workspace = aWorkspace({ frequencyCaps: [{ channels: 'email', atMost: 1, within: 'P1D' }] });
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    let calls = 0;
    // Whoever hands over first takes so long that the other has come to its end.
    const around: Around = async (label, call) => {
      if (label === 'deliver' && ++calls === 2) await opened;
      return call();
    };
    const home = new TestHome({ journeys: [aJourney({ steps: hello })], workspace, around, isRecorded: true });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    home.channels.answer = (_, count) => (count === 1 ? 'dies-before' : { kind: 'accepted' });
    const touch = touchOf(home, 'Begin');
    await expect(touch()).rejects.toThrow();
    await expect(touch()).rejects.toThrow('Defer in Begin');
    expect(home.deliveries()).toMatchObject([{ status: 'handing' }]);
    home.clock.moveTo(startMs + 60_000);
    await Promise.all([touch(), touch()].map((one) => one.catch(() => undefined).finally(() => open())));
    expect(home.sent).toEqual(['hello']);
    expect(outcomes(home)).toEqual(['sent']);
  });

  it('whose provider reports before it answers is not handed over again', async () => {
    let home: TestHome | undefined = undefined;
    const around: Around = async (label, call) => {
      const answer = await call();
      if (label === 'deliver') await reported(home!, 'delivered');
      return answer;
    };
    home = new TestHome({ journeys: [aJourney({ steps: hello })], around });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    expect(home.sent).toEqual(['hello']);
    expect(outcomes(home)).toEqual(['delivered']);
    await reported(home, 'opened');
    await reported(home, 'delivered');
    expect(outcomes(home)).toEqual(['opened']);
  });

  it('that comes too late to be sent is expired, though nothing else is against it', async () => {
    const steps: Steps = [{ id: 'hello', send: { email: 'hello' }, useBy: 'PT12H' }];
    const home = new TestHome({ journeys: [aJourney({ steps })], ...late, isRecorded: true });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    const touch = touchOf(home, 'Begin');
    await expect(touch()).rejects.toThrow('Defer in Begin');
    home.clock.moveTo(late.startMs + 12 * hourMs);
    await touch();
    expect(outcomes(home)).toEqual(['skipped expired']);
  });

  it('does not go to an address that is suppressed while it is rendered', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps: hello })] });
    await home.accept(anIdentify({ email: 'ana@b.lv' }));
    home.content.answer = () => {
      const change = { kind: 'suppress', reason: 'complaint', source: 'test' } as const;
      void suppressAddress(home.ports)({ channel: 'email', address: 'ana@b.lv', change });
      return undefined;
    };
    await home.accept(aTrack('Cart Filled'));
    expect(outcomes(home)).toEqual(['skipped suppressed']);
  });
});

describe('other steps', () => {
  it('emit lets an event happen once, which may begin another journey', async () => {
    const home = await inside([], {
      journeys: [
        aJourney({
          steps: [{ id: 'tell', emit: { event: 'Offer Made', properties: { offer: 'free' } } }, { wait: 'PT1S' }],
        }),
        aJourney({ id: 'next', entry: { on: { event: 'Offer Made' }, again: 'always' }, steps: [{ wait: 'P1D' }] }),
      ],
    });
    expect(home.enrollments('next')).toMatchObject([{ event: { properties: { offer: 'free' } } }]);
    const history = await home.store.history([(await home.profile()).profileId], { names: ['Offer Made'] });
    expect(history).toHaveLength(1);
  });

  it('update sets traits that the next step reads', async () => {
    const home = await inside([
      { id: 'set', update: { traits: { lastOffer: 'cart' } } },
      { id: 'if', branch: [{ when: { trait: 'lastOffer', is: 'cart' }, steps: [{ id: 'yes', wait: 'PT1S' }] }] },
    ]);
    expect(path(home)).toEqual(['set', 'if', 'yes']);
  });

  it('branch asks over history, and takes the first way that holds', async () => {
    const when = { did: 'Cart Filled', within: 'P1D' } as const;
    const home = await inside([
      {
        id: 'if',
        branch: [
          { when: { not: when }, steps: [{ id: 'a', wait: 'PT1S' }] },
          { when, steps: [{ id: 'b', wait: 'PT1S' }] },
        ],
      },
    ]);
    expect(path(home)).toEqual(['if', 'b']);
  });

  it('end ends, and what stands after it is not reached', async () => {
    const home = await inside([
      { id: 'if', branch: [{ when: { trait: 'email', exists: true }, steps: [{ id: 'stop', end: true }] }] },
      { id: 'after', wait: 'PT1S' },
    ]);
    expect(home.enrollments()).toMatchObject([{ status: 'completed', path: ['if', 'stop'] }]);
  });

  it('an experiment keeps each person in the variant of their first time', async () => {
    const variants = (percents: readonly number[]) => [
      { id: 'a', percent: percents[0]!, steps: [{ id: 'in-a', wait: 'PT1S' }] },
      { id: 'b', percent: percents[1]!, steps: [{ id: 'in-b', wait: 'PT1S' }] },
    ];
    const journey = (percents: readonly number[]) =>
      aJourney({ steps: [{ id: 'test', experiment: 'offer', variants: variants(percents) }] });
    const home = await inside([], { journeys: [journey([100, 0])] });
    await home.wind('PT1M');
    home.definitions.publish(
      documentsOf({
        journeys: [journey([0, 100])],
      }),
    );
    await home.accept(aTrack('Cart Filled'), aTrack('Cart Filled', {}, { userId: 'u2' }));
    const paths = home.enrollments().map((one) => one.path.join());
    expect(paths.sort()).toEqual(['test,in-a', 'test,in-a', 'test,in-b']);
  });

  it('a journey without steps completes', async () => {
    const home = await inside([]);
    expect(home.enrollments()).toMatchObject([{ status: 'completed', path: [] }]);
  });
});

describe('an enrollment whose execution was lost', () => {
  it('goes on by its due row, within five minutes, from where it stands', async () => {
    const steps: Steps = [
      { id: 'one', wait: 'PT1H' },
      { id: 'two', waitFor: { event: 'Rated' }, within: 'PT1H', then: [], otherwise: [] },
      { id: 'hello', send: { email: 'hello' } },
    ];
    for (const at of ['PT10M', 'PT70M']) {
      const home = await inside(steps);
      await home.wind(at);
      home.db.write(() => home.db.run('DELETE FROM executions'));
      await home.wind('P1D');
      expect(home.problems).toEqual([]);
      expect(home.enrollments()).toMatchObject([{ status: 'completed', path: ['one', 'two', 'hello'] }]);
      expect(home.sent).toEqual(['hello']);
    }
  });

  it('is told again of an event that resolved its hold', async () => {
    const home = await inside([{ id: 'ask', waitFor: { event: 'Rated' }, within: 'P9D', then: [], otherwise: [] }]);
    home.db.write(() => home.db.run('DELETE FROM executions'));
    await home.accept(aTrack('Rated'));
    await home.wind('PT6M');
    expect(home.enrollments()).toMatchObject([{ status: 'completed' }]);
  });

  it('always has a due row while it is active', async () => {
    const home = new TestHome({
      journeys: [aJourney({ steps: [{ wait: 'PT1H' }, { id: 'hello', send: { email: 'hello' } }, { wait: 'PT1H' }] })],
    });
    const missing: string[] = [];
    home.channels.answer = () => {
      const [row] = home.enrollments();
      const due = home.db.all('SELECT 1 FROM due WHERE subject = ?', row!.enrollmentId);
      if (due.length === 0) missing.push(row!.cursor.stepId);
      return { kind: 'accepted' };
    };
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    await home.wind('P1D');
    expect(missing).toEqual([]);
    expect(home.sent).toEqual(['hello']);
  });

  it('whose execution broke is marked failed, and its message on the way is unknown', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps: [{ id: 'hello', send: { email: 'hello' } }] })] });
    home.channels.answer = () => {
      throw new Error('broken');
    };
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    expect(home.enrollments()).toMatchObject([{ status: 'failed' }]);
    expect(outcomes(home)).toEqual(['unknown']);
  });
});

describe('an older touch', () => {
  it('does nothing', async () => {
    const home = await inside([
      { id: 'one', wait: 'PT1H' },
      { id: 'hello', send: { email: 'hello' } },
      { id: 'two', wait: 'PT1H' },
    ]);
    const { enrollmentId, profileId } = home.enrollments()[0]!;
    const touch = home.touchText('After one');
    await home.wind('PT1H');
    const before = home.enrollments();
    await expect(runTouch(home.ports)({ enrollmentId, profileId, touch })).rejects.toThrow('Hold two');
    expect(home.enrollments()).toEqual(before);
    await home.wind('PT2H');
    await expect(runTouch(home.ports)({ enrollmentId, profileId, touch })).rejects.toThrow('has ended');
    expect(home.sent).toEqual(['hello']);
  });
});
