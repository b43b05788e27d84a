import { describe, expect, it } from 'vitest';
import type { ExperimentStep, Journey } from '../../../core/journey/document.ts';
import type { Report } from '../../../core/message/report.ts';
import { acceptEvents } from '../../../functions/accept-events/accept-events.ts';
import { decideWinners } from '../../../functions/decide-winners/decide-winners.ts';
import { takeFeedback } from '../../../functions/take-feedback/take-feedback.ts';
import { aJourney, anIdentify, aTrack, aWorkspace, dayMs, documentsOf, startMs, TestHome } from '../../builders.ts';

const mail = (id: string, percent: number): ExperimentStep['variants'][number] => ({
  id,
  percent,
  steps: [{ id: `mail-${id}`, send: { email: id } }],
});
const offer = (winner?: ExperimentStep['winner'], ...variants: ExperimentStep['variants']): ExperimentStep => ({
  id: 'offer',
  experiment: 'offer',
  variants,
  ...(winner && { winner }),
});
const journeyOf = (step: ExperimentStep): Journey =>
  aJourney({ goal: { on: { event: 'Order Completed' }, within: 'P3D' }, steps: [step] });
const workspace = aWorkspace({ value: 'revenue', conversion: [] });

let people = 0;
/** Somebody new enters. @returns the variant that they met */
async function enter(home: TestHome): Promise<{ readonly userId: string; readonly variant: string | undefined }> {
  const userId = `person-${++people}`;
  await home.accept(anIdentify({ email: `${userId}@b.lv` }, { userId }), aTrack('Cart Filled', {}, { userId }));
  return { userId, variant: (await home.profile(`userId:${userId}`)).assignments['experiment:offer'] };
}
/** So many people enter, and those of one variant do something. */
async function live(home: TestHome, many: number, act: (userId: string, variant: string) => Promise<void>) {
  const variants: string[] = [];
  for (let index = 0; index < many; index++) {
    const { userId, variant = '' } = await enter(home);
    variants.push(variant);
    await act(userId, variant);
  }
  return variants;
}
const counted = (variants: readonly string[], variant: string): number =>
  variants.filter((one) => one === variant).length;
/** The provider's word on the person's only message. */
const reported = async (home: TestHome, userId: string, status: Report['status']): Promise<void> => {
  const { profileId } = await home.profile(`userId:${userId}`);
  const delivery = home.deliveries().find((one) => one.profileId === profileId);
  if (!delivery) return;
  const take = takeFeedback({ ...home.ports, accept: acceptEvents(home.ports) });
  await take({ deliveryId: delivery.deliveryId, status, atMs: home.clock.nowMs(), reportId: `${userId}-${status}` });
};

describe('an experiment with a winner', () => {
  const step = offer({ by: 'goal', after: 'P2D', least: 30 }, mail('a', 45), mail('b', 45), {
    id: 'control',
    percent: 10,
    steps: [],
  });
  const buy = (home: TestHome, winner: string) => async (userId: string, variant: string) => {
    if (variant === winner) await home.accept(aTrack('Order Completed', { revenue: 20 }, { userId }));
  };

  it('sends those who come after its time to the winner, but for what control keeps, and moves nobody', async () => {
    const home = new TestHome({ workspace, journeys: [journeyOf(step)] });
    const first = await live(home, 400, buy(home, 'b'));
    expect(counted(first, 'a')).toBeGreaterThan(120);
    await home.windTo(startMs + 2 * dayMs - 1);
    expect(await home.store.rulings()).toEqual([]);
    await home.windTo(startMs + 2 * dayMs);
    expect(await home.store.rulings()).toMatchObject([
      { experiment: 'offer', kind: 'winner', variant: 'b', atMs: startMs + 2 * dayMs },
    ]);
    const later = await live(home, 300, async () => undefined);
    expect(counted(later, 'a')).toBe(0);
    expect(Math.abs(counted(later, 'control') - 30)).toBeLessThan(3 * Math.sqrt(300 * 0.1 * 0.9));
    const userId = `person-${1 + first.indexOf('a') + people - 700}`;
    await home.accept(aTrack('Cart Filled', {}, { userId }));
    const { profileId } = await home.profile(`userId:${userId}`);
    const walked = home.enrollments().filter((one) => one.profileId === profileId);
    expect(walked.map(({ exposures }) => exposures?.['offer']?.variant)).toEqual(['a', 'a']);
    expect(home.problems).toEqual([]);
  });

  it('leaves the shares as they are where no variant is clearly better', async () => {
    const home = new TestHome({ workspace, journeys: [journeyOf(step)] });
    await live(home, 400, async () => undefined);
    await home.wind('P30D');
    expect(await home.store.rulings()).toEqual([]);
    const later = await live(home, 100, async () => undefined);
    expect(counted(later, 'a')).toBeGreaterThan(20);
  });

  it('waits for as many people as the document asks for', async () => {
    const home = new TestHome({
      workspace,
      journeys: [journeyOf({ ...step, winner: { ...step.winner!, least: 500 } })],
    });
    await live(home, 200, buy(home, 'b'));
    await home.wind('P30D');
    expect(await home.store.rulings()).toEqual([]);
  });

  it('keeps its first winner, whatever comes later', async () => {
    const home = new TestHome({ workspace, journeys: [journeyOf(step)] });
    await live(home, 400, buy(home, 'b'));
    await home.wind('P3D');
    const [ruled] = await home.store.rulings();
    await home.experiments.rule({ ...ruled!, variant: 'a' });
    await home.wind('P3D');
    expect(await home.store.rulings()).toEqual([ruled]);
  });
});

