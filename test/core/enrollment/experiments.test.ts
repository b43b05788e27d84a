import { describe, expect, it } from 'vitest';
import { compileJourney } from '../../../core/definitions.ts';
import type { ExperimentStep, Journey, Steps } from '../../../core/journey/document.ts';
import { acceptEvents } from '../../../functions/accept-events/accept-events.ts';
import { acceptUnsubscribe } from '../../../functions/parts/people/unsubscribe.ts';
import { takeFeedback } from '../../../functions/take-feedback/take-feedback.ts';
import { aJourney, anIdentify, aTrack, aWorkspace, documentsOf, hourMs, startMs, TestHome } from '../../builders.ts';
import { times } from '../../properties.ts';

const offer = (a: number, b: number): ExperimentStep => ({
  id: 'offer',
  experiment: 'offer',
  variants: [
    { id: 'a', percent: a, steps: [{ id: 'mail-a', send: { email: 'a' } }] },
    { id: 'b', percent: b, steps: [] },
  ],
});
const wait = { id: 'wait', wait: 'PT1H' } as const;
const goal: Journey['goal'] = { on: { event: 'Order Completed' }, within: 'P3D' };
const after = (...steps: Steps): Journey => aJourney({ goal, steps });
const workspace = aWorkspace({ value: 'revenue', conversion: [] });

/** A person of this name enters. */
const enter = async (home: TestHome, userId = 'u1'): Promise<void> => {
  await home.accept(anIdentify({ email: `${userId}@b.lv` }, { userId }), aTrack('Cart Filled', {}, { userId }));
};
const exposuresOf = (home: TestHome) => home.enrollments().map(({ exposures }) => exposures);

describe('an experiment', () => {
  it('is met when a person comes to it, and not before', async () => {
    const home = new TestHome({ journeys: [after({ id: 'wait', wait: 'PT1H' }, offer(100, 0))] });
    await enter(home);
    expect(exposuresOf(home)).toEqual([undefined]);
    await home.wind('PT1H');
    expect(exposuresOf(home)).toEqual([{ offer: { variant: 'a', atMs: startMs + hourMs } }]);
  });

  it('is met by nobody who is held out', async () => {
    const home = new TestHome({ journeys: [{ ...after(offer(100, 0)), holdout: 100 }] });
    await enter(home);
    expect(home.enrollments()).toMatchObject([{ status: 'held-out' }]);
    expect(exposuresOf(home)).toEqual([undefined]);
  });

  it('is credited with a goal that is reached within its window, and with what it was worth', async () => {
    const home = new TestHome({ workspace, journeys: [after(offer(0, 100))] });
    await enter(home);
    await home.wind('P2D');
    await home.accept(aTrack('Order Completed', { revenue: 49.5 }), aTrack('Order Completed', { revenue: 10 }));
    expect(exposuresOf(home)).toEqual([
      { offer: { variant: 'b', atMs: startMs, goalMs: startMs + 48 * hourMs, value: 49.5 } },
    ]);
  });

  it('is credited with no goal that was reached before it was met, or after the window', async () => {
    const early = new TestHome({ workspace, journeys: [after({ id: 'wait', wait: 'P1D' }, offer(0, 100))] });
    await enter(early);
    await early.accept(aTrack('Order Completed', { revenue: 5 }));
    await early.wind('P1D');
    expect(exposuresOf(early)[0]?.['offer']).not.toHaveProperty('goalMs');
    const late = new TestHome({ workspace, journeys: [after(offer(0, 100))] });
    await enter(late);
    await late.wind('P3D');
    await late.accept(aTrack('Order Completed', { revenue: 5 }));
    expect(exposuresOf(late)[0]?.['offer']).not.toHaveProperty('goalMs');
  });

  it('is credited with the answers to messages that left since, also after the end', async () => {
    const home = new TestHome({ journeys: [after({ id: 'first', send: { email: 'first' } }, wait, offer(100, 0))] });
    await enter(home);
    await home.wind('PT1H');
    const [before, since] = home.deliveries();
    expect(home.enrollments()).toMatchObject([{ status: 'completed' }]);
    const take = takeFeedback({ ...home.ports, accept: acceptEvents(home.ports) });
    const report = {
      deliveryId: before!.deliveryId,
      atMs: home.clock.nowMs(),
      reportId: 'r1',
      status: 'clicked',
    } as const;
    await take(report);
    expect(exposuresOf(home)).toEqual([{ offer: { variant: 'a', atMs: startMs + hourMs } }]);
    await take({ ...report, deliveryId: since!.deliveryId, reportId: 'r2', status: 'complained' });
    // A click that is told after a complaint changes nothing of the delivery, and is an answer all the same.
    for (const reportId of ['r3', 'r4']) {
      await home.wind('PT1H');
      await take({ ...report, deliveryId: since!.deliveryId, reportId });
    }
    const { profileId } = await home.profile();
    const link = { profileId, channel: 'email', deliveryId: since!.deliveryId };
    await acceptUnsubscribe(home.ports, link);
    await home.wind('PT1H');
    await acceptUnsubscribe(home.ports, link);
    expect(exposuresOf(home)).toEqual([
      {
        offer: {
          variant: 'a',
          atMs: startMs + hourMs,
          complainedMs: startMs + hourMs,
          clickMs: startMs + hourMs,
          unsubscribedMs: startMs + 3 * hourMs,
        },
      },
    ]);
    expect(home.deliveries()[1]).toMatchObject({ status: 'complained' });
  });

  it.each([
    [60, 40],
    [95, 5],
  ])(
    'moves nobody who was assigned when 50/50 becomes %i/%i, and assigns those who come later by that',
    async (a, b) => {
      const [first, second] = [times(400), times(2_000)];
      const home = new TestHome({ journeys: [after(offer(50, 50))] });
      const variantOf = async (userId: string): Promise<string | undefined> =>
        (await home.profile(`userId:${userId}`)).assignments['experiment:offer'];
      const before = new Map<string, string | undefined>();
      for (let index = 0; index < first; index++) {
        await enter(home, `first-${index}`);
        before.set(`first-${index}`, await variantOf(`first-${index}`));
      }
      home.definitions.publish(documentsOf({ journeys: [after(offer(a, b))] }));
      for (const [userId, variant] of before) {
        await enter(home, userId);
        const { profileId } = await home.profile(`userId:${userId}`);
        const walked = home.enrollments().filter((one) => one.profileId === profileId);
        expect(walked.map(({ exposures }) => exposures?.['offer']?.variant)).toEqual([variant, variant]);
      }
      expect(home.enrollments().map(({ version }) => version)).toContain(compileJourney(after(offer(a, b))).version);
      let inA = 0;
      for (let index = 0; index < second; index++) {
        await enter(home, `second-${index}`);
        if ((await variantOf(`second-${index}`)) === 'a') inA++;
      }
      expect(Math.abs(inA - (a / 100) * second)).toBeLessThan(3 * Math.sqrt(second * (a / 100) * (b / 100)));
    },
  );
});

