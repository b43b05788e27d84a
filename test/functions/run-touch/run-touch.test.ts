import { describe, expect, it } from 'vitest';
import type { Steps } from '../../../core/journey/document.ts';
import { runTouch } from '../../../functions/run-touch/run-touch.ts';
import { aJourney, anIdentify, aTrack, aWorkspace, hourMs, TestHome, type TestHomeOptions } from '../../builders.ts';
import type { ChannelAnswer } from '../../fakes.ts';

const hello: Steps = [{ id: 'hello', send: { email: 'hello' } }];
const capped = aWorkspace({ frequencyCaps: [{ channels: 'email', atMost: 1, within: 'P1D' }] });

/** A home with one person in it, who has entered nothing yet. */
async function homeWith(steps: Steps, options: TestHomeOptions = {}): Promise<TestHome> {
  const home = new TestHome({ journeys: [aJourney({ steps })], ...options });
  await home.accept(anIdentify({ email: 'ana@b.lv', phone: '+37126123456' }));
  return home;
}
/** What a delivery's rows said, one after the other. */
const storyOf = (home: TestHome): readonly string[] =>
  home.log.flatMap((change) => (change.deliveries ?? []).map(({ row }) => row.status));

describe('a message that waits for its turn', () => {
  it('has not been authorised yet', async () => {
    const home = await homeWith(hello);
    home.channels.hasTurn = () => {
      expect(home.deliveries()).toEqual([]);
      return true;
    };
    await home.accept(aTrack('Cart Filled'));
    expect(storyOf(home)).toEqual(['handing', 'sent']);
    expect(home.channels.waits).toEqual([20_000]);
  });

  it('is put off under its own id when none comes, without a cap slot, and goes out when one does', async () => {
    const home = await homeWith(hello, { workspace: capped });
    home.channels.hasTurn = (_, count) => count > 2;
    await home.accept(aTrack('Cart Filled'));
    const [deferred] = home.deliveries();
    expect(deferred).toMatchObject({ status: 'deferred', reason: 'no-turn' });
    // About half a minute, and then about a minute: those who were put off together do not come back together.
    expect(Math.abs(deferred!.untilMs! - home.clock.nowMs() - 30_000)).toBeLessThanOrEqual(7_500);
    expect((await home.profile()).slots).toEqual([]);
    expect(home.enrollments()).toMatchObject([{ status: 'active', path: [] }]);
    await home.windTo(deferred!.untilMs!);
    const [again] = home.deliveries();
    expect(again).toMatchObject({ status: 'deferred', tries: 2 });
    expect(Math.abs(again!.untilMs! - home.clock.nowMs() - 60_000)).toBeLessThanOrEqual(15_000);
    await home.windTo(again!.untilMs!);
    expect(home.deliveries()).toMatchObject([{ deliveryId: deferred!.deliveryId, status: 'sent' }]);
    expect(storyOf(home)).toEqual(['deferred', 'deferred', 'handing', 'sent']);
    expect(home.problems).toEqual([]);
  });

  it('is skipped as expired when none comes until its time is over, and the journey goes on', async () => {
    const home = await homeWith([{ ...hello[0]!, useBy: 'PT1H' } as Steps[number], { id: 'after', wait: 'PT1H' }]);
    home.channels.hasTurn = () => false;
    await home.accept(aTrack('Cart Filled'));
    await home.wind('PT1H');
    expect(home.deliveries()).toMatchObject([{ status: 'skipped', reason: 'expired' }]);
    expect(home.enrollments()).toMatchObject([{ status: 'active', path: ['hello', 'after'] }]);
  });

  it('is rendered again where its person changed meanwhile, and keeps its turn', async () => {
    const home = await homeWith(hello);
    const steps = [() => home.take(anIdentify({ firstName: 'Ana' }))];
    const { turn } = home.channels;
    home.channels.turn = async (...asked) => {
      await steps.pop()?.();
      return turn.apply(home.channels, asked);
    };
    await home.accept(aTrack('Cart Filled'));
    const names = home.content.requests.map(({ context }) => (context['profile'] as { traits: object }).traits);
    expect(names).toMatchObject([{}, { firstName: 'Ana' }]);
    expect(home.channels.waits).toHaveLength(1);
    expect(home.sent).toEqual(['hello']);
  });

  it('is not sent where what it waited through ended its journey', async () => {
    const journeys = [aJourney({ steps: hello, exit: [{ on: { event: 'Order Completed' } }] })];
    const home = await homeWith(hello, { journeys });
    const { turn } = home.channels;
    home.channels.turn = async (...asked) => {
      await home.take(aTrack('Order Completed'));
      return turn.apply(home.channels, asked);
    };
    await home.accept(aTrack('Cart Filled'));
    expect(home.sent).toEqual([]);
    expect(home.channels.turnsOut).toBe(0);
  });
});

describe('the messages of one touch', () => {
  it('wait no longer together than one of them may', async () => {
    const steps: Steps = [...hello, { id: 'more', send: { email: 'more' } }, { id: 'last', send: { email: 'last' } }];
    const home = await homeWith(steps);
    home.channels.hasTurn = () => {
      home.clock.moveTo(home.clock.nowMs() + 12_000);
      return true;
    };
    await home.accept(aTrack('Cart Filled'));
    expect(home.channels.waits).toEqual([20_000, 8_000, 0]);
  });

  it('give every turn back, whatever becomes of them', async () => {
    const answers: readonly ChannelAnswer[] = [
      { kind: 'accepted' },
      { kind: 'refused', reason: '429', isPermanent: false },
      { kind: 'refused', reason: '550', isPermanent: true },
      { kind: 'unknown', reason: 'time-out' },
      'dies-before',
      'dies-after',
    ];
    for (const answer of answers) {
      const home = await homeWith([...hello, { id: 'text', send: { sms: 'text' } }]);
      const out: number[] = [];
      home.channels.answer = () => {
        out.push(home.channels.turnsOut);
        return answer;
      };
      await home.accept(aTrack('Cart Filled'));
      expect(home.channels.turnsOut).toBe(0);
      expect(out.every((count) => count === 1)).toBe(true);
    }
  });

  it('give their turn back where the store fails', async () => {
    const home = await homeWith(hello, { isRecorded: true });
    await home.accept(aTrack('Cart Filled'));
    const { enrollmentId, profileId } = home.enrollments()[0]!;
    home.store.commit = () => Promise.reject(new Error('The disk is full.'));
    const touch = runTouch(home.ports)({ enrollmentId, profileId, touch: home.touchText('Begin') });
    await expect(touch).rejects.toThrow('The disk is full.');
    expect(home.channels).toMatchObject({ waits: [20_000], turnsOut: 0 });
  });

  it('of which one waited too long leave the next steps for later', async () => {
    const home = await homeWith([{ id: 'text', send: { sms: 'text' } }, ...hello]);
    home.channels.hasTurn = (channel) => channel !== 'email' || home.clock.nowMs() > Date.UTC(2100, 1);
    await home.accept(aTrack('Cart Filled'));
    await home.windTo(home.clock.nowMs() + hourMs);
    expect(home.sent).toEqual(['text']);
    expect(home.enrollments()).toMatchObject([{ status: 'active', path: ['text'] }]);
  });
});