describe('an experiment by clicks', () => {
  it('is won by the variant whose messages are clicked', async () => {
    const step = offer({ by: 'click', after: 'PT1H', least: 20 }, mail('a', 50), mail('b', 50));
    const home = new TestHome({ workspace, journeys: [journeyOf(step)] });
    await live(home, 120, async (userId, variant) => {
      if (variant === 'a') await reported(home, userId, 'clicked');
    });
    await home.wind('PT2H');
    expect(await home.store.rulings()).toMatchObject([{ kind: 'winner', variant: 'a' }]);
  });
});

describe('a variant that people complain of', () => {
  it('gets nobody new, while those who met it before stay', async () => {
    const step = offer(undefined, mail('loud', 60), mail('calm', 40));
    const home = new TestHome({ workspace, journeys: [journeyOf(step)] });
    const first = await live(home, 150, async (userId, variant) => {
      if (variant === 'loud') await reported(home, userId, 'complained');
    });
    await home.wind('PT1H');
    expect(await home.store.rulings()).toMatchObject([
      { kind: 'barred', variant: 'loud', because: expect.stringContaining('people complained') },
    ]);
    const later = await live(home, 50, async () => undefined);
    expect(counted(later, 'loud')).toBe(0);
    const again = `person-${people - 199 + first.indexOf('loud')}`;
    await home.accept(aTrack('Cart Filled', {}, { userId: again }));
    expect((await home.profile(`userId:${again}`)).assignments['experiment:offer']).toBe('loud');
  });
});

describe('an experiment in two journeys', () => {
  it('counts a person once, and is decided once', async () => {
    const step = offer({ by: 'goal', after: 'P1D', least: 10 }, mail('a', 50), mail('b', 50));
    const other = { ...journeyOf(step), id: 'other' };
    const home = new TestHome({ workspace, journeys: [journeyOf(step), other] });
    await live(home, 40, async () => undefined);
    const both = await home.experiments.counts(['cart', 'other']);
    expect(both.reduce((sum, { exposed }) => sum + exposed, 0)).toBe(40);
    expect(home.enrollments()).toHaveLength(80);
  });
});

describe('what is looked at', () => {
  it('is nothing where nobody can go two ways', async () => {
    const home = new TestHome({ journeys: [journeyOf(offer(undefined, mail('a', 100), mail('b', 0)))] });
    const counts = async () => {
      throw new Error('Nothing is to be counted.');
    };
    const look = decideWinners({ ...home.ports, experiments: { ...home.experiments, counts, rule: counts } });
    expect(await look()).toEqual([]);
    home.definitions.publish(documentsOf({ journeys: [] }));
    expect(await look()).toEqual([]);
  });
});
