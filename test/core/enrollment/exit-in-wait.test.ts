import { expect, it } from 'vitest';
import { aJourney, anIdentify, aTrack, dayMs, startMs, TestHome } from '../../builders.ts';

it('an exit inside a 30-day wait ends the enrollment in the commit that accepts it, and its execution right after', async () => {
  const exit = [{ on: { event: 'Order Completed' } }];
  const steps = [
    { id: 'month', wait: 'P30D' },
    { id: 'hello', send: { email: 'hello' } },
  ];
  const home = new TestHome({ journeys: [aJourney({ exit, steps })] });
  await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
  await home.wind('P9D');
  expect(home.running()).toBe(1);
  const commits = home.log.length;
  const atMs = startMs + 9 * dayMs;
  await home.take(aTrack('Order Completed', {}, { occurredMs: atMs, receivedMs: atMs }));
  expect(home.log).toHaveLength(commits + 1);
  expect(home.enrollments()).toMatchObject([{ status: 'exited', reason: 'exit-event', exitedMs: atMs }]);
  await home.drain();
  expect(home.running()).toBe(0);
  await home.wind('P40D');
  expect(home.sent).toEqual([]);
});
