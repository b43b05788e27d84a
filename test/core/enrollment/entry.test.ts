import { describe, expect, it } from 'vitest';
import type { EntryAnswer } from '../../../core/enrollment/enter.ts';
import { triggerOf } from '../../../core/enrollment/trigger.ts';
import type { Journey } from '../../../core/journey/document.ts';
import { enterJourney } from '../../../functions/enter-journey/enter-journey.ts';
import {
  aJourney,
  anIdentify,
  aSegment,
  aTrack,
  aWorkspace,
  dayMs,
  hourMs,
  startMs,
  TestHome,
  documentsOf,
} from '../../builders.ts';

const filled = (cartId?: string) => aTrack('Cart Filled', cartId === undefined ? {} : { cartId });
const waiting = (over: Partial<Journey> = {}) => aJourney({ steps: [{ id: 'wait', wait: 'P10D' }], ...over });
const entry = (over: Partial<Journey['entry']>) => ({
  on: { event: 'Cart Filled' },
  again: 'always' as const,
  ...over,
});
const statuses = (home: TestHome) =>
  home.enrollments().map((one) => `${one.status}${one.reason ? ` ${one.reason}` : ''}`);

/** Handles the triggers that are in the outbox, as late as the test has made it. */
async function handleTriggers(home: TestHome): Promise<readonly EntryAnswer[]> {
  const facts = await home.store.outgoing(100);
  const answers: EntryAnswer[] = [];
  for (const fact of facts.filter((one) => one.kind === 'event' || one.kind === 'segment')) {
    for (const journeyId of home.definitions.now.journeys.keys())
      answers.push(await enterJourney(home.ports)({ journeyId, trigger: triggerOf(fact) }));
  }
  await home.store.acknowledge(facts.map((fact) => fact.sequence));
  return answers;
}

