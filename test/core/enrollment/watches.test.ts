import { describe, expect, it } from 'vitest';
import type { Journey, Steps } from '../../../core/journey/document.ts';
import type { Condition } from '../../../core/segment/condition.ts';
import { aJourney, anIdentify, aTrack, startMs, TestHome } from '../../builders.ts';

const longWait: Steps = [{ id: 'wait', wait: 'P60D' }];
/** A home of one long journey that ends when a condition is true. */
const endingWhen = (when: Condition, over: Partial<Journey> = {}): TestHome =>
  new TestHome({ journeys: [aJourney({ steps: longWait, exit: [{ when }], ...over })] });
/** A home of one journey that waits for a condition. */
const waitingFor = (when: Condition): TestHome =>
  new TestHome({ journeys: [aJourney({ steps: [{ id: 'ask', waitFor: { when }, within: 'P60D' }] })] });
const ends = (home: TestHome) =>
  home.enrollments().map((one) => one.exitedMs && new Date(one.exitedMs).toISOString().slice(0, 16));
const anonymous = { anonymousId: 'a1' };

describe('what is watched, when the person moves to another time zone', () => {
  const late = Date.parse('2026-01-30T20:00:00Z');
  // In Tokyo it is the 31st already, and a month later the last of February.
  const when = { last: 'Product Viewed', olderThan: 'P1M' } as const;
  const inTokyo = { context: { timezone: 'Asia/Tokyo' } };

  it('becomes true by the days of the new zone', async () => {
    for (const home of [
      new TestHome({ startMs: late, journeys: [aJourney({ steps: longWait, exit: [{ when }] })] }),
      new TestHome({
        startMs: late,
        journeys: [aJourney({ steps: [{ id: 'ask', waitFor: { when }, within: 'P60D' }] })],
      }),
    ]) {
      const at = { occurredMs: late };
      await home.accept(aTrack('Product Viewed', {}, at), aTrack('Cart Filled', {}, at));
      await home.wind('PT1H');
      await home.accept(aTrack('Page Left', {}, { ...inTokyo, occurredMs: late + 1 }));
      await home.wind('P40D');
      expect(ends(home)).toEqual(['2026-02-27T20:00']);
    }
  });
});

describe('what is watched, when two people turn out to be one', () => {
  const twice = { did: 'Product Viewed', atLeast: 2 } as const;

  it('counts what the other did before', async () => {
    for (const home of [endingWhen(twice), waitingFor(twice)]) {
      await home.accept(aTrack('Cart Filled'));
      await home.accept(aTrack('Product Viewed', {}, anonymous), aTrack('Product Viewed', {}, anonymous));
      await home.accept(anIdentify({}, { userId: 'u1', ...anonymous }));
      expect(ends(home)).toEqual(['2026-03-02T10:00']);
    }
  });

  it('counts what both did together, in the enrollment of the one who is no more too', async () => {
    const home = endingWhen(twice);
    await home.accept(aTrack('Product Viewed'));
    await home.accept(aTrack('Product Viewed', {}, anonymous), aTrack('Cart Filled', {}, anonymous));
    expect(ends(home)).toEqual([undefined]);
    await home.accept(anIdentify({}, { userId: 'u1', ...anonymous }));
    expect(ends(home)).toEqual(['2026-03-02T10:00']);
  });

  it('counts every event once, also those of the request that merges them', async () => {
    const home = endingWhen({ did: 'Product Viewed', atLeast: 5 });
    await home.accept(aTrack('Cart Filled'), aTrack('Product Viewed'), aTrack('Product Viewed', {}, anonymous));
    await home.take(
      aTrack('Product Viewed', {}, anonymous),
      aTrack('Product Viewed', {}, { userId: 'u1', ...anonymous }),
    );
    expect(ends(home)).toEqual([undefined]);
    await home.accept(aTrack('Product Viewed'));
    expect(ends(home)).toEqual(['2026-03-02T10:00']);
  });

  it('counts what somebody did whom nobody knew before that request', async () => {
    const home = endingWhen(twice);
    await home.accept(aTrack('Cart Filled'));
    await home.take(
      aTrack('Product Viewed', {}, anonymous),
      aTrack('Product Viewed', {}, anonymous),
      anIdentify({}, { userId: 'u1', ...anonymous }),
    );
    expect(ends(home)).toEqual(['2026-03-02T10:00']);
  });

  it('ends later where the other did it later', async () => {
    const home = endingWhen({ last: 'Product Viewed', olderThan: 'P7D' });
    await home.accept(aTrack('Product Viewed'), aTrack('Cart Filled'));
    await home.wind('P5D');
    await home.accept(aTrack('Product Viewed', {}, anonymous));
    await home.accept(anIdentify({}, { userId: 'u1', ...anonymous }));
    await home.wind('P30D');
    expect(ends(home)).toEqual(['2026-03-14T10:00']);
  });
});