describe('a step’s holdout', () => {
  const held = (percent: number): Steps => [
    { id: 'mail', send: { email: 'a' }, holdout: percent },
    { id: 'more', send: { email: 'b' } },
  ];

  it('keeps its percent of people from one message alone, by a reason of its own', async () => {
    const home = new TestHome({ journeys: [after(...held(100))] });
    await enter(home);
    expect(home.deliveries().map(({ stepId, status, reason }) => [stepId, status, reason])).toEqual([
      ['mail', 'skipped', 'step-holdout'],
      ['more', 'sent', undefined],
    ]);
  });

  it('is drawn once: a changed percent moves nobody who was drawn', async () => {
    const people = times(400);
    const home = new TestHome({ journeys: [after(...held(50))] });
    for (let index = 0; index < people; index++) await enter(home, `u${index}`);
    const outcomes = (): readonly string[] =>
      home
        .deliveries()
        .filter(({ stepId }) => stepId === 'mail')
        .map(({ profileId, status }) => `${profileId} ${status}`);
    const before = new Set(outcomes());
    expect([...before].filter((one) => one.endsWith('skipped')).length).toBeGreaterThan(0);
    home.definitions.publish(documentsOf({ journeys: [after(...held(90))] }));
    for (let index = 0; index < people; index++) await enter(home, `u${index}`);
    expect(outcomes()).toHaveLength(2 * people);
    expect(new Set(outcomes())).toEqual(before);
  });

  it('keeps nobody from anything once it is taken away', async () => {
    const home = new TestHome({ journeys: [after(...held(100))] });
    await enter(home);
    home.definitions.publish(documentsOf({ journeys: [after(...held(0))] }));
    await enter(home);
    expect(home.deliveries().filter(({ stepId, status }) => stepId === 'mail' && status === 'sent')).toHaveLength(1);
  });
});