describe('an entry', () => {
  it('is one however often its trigger is delivered', async () => {
    const home = new TestHome({ journeys: [waiting()] });
    await home.take(filled());
    const [fact] = await home.store.outgoing(10);
    const enter = enterJourney(home.ports);
    await Promise.all([1, 2, 3].map(() => enter({ journeyId: 'cart', trigger: triggerOf(fact!) })));
    await home.drain();
    expect(statuses(home)).toEqual(['active']);
  });

  it('is not made again by a trigger that comes once more after its end', async () => {
    const home = new TestHome({ journeys: [waiting({ steps: [] })] });
    await home.take(filled());
    const [fact] = await home.store.outgoing(10);
    await home.drain();
    const answer = await enterJourney(home.ports)({ journeyId: 'cart', trigger: triggerOf(fact!) });
    expect(answer).toMatchObject({ kind: 'entered', enrollment: { status: 'completed' } });
    expect(statuses(home)).toEqual(['completed']);
  });

  it('is refused where the document says more than the bus can', async () => {
    const where = { 'cart.value': { above: 50 } };
    const home = new TestHome({
      journeys: [waiting({ id: 'big', entry: entry({ on: { event: 'Cart Filled', where } }) }), waiting({ id: 'any' })],
    });
    await home.accept(aTrack('Cart Filled', { cart: { value: 20 } }));
    expect(home.enrollments().map((one) => one.journeyId)).toEqual(['any']);
  });

  it('is refused by its condition, asked over all that has happened', async () => {
    const when = { did: 'Product Viewed', atLeast: 2, within: 'P1D' } as const;
    const home = new TestHome({ journeys: [waiting({ entry: entry({ when }) })] });
    await home.accept(aTrack('Product Viewed'), filled());
    expect(statuses(home)).toEqual([]);
    await home.accept(aTrack('Product Viewed'), filled());
    expect(statuses(home)).toEqual(['active']);
  });

  it('is refused while the person meets an exit condition', async () => {
    const home = new TestHome({ journeys: [waiting({ exit: [{ when: { trait: 'plan', is: 'gold' } }] })] });
    await home.accept(anIdentify({ plan: 'gold' }), filled());
    expect(statuses(home)).toEqual([]);
  });

  it('is stale an hour after its trigger was accepted', async () => {
    const home = new TestHome({ journeys: [waiting()] });
    await home.take(filled());
    home.clock.moveTo(startMs + hourMs + 1);
    expect(await handleTriggers(home)).toEqual([{ kind: 'refused', reason: 'stale' }]);
    await home.take(aTrack('Cart Filled', {}, { occurredMs: startMs + hourMs, receivedMs: startMs + hourMs }));
    home.clock.moveTo(startMs + 2 * hourMs + 1);
    expect((await handleTriggers(home)).map((one) => one.kind)).toEqual(['entered']);
  });

  it('is not begun by an event over 24 hours old at receipt', async () => {
    const home = new TestHome({ journeys: [waiting()] });
    await home.take(aTrack('Cart Filled', {}, { occurredMs: startMs - dayMs - 1, receivedMs: startMs }));
    await home.take(aTrack('Cart Filled', {}, { occurredMs: startMs - dayMs, receivedMs: startMs, userId: 'u2' }));
    await home.drain();
    expect(home.enrollments()).toHaveLength(1);
  });

  it('is not begun by an import', async () => {
    const home = new TestHome({ journeys: [waiting()] });
    await home.accept({ ...filled(), isSilent: true });
    expect(home.enrollments()).toEqual([]);
  });

  it('happens once where "again" says never, and again after its time', async () => {
    const home = new TestHome({
      journeys: [
        waiting({ id: 'once', entry: entry({ again: 'never' }), steps: [] }),
        waiting({ id: 'weekly', entry: entry({ again: { after: 'P7D' } }), steps: [] }),
        waiting({ id: 'always', steps: [] }),
      ],
    });
    await home.accept(filled(), filled());
    await home.wind('P6D');
    await home.accept(filled());
    await home.wind('P1D');
    await home.accept(filled());
    const counts = ['once', 'weekly', 'always'].map((id) => home.enrollments(id).length);
    expect(counts).toEqual([1, 2, 4]);
  });

  it('is one at a time per person, and per key', async () => {
    const home = new TestHome({
      journeys: [waiting({ id: 'person' }), waiting({ id: 'keyed', entry: entry({ key: 'properties.cartId' }) })],
    });
    await home.accept(filled('c1'), filled('c1'), filled('c2'));
    expect(home.enrollments('person')).toHaveLength(1);
    expect(
      home
        .enrollments('keyed')
        .map((one) => one.key)
        .sort(),
    ).toEqual(['c1', 'c2']);
  });

  it('is refused without the key', async () => {
    const home = new TestHome({ journeys: [waiting({ entry: entry({ key: 'properties.cartId' }) })] });
    await home.accept(filled());
    expect(home.facts('entry').map((fact) => fact.detail['refused'])).toEqual(['key_missing']);
  });

  it('takes the place of the one inside where meanwhile says restart', async () => {
    const home = new TestHome({ journeys: [waiting({ entry: entry({ meanwhile: 'restart' }) })] });
    await home.accept(filled());
    await home.wind('PT1H');
    await home.accept(filled());
    expect(statuses(home)).toEqual(['exited restart', 'active']);
  });

  it('has room for 20 keys of one journey, and restarts the twentieth', async () => {
    const home = new TestHome({
      journeys: [waiting({ entry: entry({ key: 'properties.cartId', meanwhile: 'restart' }) })],
    });
    for (let cart = 1; cart <= 21; cart++) await home.accept(filled(`c${cart}`));
    expect(home.enrollments()).toHaveLength(20);
    await home.accept(filled('c20'));
    expect(statuses(home).filter((status) => status === 'exited restart')).toHaveLength(1);
  });

  it('happens at the edge of a segment, while the person still stands there', async () => {
    const gold = aSegment('gold', { trait: 'plan', is: 'gold' });
    const edge = (id: string, way: 'enter' | 'leave') =>
      waiting({ id, entry: entry({ on: { segment: 'gold', edge: way } }) });
    const home = new TestHome({ segments: [gold], journeys: [edge('in', 'enter'), edge('out', 'leave')] });
    await home.accept(anIdentify({ plan: 'gold' }));
    expect(home.enrollments().map((one) => one.journeyId)).toEqual(['in']);
    // Left and come back before anybody looked: the leaving is no news any more.
    await home.take(
      anIdentify({ plan: 'none' }, { occurredMs: startMs + 1 }),
      anIdentify({ plan: 'gold' }, { occurredMs: startMs + 2 }),
    );
    await home.drain();
    expect(home.enrollments('out')).toEqual([]);
  });

  it('keeps the version it was made under when the document changes', async () => {
    const home = new TestHome({ journeys: [aJourney({ steps: [{ wait: 'P1D' }, { send: { email: 'old' } }] })] });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), filled());
    home.definitions.publish(
      documentsOf({
        journeys: [aJourney({ steps: [{ wait: 'P1D' }, { send: { email: 'new' } }] })],
      }),
    );
    await home.wind('P2D');
    expect(home.sent).toEqual(['old']);
  });
});

