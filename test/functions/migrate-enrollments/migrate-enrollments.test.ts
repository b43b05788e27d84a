import { describe, expect, it } from 'vitest';
import type { Journey, Step } from '../../../core/journey/document.ts';
import { markFailed } from '../../../functions/mark-failed/mark-failed.ts';
import type { Around } from '../../around-ports.ts';
import { aJourney, anIdentify, aTrack, aWorkspace, TestHome } from '../../builders.ts';

const hello: Step = { id: 'hello', send: { email: 'hello' } };
const rest: Step = { id: 'rest', wait: 'P1D' };
const bye: Step = { id: 'bye', send: { email: 'bye' } };
const news: Step = { id: 'news', send: { email: 'news' } };
const last: Step = { id: 'last', wait: 'PT1H' };

/** One person who stands at "rest" in a journey of these steps. */
async function insideOf(journey: Journey): Promise<TestHome> {
  const home = new TestHome({ journeys: [journey] });
  await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
  return home;
}
const republished = (home: TestHome, over: Partial<Journey> & Pick<Journey, 'steps'>): void =>
  home.publish({ journeys: [aJourney(over)] });
const pathOf = (home: TestHome): readonly string[] => home.enrollments()[0]!.path;

describe('whoever is inside when a version is published', () => {
  it('finishes on the version under which they came', async () => {
    const home = await insideOf(aJourney({ steps: [hello, rest, bye] }));
    republished(home, { steps: [hello, rest, news] });
    await home.wind('P2D');
    expect(pathOf(home)).toEqual(['hello', 'rest', 'bye']);
  });

  it('goes on in the new version from the same step, once moved', async () => {
    const home = await insideOf(aJourney({ steps: [hello, rest, bye] }));
    republished(home, { steps: [rest, news, last] });
    expect(await home.migrate()).toEqual({ moved: 1, stayed: [] });
    await home.wind('P2D');
    expect(pathOf(home)).toEqual(['hello', 'rest', 'news', 'last']);
    expect(home.sent).toEqual(['hello', 'news']);
    expect(home.problems).toEqual([]);
  });

  it('waits as long as was promised, also where the wait has another length now', async () => {
    const home = await insideOf(aJourney({ steps: [hello, rest, bye] }));
    republished(home, { steps: [hello, { id: 'rest', wait: 'P9D' }, bye] });
    await home.migrate();
    await home.wind('PT23H');
    expect(home.sent).toEqual(['hello']);
    await home.wind('PT1H');
    expect(home.sent).toEqual(['hello', 'bye']);
  });

  it('stays where their step is gone, is another, or would bring back what they had', async () => {
    const home = await insideOf(aJourney({ steps: [hello, rest, bye] }));
    republished(home, { steps: [hello, last, bye] });
    expect((await home.migrate()).stayed).toMatchObject([{ stepId: 'rest', reason: 'step-removed' }]);
    republished(home, { steps: [hello, { ...bye, id: 'rest' }] });
    expect((await home.migrate()).stayed).toMatchObject([{ stepId: 'rest', reason: 'step-replaced' }]);
    republished(home, { steps: [rest, hello, bye] });
    expect((await home.migrate()).stayed).toMatchObject([{ reason: 'would-repeat', stepIds: ['hello'] }]);
    await home.wind('P2D');
    expect(pathOf(home)).toEqual(['hello', 'rest', 'bye']);
  });

  it('is not mistaken by the numbers of steps without ids', async () => {
    const nameless = ({ id: _, ...step }: Step): Step => step;
    const home = await insideOf(aJourney({ steps: [nameless(hello), nameless(rest), bye] }));
    republished(home, { steps: [nameless(news), nameless(last), nameless(hello), nameless(rest), bye] });
    expect((await home.migrate()).stayed).toMatchObject([{ stepId: 'wait-1', reason: 'step-replaced' }]);
  });

  it('goes on inside of a list that is repeated, and is told from one that is not the same', async () => {
    const thrice = (id?: string): Step => ({ ...(id && { id }), repeat: { times: 3, every: 'P1D', steps: [news] } });
    const home = await insideOf(aJourney({ steps: [hello, thrice('often'), bye] }));
    republished(home, { steps: [hello, thrice('often'), { ...bye, id: 'end', send: { email: 'end' } }] });
    expect(await home.migrate()).toEqual({ moved: 1, stayed: [] });
    await home.wind('P4D');
    expect(home.sent).toEqual(['hello', 'news', 'news', 'news', 'end']);
    const other = await insideOf(aJourney({ steps: [hello, thrice(), bye] }));
    republished(other, { steps: [{ repeat: { times: 2, every: 'P1D', steps: [bye] } }, thrice()] });
    expect((await other.migrate()).stayed).toHaveLength(1);
  });

  it('leaves by an exit that the new version has, at once where it holds already', async () => {
    const home = await insideOf(aJourney({ steps: [hello, rest, bye] }));
    await home.accept(aTrack('Called'));
    republished(home, { steps: [hello, rest, bye], exit: [{ when: { did: 'Called' } }] });
    expect((await home.migrate()).moved).toBe(1);
    expect(home.enrollments()[0]).toMatchObject({ status: 'exited', reason: 'exit-condition' });
    await home.wind('P2D');
    expect(home.sent).toEqual(['hello']);
    expect(home.problems).toEqual([]);
  });

  it('waits for what the new version waits for', async () => {
    const ask = (event: string): Step => ({ id: 'ask', waitFor: { event }, within: 'P1D', then: [bye], otherwise: [] });
    const home = await insideOf(aJourney({ steps: [hello, ask('Rated')] }));
    republished(home, { steps: [hello, ask('Answered')] });
    await home.migrate();
    await home.accept(aTrack('Rated'));
    expect(home.sent).toEqual(['hello']);
    await home.accept(aTrack('Answered'));
    expect(home.sent).toEqual(['hello', 'bye']);
  });

  it('keeps a message that waits for its time, and sends it once', async () => {
    const workspace = aWorkspace({ quietHours: { email: { from: '09:00', to: '11:00' } } });
    const before = aJourney({ steps: [{ id: 'first', wait: 'PT30M' }, hello, bye] });
    const home = new TestHome({ workspace, journeys: [before] });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    await home.wind('PT30M');
    expect(home.enrollments()[0]?.hold).toMatchObject({ kind: 'deferral', stepId: 'hello' });
    // The hold by which they came is gone: another one leads there.
    home.publish({ workspace, journeys: [aJourney({ steps: [last, hello, bye] })] });
    expect((await home.migrate()).stayed).toEqual([]);
    await home.wind('P1D');
    expect(home.sent).toEqual(['hello', 'bye']);
    expect(home.enrollments()[0]).toMatchObject({ status: 'completed' });
  });

  it('may be moved on again and again, and back', async () => {
    const home = await insideOf(aJourney({ steps: [hello, rest, bye] }));
    for (const step of [news, bye, news, bye]) {
      republished(home, { steps: [hello, rest, step] });
      expect((await home.migrate()).moved).toBe(1);
      await home.wind('PT1H');
    }
    await home.wind('P2D');
    expect(home.sent).toEqual(['hello', 'bye']);
    expect(home.problems).toEqual([]);
  });

  it('does the steps of one version only, also where they move while a touch of the old one is under way', async () => {
    let isArmed = false;
    const around: Around = async (label, call) => {
      if (label === 'commit' && isArmed) {
        isArmed = false;
        expect((await home.moveAll()).moved).toBe(1);
      }
      return call();
    };
    const home = new TestHome({ journeys: [aJourney({ steps: [hello, rest, bye] })], around });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    republished(home, { steps: [hello, rest, news] });
    isArmed = true;
    await home.wind('P2D');
    expect(home.sent).toEqual(['hello', 'news']);
    expect(pathOf(home)).toEqual(['hello', 'rest', 'news']);
    expect(home.problems).toEqual([]);
  });

  it('is not marked failed by what the old version does afterwards', async () => {
    const home = await insideOf(aJourney({ steps: [hello, rest, bye] }));
    const { version, enrollmentId, profileId } = home.enrollments()[0]!;
    republished(home, { steps: [rest, news] });
    await home.migrate();
    await markFailed(home.ports)({ version, enrollmentId, profileId, error: 'Broken', cause: 'late' });
    expect(home.enrollments()[0]?.status).toBe('active');
  });
});
