import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import { Home } from '../../local/home.ts';
import { anIdentify, aTrack, startMs } from '../builders.ts';
import { copyData } from './folder-truth.ts';
import { aFolder } from './home.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});
const folder = (): string => {
  const made = aFolder();
  endings.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
};

/** Workflows of one journey, which asks and waits a month for an answer, in a state of its own. */
function workflows(): string {
  const made = folder();
  mkdirSync(join(made, 'journeys'));
  const workspace = { name: 'Shop', timeZone: 'UTC', locale: 'en', currency: 'EUR', conversion: [], sender: {} };
  const ask = { id: 'ask', waitFor: { event: 'Rated' }, within: 'P1M', then: [], otherwise: [] };
  const entry = { on: { event: 'Cart Filled' }, again: 'always' };
  const journey = { id: 'cart', name: 'Cart', stage: 'decision', kind: 'transactional', entry, steps: [ask] };
  writeFileSync(join(made, 'workspace.json'), JSON.stringify(workspace));
  writeFileSync(join(made, 'journeys', 'cart.journey.json'), JSON.stringify(journey));
  return made;
}
const open = async (data: string, from: string): Promise<Home> => {
  const home = await Home.open({ data, workflows: from, clock: 'manual', startMs });
  endings.push(() => home.close());
  return home;
};
const enrollmentIn = (home: Home): Enrollment =>
  JSON.parse(home.db.get<{ body: string }>('SELECT body FROM enrollments')!.body) as Enrollment;

describe('a home that was killed while a hold was registered', () => {
  it('goes on at its start where the hold is over already', async () => {
    const from = workflows();
    const killed = folder();
    const first = await open(killed, from);
    const { promise: never, reject: giveUp } = Promise.withResolvers<never>();
    const commit = first.store.commit.bind(first.store);
    // The commit that would have put the token into the enrollment does not come to pass.
    first.store.commit = (change) =>
      (change.enrollments ?? []).some(({ row }) => row.hold?.token !== undefined) ? never : commit(change);
    endings.push(() => giveUp(new Error('killed')));
    await first.accept([anIdentify({ firstName: 'Ana' }), aTrack('Cart Filled')]);
    await first.relay.idle();
    await new Promise((resolve) => setImmediate(resolve));
    expect(enrollmentIn(first).hold).not.toHaveProperty('token');
    await first.accept([aTrack('Rated')]);
    expect(enrollmentIn(first).hold?.resolved).toMatchObject({ outcome: 'event' });
    first.db.flush();

    const data = folder();
    copyData(killed, data);
    const second = await open(data, from);
    await second.scheduler.settle();
    expect(enrollmentIn(second)).toMatchObject({ status: 'completed', path: ['ask'] });
    expect(second.clock.nowMs()).toBe(startMs);
  });
});