describe('an enrollment exists from its trigger on', () => {
  const exit = [{ on: { event: 'Order Completed' } }];

  it('so an exit event accepted before its entry ends it', async () => {
    const home = new TestHome({ journeys: [waiting({ exit })] });
    await home.take(filled());
    await home.take(aTrack('Order Completed'));
    await home.drain();
    expect(statuses(home)).toEqual(['exited exited-before-entry']);
  });

  it('but an exit event before it in its own request does not end it', async () => {
    const home = new TestHome({ journeys: [waiting({ exit })] });
    await home.take(aTrack('Order Completed'), filled());
    await handleTriggers(home);
    expect(statuses(home)).toEqual(['active']);
  });

  it('so an exit event after it in its own request ends it', async () => {
    const home = new TestHome({ journeys: [waiting({ exit })] });
    await home.take(filled(), aTrack('Product Viewed'), aTrack('Order Completed'));
    await handleTriggers(home);
    expect(statuses(home)).toEqual(['exited exited-before-entry']);
  });

  it('so an exit event that merges the person ends it', async () => {
    const home = new TestHome({ journeys: [waiting({ exit })] });
    await home.take(aTrack('Product Viewed', {}, { userId: 'u1' }));
    await home.take(aTrack('Cart Filled', {}, { anonymousId: 'a1' }));
    await home.take(aTrack('Order Completed', {}, { userId: 'u1', anonymousId: 'a1' }));
    await home.drain();
    expect(statuses(home)).toEqual(['exited exited-before-entry']);
  });

  it('so a conversion ends an acquisition enrollment, and one before the trigger refuses it', async () => {
    const home = new TestHome({ journeys: [waiting({ kind: 'acquisition' })] });
    await home.take(filled());
    await home.take(aTrack('Order Completed'));
    await home.drain();
    await home.accept(filled());
    expect(statuses(home)).toEqual(['exited exited-before-entry']);
  });

  it('but not an exit event of an import, which ends nothing', async () => {
    const home = new TestHome({ journeys: [waiting({ exit })] });
    await home.take(filled());
    await home.take({ ...aTrack('Order Completed'), isSilent: true });
    await home.drain();
    expect(statuses(home)).toEqual(['active']);
  });

  it('and the event that begins it neither ends it nor reaches its goal', async () => {
    const on = { event: 'Cart Filled' };
    const home = new TestHome({ journeys: [waiting({ exit: [{ on }], goal: { on, within: 'P3D' } })] });
    await home.accept(filled());
    expect(home.enrollments()).toMatchObject([{ status: 'active' }]);
    expect(home.enrollments()[0]?.goalReachedMs).toBeUndefined();
  });

  it('but the event that ends one may begin the next', async () => {
    const home = new TestHome({ journeys: [waiting({ exit: [{ on: { event: 'Cart Filled' } }] })] });
    await home.accept(filled());
    await home.wind('PT1H');
    await home.accept(filled());
    expect(statuses(home)).toEqual(['exited exit-event', 'active']);
  });
});