describe('what is watched in its order', () => {
  const inOrder = { sequence: [{ did: 'Product Viewed' }, { did: 'Product Added' }], within: 'PT1H' } as const;
  const gone = { ...inOrder, thenNot: 'Order Completed', for: 'PT2H' } as const;
  const at = (minutes: number) => ({ occurredMs: startMs + minutes * 60_000 });

  it('is true of events that arrive the other way round', async () => {
    for (const home of [endingWhen(inOrder), waitingFor(inOrder)]) {
      await home.accept(aTrack('Cart Filled'));
      await home.wind('PT1H');
      await home.accept(aTrack('Product Added', {}, at(50)));
      expect(ends(home)).toEqual([undefined]);
      await home.accept(aTrack('Product Viewed', {}, at(20)));
      expect(ends(home)).toEqual(['2026-03-02T11:00']);
    }
  });

  it('and of what two people did who turn out to be one', async () => {
    for (const home of [endingWhen(inOrder), waitingFor(inOrder)]) {
      await home.accept(aTrack('Cart Filled'));
      await home.wind('PT1H');
      await home.accept(aTrack('Product Viewed', {}, { ...anonymous, ...at(20) }));
      await home.accept(aTrack('Product Added', {}, at(50)));
      await home.accept(anIdentify({}, { userId: 'u1', ...anonymous, ...at(60) }));
      expect(ends(home)).toEqual(['2026-03-02T11:00']);
    }
  });

  it('ends once nothing has followed for so long', async () => {
    for (const home of [endingWhen(gone), waitingFor(gone)]) {
      await home.accept(aTrack('Cart Filled'), aTrack('Product Viewed', {}, at(0)));
      await home.wind('PT30M');
      await home.accept(aTrack('Product Added', {}, at(30)));
      await home.wind('P1D');
      expect(ends(home)).toEqual(['2026-03-02T12:30']);
    }
  });

  it('does not end where what must not follow comes late, and from between', async () => {
    const home = endingWhen(gone);
    await home.accept(aTrack('Cart Filled'), aTrack('Product Viewed', {}, at(0)), aTrack('Product Added', {}, at(30)));
    await home.wind('PT1H');
    await home.accept(aTrack('Product Viewed', {}, at(60)), aTrack('Order Completed', {}, at(45)));
    await home.wind('P1D');
    expect(ends(home)).toEqual([undefined]);
  });
});

describe('what is watched, when a silent event comes', () => {
  const silent = { isSilent: true };

  it('knows of it: what has not been so for long is not ended too early', async () => {
    for (const home of [
      endingWhen({ last: 'Product Viewed', olderThan: 'P7D' }),
      waitingFor({ last: 'Product Viewed', olderThan: 'P7D' }),
    ]) {
      await home.accept(aTrack('Product Viewed'), aTrack('Cart Filled'));
      await home.wind('P5D');
      await home.accept(aTrack('Product Viewed', {}, silent));
      await home.wind('P30D');
      expect(ends(home)).toEqual(['2026-03-14T10:00']);
    }
  });

  it('is true at once where that makes it true, as with a trait that is imported', async () => {
    const home = endingWhen({ did: 'Product Viewed', atLeast: 2 });
    await home.accept(aTrack('Cart Filled'), aTrack('Product Viewed'), aTrack('Product Viewed', {}, silent));
    expect(ends(home)).toEqual(['2026-03-02T10:00']);
  });

  it('but as an event it ends, answers and counts for nothing', async () => {
    const heard = { event: 'Product Viewed' } as const;
    const home = new TestHome({
      journeys: [
        aJourney({
          steps: [{ id: 'ask', waitFor: heard, within: 'P2D' }],
          exit: [{ on: heard }],
          goal: { on: heard, within: 'P9D' },
        }),
      ],
    });
    await home.accept(aTrack('Cart Filled'), aTrack('Product Viewed', {}, silent));
    expect(home.enrollments()).toMatchObject([{ status: 'active', path: ['ask'] }]);
    expect(home.enrollments()[0]?.goalReachedMs).toBeUndefined();
    await home.wind('P3D');
    expect(ends(home)).toEqual([new Date(startMs + 2 * 86_400_000).toISOString().slice(0, 16)]);
  });
});
