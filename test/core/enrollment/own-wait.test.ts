import { describe, expect, it } from 'vitest';
import { touchDefinition } from '../../../core/journey/compile.ts';
import type { Steps } from '../../../core/journey/document.ts';
import { registerHold } from '../../../functions/register-hold/register-hold.ts';
import { runTouch } from '../../../functions/run-touch/run-touch.ts';
import { toInstant } from '../../../core/time/instant.ts';
import {
  aJourney,
  anIdentify,
  aTrack,
  aVersion,
  aWorkspace,
  hourMs,
  startMs,
  TestHome,
  type TestHomeOptions,
} from '../../builders.ts';

const hello = (id: string): Steps[number] => ({ id, send: { email: id } });
const threeTouches: Steps = [
  hello('one'),
  { id: 'a-day', wait: 'P1D' },
  hello('two'),
  { id: 'until-seen', waitFor: { event: 'Product Viewed' }, within: 'PT36H' },
  hello('three'),
];

async function inside(steps: Steps, options: TestHomeOptions = {}): Promise<TestHome> {
  const home = new TestHome({ journeys: [aJourney({ steps })], ...options });
  await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled', { cartId: 'c1' }));
  return home;
}
const executions = (home: TestHome) =>
  home.db
    .all<{ state: string; status: string; transitions: number }>('SELECT state, status, transitions FROM executions')
    .map((row) => ({ ...row }));
const hold = (home: TestHome) => home.enrollments()[0]!.hold;

describe('the state of a touch waits by itself', () => {
  const lengths: readonly (readonly [string, Steps[number], number | undefined])[] = [
    ['a wait of hours', { id: 'x', wait: 'PT1H' }, 3_600],
    ['a wait of 15 minutes', { id: 'x', wait: 'PT15M' }, 900],
    ['a wait of days', { id: 'x', wait: 'P1W2D' }, 9 * 86_400],
    ['a wait for an event', { id: 'x', waitFor: { event: 'Cart Filled' }, within: 'PT20H' }, 72_000],
    ['not at a shorter wait', { id: 'x', wait: 'PT14M59S' }, undefined],
    ['not at one beyond what Step Functions can wait', { id: 'x', wait: 'P1200D' }, undefined],
    ['not at one of months, whose lengths differ', { id: 'x', wait: 'P1M' }, undefined],
    ['not at one until a time of day', { id: 'x', wait: { until: '10:30' } }, undefined],
  ];
  it.each(lengths)('%s', (_, step, seconds) => {
    const { plan } = aVersion({ steps: [step] });
    const { ownWait } = touchDefinition(plan, 'Begin');
    expect(ownWait).toEqual(seconds === undefined ? undefined : { stepId: 'x', seconds });
  });
  it('not where its steps lead to more than one hold', () => {
    const branch: Steps[number] = { branch: [{ when: { trait: 'a', exists: true }, steps: [{ wait: 'PT2H' }] }] };
    const { plan } = aVersion({ steps: [branch, { wait: 'PT1H' }] });
    expect(touchDefinition(plan, 'Begin').ownWait).toBeUndefined();
  });
});

describe('a touch that waits by itself', () => {
  it('takes three transitions for three touches and two waits', async () => {
    const home = await inside(threeTouches);
    await home.wind('P4D');
    expect(home.sent).toEqual(['one', 'two', 'three']);
    expect(executions(home)).toEqual([{ state: 'After until-seen', status: 'succeeded', transitions: 3 }]);
    expect(home.enrollments()[0]?.exitedMs).toBe(startMs + 60 * hourMs);
  });

  it('is left at once by the event that it waits for, and by an exit', async () => {
    const home = await inside(threeTouches);
    await home.wind('P1D');
    expect(home.sent).toEqual(['one', 'two']);
    await home.accept(aTrack('Product Viewed'));
    expect(home.sent).toEqual(['one', 'two', 'three']);

    const left = new TestHome({ journeys: [aJourney({ steps: threeTouches, exit: [{ on: { event: 'Left' } }] })] });
    await left.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled', { cartId: 'c1' }), aTrack('Left'));
    expect(executions(left)).toEqual([{ state: 'Ended', status: 'succeeded', transitions: 2 }]);
    expect(left.enrollments()).toMatchObject([{ status: 'exited', reason: 'exit-event' }]);
  });

  it('gives the hold its own state where a clock change makes the day longer or shorter', async () => {
    for (const [from, hours] of [
      ['2026-03-28T10:00:00Z', 23],
      ['2026-10-24T10:00:00Z', 25],
    ] as const) {
      const fromMs = Date.parse(from);
      const home = await inside(threeTouches, { startMs: fromMs, workspace: aWorkspace({ timeZone: 'Europe/Riga' }) });
      expect(executions(home)).toMatchObject([{ state: 'Hold a-day' }]);
      expect(hold(home)?.wakeMs).toBe(fromMs + hours * hourMs);
      await home.windTo(fromMs + hours * hourMs - 1);
      expect(home.sent).toEqual(['one']);
      await home.windTo(fromMs + hours * hourMs);
      expect(home.sent).toEqual(['one', 'two']);
    }
  });

  it('passes at once where what it waits for is so already', async () => {
    const steps: Steps = [
      { id: 'known', waitFor: { when: { trait: 'email', exists: true } }, within: 'P1D', then: [hello('seen')] },
    ];
    const home = await inside(steps);
    expect(home.sent).toEqual(['seen']);
    expect(home.enrollments()).toMatchObject([{ status: 'completed', exitedMs: startMs }]);
  });

  it('puts its message off in a state of its own, and waits afterwards', async () => {
    const quiet = aWorkspace({ quietHours: { email: { from: '09:00', to: '20:00' } } });
    const home = await inside(threeTouches, { workspace: quiet });
    expect(executions(home)).toMatchObject([{ state: 'Defer in Begin' }]);
    await home.wind('PT10H');
    expect(home.sent).toEqual(['one']);
    expect(executions(home)).toMatchObject([{ state: 'Begin' }]);
    expect(hold(home)?.wakeMs).toBe(startMs + 34 * hourMs);
  });
});