describe('a goal', () => {
  const goal = { on: { event: 'Order Completed' }, within: 'P3D' };
  const reached = (home: TestHome) => home.enrollments().map((one) => one.goalReachedMs);

  it('is looked for until its time is over, also after the end', async () => {
    const home = new TestHome({ journeys: [waiting({ goal, steps: [] })] });
    await home.accept(filled());
    await home.wind('P2D');
    await home.accept(aTrack('Order Completed'));
    expect(home.enrollments()).toMatchObject([{ status: 'completed', goalReachedMs: startMs + 2 * dayMs }]);
  });

  it('is not reached at the end of its time', async () => {
    const home = new TestHome({ journeys: [waiting({ goal })] });
    await home.accept(filled());
    await home.wind('P3D');
    await home.accept(aTrack('Order Completed'));
    expect(reached(home)).toEqual([undefined]);
  });

  it('is counted for people who are held out, in whose journeys nothing happens', async () => {
    const home = new TestHome({ journeys: [aJourney({ goal, holdout: 100, steps: [{ send: { webhook: 'crm' } }] })] });
    await home.accept(filled());
    await home.wind('P1D');
    await home.accept(aTrack('Order Completed'));
    expect(home.enrollments()).toMatchObject([{ status: 'held-out', goalReachedMs: startMs + dayMs, path: [] }]);
    expect(home.sent).toEqual([]);
  });

  it('ends nothing, and is counted by the event that exits', async () => {
    const exits = waiting({ id: 'exits', goal, exit: [{ on: { event: 'Order Completed' } }] });
    const home = new TestHome({ journeys: [waiting({ id: 'goes-on', goal }), exits] });
    await home.accept(filled(), aTrack('Order Completed'));
    expect(statuses(home).sort()).toEqual(['active', 'exited exit-event']);
    expect(reached(home)).toEqual([startMs, startMs]);
  });

  it('asks for the key where it names one', async () => {
    const keyed = { on: { event: 'Order Completed', key: 'properties.cartId' }, within: 'P3D' };
    const home = new TestHome({ journeys: [waiting({ goal: keyed, entry: entry({ key: 'properties.cartId' }) })] });
    await home.accept(filled('c1'), filled('c2'), aTrack('Order Completed', { cartId: 'c2' }));
    const found = home.enrollments().filter((one) => one.goalReachedMs !== undefined);
    expect(found.map((one) => one.key)).toEqual(['c2']);
  });
});

describe('a holdout', () => {
  it('holds out of everything but transactional journeys, for good', async () => {
    const home = new TestHome({
      workspace: aWorkspace({ holdout: 100 }),
      journeys: [waiting({ id: 'marketing' }), waiting({ id: 'receipt', kind: 'transactional' })],
    });
    await home.accept(filled());
    expect(home.enrollments('marketing')).toMatchObject([{ status: 'held-out' }]);
    expect(home.enrollments('receipt')).toMatchObject([{ status: 'active' }]);
    home.definitions.publish(
      documentsOf({
        workspace: aWorkspace({ holdout: 1 }),
        journeys: [waiting({ id: 'marketing' })],
      }),
    );
    await home.accept(filled());
    expect(home.enrollments('marketing').map((one) => one.status)).toEqual(['held-out', 'held-out']);
  });
});

describe('a merge of people inside a journey', () => {
  it('leaves the older enrollment per journey and key', async () => {
    const home = new TestHome({ journeys: [waiting()] });
    await home.accept(aTrack('Cart Filled', {}, { anonymousId: 'a1' }));
    await home.wind('PT1H');
    await home.accept(aTrack('Cart Filled', {}, { userId: 'u1' }));
    await home.accept(anIdentify({}, { userId: 'u1', anonymousId: 'a1' }));
    expect(statuses(home)).toEqual(['active', 'exited merged']);
    await home.wind('P11D');
    expect(statuses(home)).toEqual(['completed', 'exited merged']);
  });

  it('ends the acquisition journey of a visitor who turns out to be a customer', async () => {
    const home = new TestHome({ journeys: [waiting({ kind: 'acquisition' })] });
    await home.accept(
      aTrack('Order Completed', {}, { userId: 'u1' }),
      aTrack('Cart Filled', {}, { anonymousId: 'a1' }),
    );
    expect(statuses(home)).toEqual(['active']);
    await home.accept(anIdentify({}, { userId: 'u1', anonymousId: 'a1' }));
    expect(statuses(home)).toEqual(['exited converted']);
  });
});
