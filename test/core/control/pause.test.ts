import { describe, expect, it } from 'vitest';
import { lookAgainMs } from '../../../core/control/stop.ts';
import type { Steps } from '../../../core/journey/document.ts';
import {
  aJourney,
  anIdentify,
  aTrack,
  aWorkspace,
  hourMs,
  startMs,
  TestHome,
  type TestHomeOptions,
} from '../../builders.ts';

/** A home with a paused journey of these steps, and one person who could be written to. */
async function paused(steps: Steps, options: TestHomeOptions = {}): Promise<TestHome> {
  const home = new TestHome({ journeys: [aJourney({ steps })], ...options });
  await home.accept(anIdentify({ email: 'ana@b.lv', phone: '+37126123456' }), aTrack('Cart Filled'));
  await home.control('pause');
  return home;
}
const rest: Steps[number] = { id: 'rest', wait: 'PT1H' };
const path = (home: TestHome) => home.enrollments()[0]?.path;
const outcomes = (home: TestHome) =>
  home.deliveries().map((one) => `${one.status}${one.reason ? ` ${one.reason}` : ''}`);

describe('while a journey is paused', () => {
  it('a message waits, and goes within the hour of the resumption', async () => {
    const home = await paused([rest, { id: 'hello', send: { email: 'hello' } }]);
    await home.wind('PT6H');
    expect([home.sent, outcomes(home)]).toEqual([[], ['deferred paused']]);
    await home.control('resume');
    await home.wind('PT1H');
    expect([home.sent, outcomes(home), path(home)]).toEqual([['hello'], ['sent'], ['rest', 'hello']]);
  });

  it('a message that is of no use any more is skipped, and the person goes on', async () => {
    const home = await paused([
      rest,
      { id: 'hello', send: { email: 'hello' }, useBy: 'PT2H' },
      { id: 'day', wait: 'P1D' },
      { id: 'bye', send: { email: 'bye' } },
    ]);
    await home.wind('PT4H');
    expect([outcomes(home), path(home)]).toEqual([['skipped expired'], ['rest', 'hello', 'day']]);
    await home.wind('P1D');
    await home.control('resume');
    await home.wind('PT1H');
    expect(home.sent).toEqual(['bye']);
  });

  it.each<readonly [string, Steps[number], (home: TestHome) => unknown]>([
    [
      'an update',
      { id: 'act', update: { traits: { tier: 'gold' } } },
      async (home) => ((await home.profile()).traits['tier']?.value === 'gold' ? 1 : 0),
    ],
    ['an emitted event', { id: 'act', emit: { event: 'Offer Made' } }, (home) => home.facts('emit').length],
    ['a webhook', { id: 'act', send: { webhook: 'hook' } }, (home) => home.sent.length],
  ])('%s waits, and is done once afterwards', async (_, step, done) => {
    const home = await paused([rest, step, { id: 'more', wait: 'P2D' }]);
    await home.wind('PT20H');
    expect([await done(home), path(home)]).toEqual([0, ['rest']]);
    await home.control('resume');
    await home.wind('PT1H');
    expect([await done(home), path(home)]).toEqual([1, ['rest', 'act', 'more']]);
    await home.wind('P3D');
    expect([await done(home), home.enrollments()[0]?.status]).toEqual([1, 'completed']);
  });

  it('a message after another step that waited counts its use-by from its own turn', async () => {
    const home = await paused([
      rest,
      { id: 'act', update: { traits: { tier: 'gold' } } },
      { id: 'hello', send: { email: 'hello' }, useBy: 'PT2H' },
    ]);
    await home.wind('PT20H');
    await home.control('resume');
    await home.wind('PT1H');
    expect([home.sent, outcomes(home)]).toEqual([['hello'], ['sent']]);
  });

  it('waits go on counting, and ways are chosen', async () => {
    const home = await paused([
      rest,
      { id: 'way', branch: [{ when: { did: 'Cart Filled' }, steps: [] }], otherwise: [{ id: 'no', wait: 'P9D' }] },
      { id: 'more', wait: 'PT1H' },
      { id: 'hello', send: { email: 'hello' } },
    ]);
    await home.wind('PT2H');
    expect(path(home)).toEqual(['rest', 'way', 'more']);
    expect(outcomes(home)).toEqual(['deferred paused']);
  });

  it('what a person waits for is heard', async () => {
    const home = await paused([
      { id: 'ask', waitFor: { event: 'Rated' }, within: 'P1D', then: [{ id: 'more', wait: 'P1D' }] },
    ]);
    await home.accept(aTrack('Rated'));
    expect(path(home)).toEqual(['ask', 'more']);
  });

  it('an exit ends it at once, and no message goes afterwards', async () => {
    const exit = [{ on: { event: 'Order Completed' } }];
    const steps: Steps = [rest, { id: 'hello', send: { email: 'hello' } }];
    const home = await paused(steps, { journeys: [aJourney({ steps, exit })] });
    await home.wind('PT2H');
    await home.accept(aTrack('Order Completed'));
    expect([home.enrollments()[0]?.reason, outcomes(home)]).toEqual(['exit-event', ['skipped not-active']]);
    await home.control('resume');
    await home.wind('P1D');
    expect(home.sent).toEqual([]);
  });

  it('a goal is counted', async () => {
    const goal = { on: { event: 'Order Completed' }, within: 'P3D' };
    const steps: Steps = [rest, { id: 'hello', send: { email: 'hello' } }];
    const home = await paused(steps, { journeys: [aJourney({ steps, goal })] });
    await home.wind('PT2H');
    await home.accept(aTrack('Order Completed'));
    expect(home.enrollments()[0]?.goalReachedMs).toBe(startMs + 2 * hourMs);
  });

  it('nobody comes in, and the note says why', async () => {
    const home = await paused([rest]);
    await home.accept(anIdentify({}, { userId: 'u2' }), aTrack('Cart Filled', {}, { userId: 'u2' }));
    expect(home.enrollments()).toHaveLength(1);
    expect(home.facts('entry')).toMatchObject([{ detail: { refused: 'paused' } }]);
    await home.control('resume');
    await home.accept(aTrack('Cart Filled', {}, { userId: 'u2' }));
    expect(home.enrollments()).toHaveLength(2);
  });

  it('a transactional message waits too, and other journeys go on', async () => {
    const steps: Steps = [rest, { id: 'hello', send: { email: 'hello' } }];
    const other = aJourney({ id: 'other', steps: [rest, { id: 'hi', send: { email: 'hi' } }] });
    const home = await paused(steps, { journeys: [aJourney({ kind: 'transactional', steps }), other] });
    await home.wind('PT2H');
    expect(home.sent).toEqual(['hi']);
  });
});

