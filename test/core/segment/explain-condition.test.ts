import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { english } from '../../../core/journey/words.ts';
import type { Segment } from '../../../core/journey/document.ts';
import { historyIds } from '../../../core/profile/profile.ts';
import type { Condition } from '../../../core/segment/condition.ts';
import { explainCondition, type ExplainedCondition } from '../../../core/segment/explain-condition.ts';
import { viewOf } from '../../../core/segment/view.ts';
import { aSegment, aTrack, dayMs, startMs, TestHome } from '../../builders.ts';
import { runs } from '../../properties.ts';

async function explained(home: TestHome, id: string): Promise<ExplainedCondition> {
  const definitions = home.definitions.now;
  const profile = await home.profile();
  const history = await home.store.history(historyIds(profile));
  const { when } = definitions.segments.find((one) => one.id === id)!;
  return explainCondition(when, {
    definitions,
    view: viewOf(profile, definitions, home.clock.nowMs()),
    history,
    words: english,
  });
}

describe('an explained condition', () => {
  it('says which of its parts hold, by which events, and until when', async () => {
    const segments: readonly Segment[] = [
      aSegment('regulars', { did: 'Order Completed', where: { total: { above: 5 } }, atLeast: 2, within: 'P7D' }),
      aSegment('asked', {
        all: [{ segment: 'regulars' }, { trait: 'orders', atLeast: 3 }, { not: { last: 'Seen', newerThan: 'P3D' } }],
      }),
    ];
    const home = new TestHome({ segments, traits: [{ id: 'orders', name: 'Orders', count: 'Order Completed' }] });
    await home.accept(aTrack('Order Completed', { total: 9 }, { messageId: 'one' }));
    await home.wind('P1D');
    await home.accept(
      aTrack('Order Completed', { total: 1 }),
      aTrack('Order Completed', { total: 8 }, { messageId: 'two' }),
    );
    await home.accept(aTrack('Seen', {}, { messageId: 'seen' }));
    const whole = await explained(home, 'asked');
    expect(whole).toMatchObject({ holds: false, changesMs: startMs + 4 * dayMs });
    const [inSegment, trait, not] = whole.parts!;
    expect(inSegment).toMatchObject({ says: 'in segment "regulars"', holds: true, changesMs: startMs + 7 * dayMs });
    const [{ events, eventCount }] = inSegment!.parts as [ExplainedCondition];
    expect(events!.map(({ eventId }) => eventId)).toEqual(['two', 'one']);
    expect(eventCount).toBe(2);
    expect(trait).toMatchObject({ says: 'orders is at least 3', holds: true, value: 3, eventCount: 3 });
    expect(not).toMatchObject({ holds: false, changesMs: startMs + 4 * dayMs });
    expect(not!.parts![0]).toMatchObject({ holds: true, eventCount: 1 });
    // And so it comes.
    await home.windTo(startMs + 4 * dayMs - 1);
    expect((await explained(home, 'asked')).holds).toBe(false);
    await home.windTo(startMs + 4 * dayMs);
    expect(await explained(home, 'asked')).toMatchObject({ holds: true, changesMs: startMs + 7 * dayMs });
    expect(Object.keys((await home.profile()).segments)).toEqual(['regulars', 'asked']);
  });

  it('shows the latest events of many, and counts the others', async () => {
    const home = new TestHome({ segments: [aSegment('busy', { did: 'Seen', atLeast: 3 })] });
    for (let count = 0; count < 8; count++) await home.accept(aTrack('Seen', {}, { messageId: `e${count}` }));
    const { events, eventCount } = await explained(home, 'busy');
    expect([events!.map(({ eventId }) => eventId), eventCount]).toEqual([['e7', 'e6', 'e5', 'e4', 'e3'], 8]);
  });

  it('says when a membership ends or begins by itself, and it does so then', async () => {
    const one = fc.constantFrom<Condition>(
      { did: 'A', within: 'P3D' },
      { did: 'A', atLeast: 2, within: 'P5D' },
      { didNot: 'B', within: 'P2D' },
      { last: 'B', olderThan: 'P4D' },
      { trait: 'days', atLeast: 3 },
      { trait: 'recent', atMost: 1 },
      { segment: 'first' },
    );
    const when = fc.oneof(
      one,
      fc.record({ all: fc.tuple(one, one) }),
      fc.record({ any: fc.tuple(one, one) }),
      fc.record({ not: one }),
    );
    const hours = fc.array(fc.tuple(fc.constantFrom('A', 'B'), fc.nat(96)), { minLength: 1, maxLength: 6 });
    const traits = [
      { id: 'days', name: 'Days', daysSince: 'A' },
      { id: 'recent', name: 'Recent', count: 'B', within: 'P6D' },
    ];
    await fc.assert(
      fc.asyncProperty(
        one.filter((first) => !('segment' in first)),
        when,
        hours,
        async (first, second, events) => {
          const home = new TestHome({ traits, segments: [aSegment('first', first), aSegment('second', second)] });
          for (const [name, hour] of events.toSorted((a, b) => a[1] - b[1])) {
            await home.windTo(Math.max(home.clock.nowMs(), startMs + hour * 3_600_000));
            await home.accept(aTrack(name));
          }
          const isMember = async (): Promise<boolean> => 'second' in (await home.profile()).segments;
          const { holds, changesMs } = await explained(home, 'second');
          expect(await isMember()).toBe(holds);
          await home.windTo((changesMs ?? home.clock.nowMs() + 60 * dayMs) - 1);
          expect(await isMember()).toBe(holds);
          if (changesMs === undefined) return;
          await home.windTo(changesMs);
          expect(await isMember()).toBe(!holds);
        },
      ),
      runs(2_000),
    );
  });
});