describe('one go of a touch that waits by itself', () => {
  const goes = (home: TestHome, token: string, enteredMs: number) => {
    const { enrollmentId, profileId } = home.enrollments()[0]!;
    const touch = home.touchText('Begin');
    return runTouch(home.ports)({ enrollmentId, profileId, touch, token, enteredAt: toInstant(enteredMs) });
  };
  const steps: Steps = [{ id: 'an-hour', wait: 'PT1H' }, hello('one')];

  it('puts the newest token into the hold: the one before is dead', async () => {
    const home = await inside(steps, { isRecorded: true });
    await goes(home, 'first', startMs);
    expect(hold(home)).toMatchObject({ token: 'first', wakeMs: startMs + hourMs });
    await goes(home, 'second', startMs);
    expect(hold(home)).toMatchObject({ token: 'second', wakeMs: startMs + hourMs });
    const before = home.log.length;
    await goes(home, 'second', startMs);
    expect(home.log).toHaveLength(before);
  });

  it('counts the hold from when its state was entered, where that was just now', async () => {
    const home = await inside(steps, { isRecorded: true });
    await home.wind('PT40S');
    await goes(home, 'late', startMs);
    expect(hold(home)).toMatchObject({ token: 'late', wakeMs: startMs + hourMs });
  });

  it('leads to the state of the hold where the two would end at different times', async () => {
    const home = await inside(steps, { isRecorded: true });
    await home.wind('PT2M');
    await expect(goes(home, 'too-late', startMs)).rejects.toMatchObject({
      name: 'TouchDiverted',
      message: JSON.stringify({ to: 'Hold an-hour', wakeAt: toInstant(startMs + hourMs + 120_000) }),
    });
    expect(hold(home)).not.toHaveProperty('token');
  });

  it('never puts an older token over a newer: a try that was given up on may still be at work', async () => {
    const home = await inside(steps, { isRecorded: true });
    const { enrollmentId, profileId } = home.enrollments()[0]!;
    const task = { enrollmentId, profileId, touch: home.touchText('Begin'), enteredAt: toInstant(startMs) };
    let hasMet = false;
    const commit = home.store.commit.bind(home.store);
    home.store.commit = async (change) => {
      if (!hasMet) {
        hasMet = true;
        await runTouch(home.ports)({ ...task, token: 'second', retryCount: 1 });
      }
      return commit(change);
    };
    await runTouch(home.ports)({ ...task, token: 'first', retryCount: 0 });
    expect(hold(home)).toMatchObject({ token: 'second' });
    await registerHold(home.ports)({ ...task, stepId: 'an-hour', token: 'first', retryCount: 0 });
    expect(hold(home)).toMatchObject({ token: 'second' });
  });

  it('leads there also where its hold is over, and an execution of before knows no token', async () => {
    const home = await inside(steps, { isRecorded: true });
    const { enrollmentId, profileId } = home.enrollments()[0]!;
    const touch = home.touchText('Begin');
    await expect(runTouch(home.ports)({ enrollmentId, profileId, touch })).rejects.toThrow('Hold an-hour');
    expect(hold(home)).not.toHaveProperty('token');
  });
});

describe('what passes', () => {
  it.each([20, 60, 120, 600, 3_600])('marks nobody failed, though it lasts for %i s', async (seconds) => {
    for (let index = 0; index < 10; index++) {
      const home = new TestHome({ journeys: [aJourney({ steps: threeTouches })] });
      home.content.answer = () => {
        if (home.clock.nowMs() < startMs + seconds * 1_000)
          throw Object.assign(new Error('Rate exceeded.'), { name: 'Lambda.TooManyRequestsException' });
        return undefined;
      };
      const email = `ana${index}@b.lv`;
      await home.accept(anIdentify({ email }), aTrack('Cart Filled', { cartId: `c${index}` }));
      await home.wind('P5D');
      expect(home.enrollments()).toMatchObject([{ status: 'completed' }]);
      expect(home.sent).toEqual(['one', 'two', 'three']);
    }
  });

  it('is also that a function cannot be loaded', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps: threeTouches })] });
    home.content.answer = () => {
      if (home.clock.nowMs() >= startMs + hourMs) return undefined;
      throw Object.assign(new Error('Cannot find module'), { name: 'Runtime.ImportModuleError' });
    };
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled', { cartId: 'c1' }));
    await home.wind('P5D');
    expect(home.enrollments()).toMatchObject([{ status: 'completed' }]);
  });
});

it('waits for an instant further off than Step Functions can wait at once', async () => {
  const home = await inside([{ id: 'far', wait: { until: '2031-03-02T10:00:00Z' } }, hello('one')]);
  await home.wind('P4Y');
  expect(home.sent).toEqual([]);
  await home.wind('P1Y');
  expect(home.sent).toEqual(['one']);
});