describe('while a channel is paused', () => {
  it('its messages wait, and everything else goes on', async () => {
    const home = new TestHome({
      journeys: [
        aJourney({
          steps: [
            { id: 'text', send: { sms: 'text' } },
            { id: 'act', update: { traits: { tier: 'gold' } } },
            { id: 'hello', send: { email: 'hello' } },
            { id: 'after', update: { traits: { tier: 'done' } } },
          ],
        }),
      ],
    });
    await home.control('pause', 'channel/email');
    await home.accept(anIdentify({ email: 'ana@b.lv', phone: '+37126123456' }), aTrack('Cart Filled'));
    expect([home.sent, path(home)]).toEqual([['text'], ['text', 'act']]);
    await home.control('resume', 'channel/email');
    await home.wind('PT1H');
    expect([home.sent, path(home)]).toEqual([
      ['text', 'hello'],
      ['text', 'act', 'hello', 'after'],
    ]);
  });
});

describe('while everything is paused', () => {
  it('people come in and stand before the first step that acts', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps: [{ id: 'hello', send: { email: 'hello' } }] })] });
    await home.control('pause', 'workspace');
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    expect([home.enrollments()[0]?.status, outcomes(home)]).toEqual(['active', ['deferred paused']]);
    await home.control('resume', 'workspace');
    await home.wind('PT1H');
    expect(home.sent).toEqual(['hello']);
  });

  it('quiet hours hold after the resumption', async () => {
    const workspace = aWorkspace({ quietHours: { email: { from: '12:00', to: '18:00' } } });
    const home = await paused([rest, { id: 'hello', send: { email: 'hello' } }], { workspace });
    await home.wind('PT3H');
    await home.control('resume');
    await home.wind('PT4H');
    expect([home.sent, outcomes(home)]).toEqual([[], ['deferred quiet-hours']]);
    await home.wind('PT1H');
    expect(home.sent).toEqual(['hello']);
  });
});

