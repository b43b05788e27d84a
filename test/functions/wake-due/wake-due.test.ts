import { describe, expect, it } from 'vitest';
import type { Trigger } from '../../../core/enrollment/enter.ts';
import type { Steps } from '../../../core/journey/document.ts';
import { enterJourney } from '../../../functions/enter-journey/enter-journey.ts';
import { ExecutionStore } from '../../../local/interpreter/execution-store.ts';
import { aJourney, anIdentify, aTrack, startMs, TestHome } from '../../builders.ts';

const hello: Steps = [{ id: 'hello', send: { email: 'hello' } }];
const held: Steps = [{ id: 'wait', wait: 'PT1H' }, ...hello];
const askedFor = (steps: Steps) => aJourney({ id: 'asked', steps, entry: { on: { api: true } } });

/** An entry by the API, at a home that dies before the execution has begun. */
async function strandedIn(steps: Steps): Promise<TestHome> {
  const home = new TestHome({ journeys: [askedFor(steps)] });
  await home.accept(anIdentify({ email: 'ana@b.lv' }));
  const { profileId } = await home.profile();
  const trigger: Trigger = { kind: 'api', triggerId: 'call-1', atMs: startMs, profileId, version: 1 };
  const start = (): Promise<never> => Promise.reject(new Error('killed'));
  const ports = { ...home.ports, executions: { ...home.ports.executions, start } };
  await expect(enterJourney(ports)({ journeyId: 'asked', trigger })).rejects.toThrow('killed');
  expect(home.enrollments()).toMatchObject([{ status: 'active', path: [] }]);
  return home;
}

describe('an enrollment whose execution never began', () => {
  it('begins five minutes after its entry', async () => {
    const home = await strandedIn(hello);
    await home.wind('PT5M');
    expect(home.enrollments()).toMatchObject([{ status: 'completed', path: ['hello'], hop: 0 }]);
    expect(home.sent).toEqual(['hello']);
    expect(await home.store.due(Infinity, 10)).toEqual([]);
  });

  it('walks on through its holds', async () => {
    const home = await strandedIn(held);
    await home.wind('PT5M');
    expect(home.enrollments()).toMatchObject([{ status: 'active', path: ['wait'] }]);
    await home.wind('PT1H');
    expect(home.enrollments()).toMatchObject([{ status: 'completed', path: ['wait', 'hello'] }]);
    expect(home.sent).toEqual(['hello']);
    expect(home.problems).toEqual([]);
  });
});

describe('an enrollment without a hold', () => {
  it('has no due row left over once its first touch is done', async () => {
    for (const steps of [[], hello, held]) {
      const home = new TestHome({ journeys: [aJourney({ steps })] });
      await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
      const waits = home.enrollments().filter((one) => one.status === 'active');
      expect(await home.store.due(Infinity, 10)).toHaveLength(waits.length);
    }
  });

  it('gets no second execution while its first is only late', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps: hello })], isRecorded: true });
    await home.accept(aTrack('Cart Filled'));
    await home.wind('PT1H');
    expect(home.recorded.started.map(({ name }) => name)).toEqual([`${home.enrollments()[0]!.enrollmentId}-0`]);
    expect(home.enrollments()).toMatchObject([{ status: 'active', hop: 0 }]);
  });

  it('is begun anew as the next hop where its execution is over', async () => {
    const home = await strandedIn(hello);
    const { enrollmentId, profileId, journeyId, version } = home.enrollments()[0]!;
    // Broken off before anything was done.
    const before = { enteredMs: startMs, transitions: 1, variables: {}, retries: {}, input: {} };
    const over = { profileId, journeyId, version, status: 'failed', state: 'Begin', startedMs: startMs } as const;
    new ExecutionStore(home.db).insert({ name: `${enrollmentId}-0`, ...over, ...before });
    await home.wind('PT5M');
    expect(home.enrollments()).toMatchObject([{ status: 'completed', path: ['hello'], hop: 1 }]);
  });
});
