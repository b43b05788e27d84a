import { describe, expect, it } from 'vitest';
import type { Step, Steps } from '../../../core/journey/document.ts';
import { EnrollmentEnded } from '../../../core/failures.ts';
import { resumeEnrollment } from '../../../functions/resume-enrollment/resume-enrollment.ts';
import { runTouch } from '../../../functions/run-touch/run-touch.ts';
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
} from '../../builders.ts';

const hello: Step = { id: 'hello', send: { email: 'hello' } };
const month: Step = { id: 'month', wait: 'P30D' };
const workspace = aWorkspace({ parkAfter: 'P7D' });

/** Somebody inside a journey whose waits of a week or more are waited for by nobody. */
async function inside(steps: Steps, options: TestHomeOptions = {}): Promise<TestHome> {
  const home = new TestHome({
    workspace,
    journeys: [aJourney({ steps, exit: [{ on: { event: 'Left' } }] })],
    ...options,
  });
  await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
  return home;
}
const enrollmentOf = (home: TestHome) => home.enrollments('cart')[0]!;

describe('a hold that is parked', () => {
  it('has no execution, and goes on at its time in the next', async () => {
    const home = await inside([hello, month, { ...hello, id: 'again' }]);
    await home.wind('P2D');
    expect([home.running(), home.sent.length, enrollmentOf(home).status]).toEqual([0, 1, 'active']);
    await home.wind('P27DT23H');
    expect([home.running(), home.sent.length]).toEqual([0, 1]);
    await home.wind('PT1H');
    expect(home.deliveries().map(({ atMs }) => atMs)).toEqual([startMs, startMs + 30 * dayMs]);
    expect(enrollmentOf(home)).toMatchObject({ status: 'completed', path: ['hello', 'month', 'again'], hop: 1 });
    expect(home.problems).toEqual([]);
  });

  it('is one of at least so long; a shorter one is waited for as ever', async () => {
    const home = await inside([{ id: 'days', wait: 'P6DT23H' }]);
    await home.wind('P2D');
    expect(home.running()).toBe(1);
    const week = await inside([{ id: 'week', wait: 'P7D' }]);
    expect(week.running()).toBe(0);
  });

  it('is as long as its document says, though the touch comes to it a little later than its state', async () => {
    const home = await inside([{ id: 'week', wait: 'P7D' }], { isRecorded: true });
    const { enrollmentId, profileId } = enrollmentOf(home);
    const task = { enrollmentId, profileId, touch: home.touchText('Begin'), token: 'a-token' };
    const enteredAt = new Date(startMs - 900).toISOString();
    await expect(runTouch(home.ports)({ ...task, enteredAt })).rejects.toThrow(EnrollmentEnded);
    expect(enrollmentOf(home).hold).toMatchObject({ isParked: true, wakeMs: startMs - 900 + 7 * dayMs });
  });

  it('is held by the execution that is begun for it, in whose way a later event does not come', async () => {
    const home = await inside([{ id: 'buys', waitFor: { event: 'Bought' }, within: 'P60D', then: [hello] }]);
    home.ports.executions.start = async () => 'running';
    await home.wind('P60D');
    expect(enrollmentOf(home)).toMatchObject({ hop: 1, hold: { stepId: 'buys' } });
    expect(enrollmentOf(home).hold).not.toHaveProperty('isParked');
    await home.accept(aTrack('Bought'));
    expect(enrollmentOf(home).hop).toBe(1);
  });

  it('is over at once with what it waits for', async () => {
    const home = await inside([{ id: 'buys', waitFor: { event: 'Bought' }, within: 'P60D', then: [hello] }]);
    await home.wind('P10D');
    expect(home.running()).toBe(0);
    await home.accept(aTrack('Bought'));
    expect(home.deliveries().map(({ atMs }) => atMs)).toEqual([startMs + 10 * dayMs]);
    expect(enrollmentOf(home).status).toBe('completed');
  });

  it('goes on once, however often it is told that it is over', async () => {
    const home = await inside([{ id: 'buys', waitFor: { event: 'Bought' }, within: 'P60D', then: [hello, month] }]);
    await home.wind('P10D');
    await home.accept(aTrack('Bought'));
    const { enrollmentId } = enrollmentOf(home);
    const again = [1, 2].map(() => resumeEnrollment(home.ports)(enrollmentId));
    expect(await Promise.all(again)).toEqual(['nobody-waits', 'nobody-waits']);
    await home.wind('P90D');
    expect([home.sent.length, enrollmentOf(home).hop]).toEqual([1, 2]);
  });

  it('is left by an exit with the event’s own commit', async () => {
    const home = await inside([month, hello]);
    await home.wind('P10D');
    await home.accept(aTrack('Left'));
    expect(enrollmentOf(home)).toMatchObject({ status: 'exited', exitedMs: startMs + 10 * dayMs });
    await home.wind('P60D');
    expect([home.sent, home.running(), home.problems]).toEqual([[], 0, []]);
  });

  it('follows the trait that it waits for, nearer and further', async () => {
    const due = (days: number): string => new Date(startMs + days * dayMs).toISOString();
    const home = await inside([]);
    await home.accept(anIdentify({ trialEnds: due(40) }));
    home.publish({
      workspace,
      journeys: [aJourney({ steps: [{ id: 'ends', wait: { until: { trait: 'trialEnds' } } }, hello] })],
    });
    await home.accept(aTrack('Cart Filled'));
    for (const days of [20, 60]) {
      await home.accept(anIdentify({ trialEnds: due(days) }));
      await home.wind('P10D');
    }
    expect([home.running(), home.sent]).toEqual([0, []]);
    await home.windTo(startMs + 60 * dayMs + hourMs);
    expect(home.deliveries().map(({ atMs }) => atMs)).toEqual([startMs + 60 * dayMs]);
  });

  it('is parked still after it has moved to another version, whose step it goes on to', async () => {
    const home = await inside([month, hello]);
    await home.wind('P10D');
    home.publish({ workspace, journeys: [aJourney({ steps: [month, { id: 'other', send: { email: 'other' } }] })] });
    expect(await home.migrate()).toMatchObject({ moved: 1 });
    expect(home.running()).toBe(0);
    await home.wind('P21D');
    expect([home.sent, home.deliveries()[0]!.atMs]).toEqual([['other'], startMs + 30 * dayMs]);
  });

  it('has the execution that waits for it already where the workspace says so only later', async () => {
    const home = await inside([month, hello], { workspace: aWorkspace() });
    await home.wind('P10D');
    home.publish({ workspace, journeys: [aJourney({ steps: [month, hello] })] });
    expect(home.running()).toBe(1);
    await home.wind('P21D');
    expect([home.sent.length, enrollmentOf(home).hop]).toEqual([1, 0]);
  });
});