describe('a journey that is stopped', () => {
  const steps: Steps = [
    { id: 'month', wait: 'P30D' },
    { id: 'hello', send: { email: 'hello' } },
  ];
  const exited = (home: TestHome) => home.enrollments().map(({ status, reason }) => [status, reason]);

  it('ends everybody inside, also in a long wait, and their executions', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps })] });
    for (let person = 0; person < 10; person++) await home.accept(aTrack('Cart Filled', {}, { userId: `u${person}` }));
    await home.control('stop');
    expect(await home.endAll()).toEqual({ ended: 10, isMore: false });
    expect(exited(home)).toEqual(Array(10).fill(['exited', 'stopped']));
    await home.drain();
    expect(home.running()).toBe(0);
  });

  it('goes on where it was broken off', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps })] });
    for (let person = 0; person < 10; person++) await home.accept(aTrack('Cart Filled', {}, { userId: `u${person}` }));
    await home.control('stop');
    let calls = 0;
    expect(await home.endAll('cart', 3, () => ++calls > 2)).toEqual({ ended: 6, isMore: true });
    expect(await home.endAll()).toEqual({ ended: 4, isMore: false });
  });

  it('leaves alone who is still inside when it is resumed', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps })] });
    await home.accept(aTrack('Cart Filled'));
    await home.control('stop');
    await home.control('resume');
    expect(await home.endAll()).toEqual({ ended: 0, isMore: false });
    expect(exited(home)).toEqual([['active', undefined]]);
  });

  it('takes nobody in until it is resumed', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps })] });
    await home.control('stop');
    await home.accept(aTrack('Cart Filled'));
    expect(home.facts('entry')).toMatchObject([{ detail: { refused: 'stopped' } }]);
    await home.control('resume');
    await home.accept(aTrack('Cart Filled'));
    expect(exited(home)).toEqual([['active', undefined]]);
  });

  it('ends whoever comes by and was not found', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps: [rest, { id: 'hello', send: { email: 'hello' } }] })] });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    await home.control('stop');
    await home.wind('PT1H');
    expect([exited(home), home.sent, home.running()]).toEqual([[['exited', 'stopped']], [], 0]);
  });

  it('hears first of a message that was on its way', async () => {
    const home = new TestHome({
      journeys: [aJourney({ steps: [{ id: 'hello', send: { email: 'hello' } }, rest] })],
      around: async (label, call) => {
        const answer = await call();
        if (label === 'deliver') await home.controls.put({ subject: 'journey/cart', kind: 'stopped', atMs: 0 });
        return answer;
      },
    });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    expect(outcomes(home)).toEqual(['sent']);
    await home.wind('PT1H');
    expect(exited(home)).toEqual([['exited', 'stopped']]);
  });

  it('is only a journey', async () => {
    const home = new TestHome({ journeys: [] });
    await expect(home.control('stop', 'workspace')).rejects.toThrow('Only a journey can be stopped');
  });
});

describe('looking again', () => {
  it('comes ever later, and spread', () => {
    const minutes = (stoodMs: number) =>
      Array.from(
        { length: 500 },
        (_, person) => (lookAgainMs(`e${person}`, startMs, startMs + stoodMs) - startMs - stoodMs) / 60_000,
      );
    for (const [stoodMs, around] of [
      [0, 5],
      [20 * 60_000, 20],
      [9 * hourMs, 40],
    ] as const) {
      const all = minutes(stoodMs);
      expect(Math.min(...all)).toBeGreaterThanOrEqual(around / 2);
      expect(Math.max(...all)).toBeLessThanOrEqual(around * 1.5);
      // Of ten equal parts of the time, none takes twice its share.
      const parts = Map.groupBy(all, (one) => Math.floor(((one - around / 2) / around) * 10));
      expect(Math.max(...[...parts.values()].map((part) => part.length))).toBeLessThan(100);
    }
  });
});
