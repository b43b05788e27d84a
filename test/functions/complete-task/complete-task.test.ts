import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { TaskAnswer } from '../../../core/task/complete.ts';
import { completeTask } from '../../../functions/complete-task/complete-task.ts';
import { losing, scheduledBy } from '../../around-ports.ts';
import { aTrack, TestHome, type TestHomeOptions } from '../../builders.ts';
import { aTask } from '../../contracts/rows.ts';
import { runs } from '../../properties.ts';

const homes: TestHome[] = [];
afterEach(() => homes.splice(0).forEach((home) => home.close()));

/** A home with one person and one task for them. */
async function withTask(options: TestHomeOptions = {}): Promise<TestHome> {
  const home = new TestHome(options);
  homes.push(home);
  await home.accept(aTrack('Bought'));
  const { profileId } = await home.profile();
  const { profile, version: expectedVersion } = (await home.store.load(profileId))!;
  const tasks = [{ row: aTask('e1-call-0', { profileId, createdMs: home.clock.nowMs() }), isNew: true }];
  await home.store.commit({ attemptId: 'made', profiles: [{ expectedVersion, profile }], tasks });
  return home;
}
const result = (outcome: string, properties = {}) => ({ taskId: 'e1-call-0', outcome, properties });
/** What was accepted of the task's end. */
async function told(home: TestHome): Promise<readonly unknown[]> {
  await home.drain();
  const { profileId } = await home.profile();
  return (await home.store.history([profileId], { names: ['Task Completed'] })).map((event) => event.properties);
}

describe('completing a task', () => {
  it('writes what came of it, and tells it as an event of its person', async () => {
    const home = await withTask();
    const answer = await completeTask(home.ports)(result('reached', { rating: 5, queue: 'forged' }));
    expect(answer).toMatchObject({ kind: 'done', task: { status: 'done', outcome: 'reached' } });
    expect(await told(home)).toEqual([
      {
        rating: 5,
        taskId: 'e1-call-0',
        queue: 'calls',
        title: 'Call Ana',
        outcome: 'reached',
        journeyId: 'cart',
        enrollmentId: 'e1',
        stepId: 'call-back',
      },
    ]);
  });

  it('once more with the same outcome changes nothing; with another it is refused', async () => {
    const home = await withTask();
    const first = await completeTask(home.ports)(result('reached'));
    await home.wind('PT1H');
    expect(await completeTask(home.ports)(result('reached', { late: true }))).toEqual(first);
    expect(await completeTask(home.ports)(result('busy'))).toMatchObject({ kind: 'other-outcome' });
    expect(await told(home)).toHaveLength(1);
    expect(await home.store.task('e1-call-0')).toMatchObject({ outcome: 'reached' });
  });

  it('is refused where there is no such task, and where its person was erased', async () => {
    const home = await withTask();
    expect(await completeTask(home.ports)({ ...result('x'), taskId: 'none' })).toEqual({ kind: 'unknown' });
    const profile = await home.profile();
    const { version: expectedVersion } = (await home.store.load(profile.profileId))!;
    await home.store.commit({
      attemptId: 'erase',
      profiles: [{ expectedVersion, profile: { ...profile, isErased: true } }],
    });
    expect(await completeTask(home.ports)(result('reached'))).toEqual({ kind: 'closed' });
    expect(await home.store.task('e1-call-0')).toMatchObject({ status: 'open' });
    expect(await told(home)).toEqual([]);
  });

  it('tells the person that they have become, where two were found to be one', async () => {
    const home = await withTask();
    const { profileId } = await home.profile();
    await home.accept(aTrack('Bought', {}, { userId: 'u0' }));
    const [loser, winner] = [
      (await home.store.load(profileId))!,
      (await home.store.load((await home.profile('userId:u0')).profileId))!,
    ];
    await home.store.commit({
      attemptId: 'merge',
      profiles: [
        { expectedVersion: loser.version, profile: { ...loser.profile, mergedInto: winner.profile.profileId } },
        { expectedVersion: winner.version, profile: winner.profile },
      ],
    });
    await completeTask(home.ports)(result('reached'));
    await home.drain();
    const events = await home.store.history([winner.profile.profileId], { names: ['Task Completed'] });
    expect(events).toHaveLength(1);
  });

  it('has one outcome and tells it once, whoever races and whatever answers are lost', async () => {
    const outcomes = fc.array(fc.constantFrom('reached', 'busy', 'wrong-number'), { minLength: 1, maxLength: 4 });
    const faults = fc.array(fc.constantFrom('none', 'lost-before', 'lost-after'), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), outcomes, faults, async (scheduler, said, lost) => {
        let around = losing([], scheduledBy(scheduler));
        let isOn = false;
        const home = await withTask({ around: (label, call) => (isOn ? around(label, call) : call()) });
        around = losing(lost, scheduledBy(scheduler));
        isOn = true;
        const all = Promise.allSettled(said.map((outcome) => completeTask(home.ports)(result(outcome))));
        await scheduler.waitFor(all);
        isOn = false;
        const answers = (await all).flatMap((one): TaskAnswer[] => (one.status === 'fulfilled' ? [one.value] : []));
        const task = await home.store.task('e1-call-0');
        const events = await told(home);
        expect(events.length).toBe(task?.status === 'done' ? 1 : 0);
        for (const answer of answers) expect(answer).toMatchObject({ task: { outcome: task?.outcome } });
        expect(events).toMatchObject(task?.status === 'done' ? [{ outcome: task.outcome }] : []);
        homes.splice(0).forEach((one) => one.close());
      }),
      runs(500),
    );
  });
});
