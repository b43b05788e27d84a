import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrequencyCap, Journey } from '../../../../core/journey/document.ts';
import { mostThroughCaps } from '../../../../core/journey/prove/capacity.ts';
import { proverOf } from '../../../../core/journey/prove/prove.ts';
import type { AtMostRule } from '../../../../core/journey/prove/rules.ts';
import type { Scene } from '../../../../core/journey/prove/story.ts';
import type { Proof } from '../../../../core/journey/prove/verdict.ts';
import { aWorkspace, documentsOf } from '../../../builders.ts';
import { runs } from '../../../properties.ts';
import { aTimedJourney } from './small-journeys.ts';
import { Theatre } from './theatre.ts';

const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 0, 5, 10);

const aCap: fc.Arbitrary<FrequencyCap> = fc.record({
  channels: fc.constantFrom<FrequencyCap['channels']>('email', 'push', ['email', 'push']),
  atMost: fc.integer({ min: 1, max: 2 }),
  within: fc.constantFrom('P1D', 'P2D', 'P3D'),
  then: fc.constantFrom('skip', 'defer'),
});
const caps = fc.array(aCap, { minLength: 1, maxLength: 3 });
const rule: fc.Arbitrary<AtMostRule> = fc
  .record({
    atMost: fc.integer({ min: 0, max: 4 }),
    within: fc.constantFrom('P1D', 'P2D', 'P4D', 'P7D'),
    sends: fc.constantFrom({}, { channel: 'email' as const }),
  })
  .map((rest) => ({ id: 'rule', ...rest }));
const again = fc.constantFrom<Journey['entry']['again']>('always', 'never', { after: 'P3D' }, { after: 'P7D' });
const aJourney = fc
  .tuple(aTimedJourney, again)
  .map(([journey, often]): Journey => ({ ...journey, entry: { ...journey.entry, again: often ?? 'always' } }));
/** One journey, or two that begin by different events, the second of a higher priority. */
const journeys = fc
  .tuple(aJourney, fc.option(aJourney, { nil: undefined }))
  .map(([one, other]): readonly Journey[] =>
    other
      ? [one, { ...other, id: 'other', entry: { ...other.entry, on: { event: 'Signed Up' } }, priority: 60 }]
      : [one],
  );

const proven = (all: readonly Journey[], frequencyCaps: readonly FrequencyCap[], one: AtMostRule): Proof =>
  proverOf(documentsOf({ journeys: all, workspace: aWorkspace({ frequencyCaps }) }))(one);

/**
 * Whether a story rests on two walks in one instant, the second of which begins between two steps of the first. They
 * run side by side on AWS; at home, where stories are played, the first goes on to its next wait before the second.
 */
const isSideBySide = (story: readonly Scene[]): boolean =>
  story.some(({ atMs, event, ...one }, index) =>
    story
      .slice(0, index)
      .some(
        (other) =>
          event !== undefined &&
          other.send !== undefined &&
          other.atMs === atMs &&
          (other.journeyId !== one.journeyId || other.key !== one.key),
      ),
  );

/** Twelve days of what one person does, by the minute. */
const stream = fc.array(
  fc.record({
    minutes: fc.integer({ min: 0, max: 12 * 1_440 }),
    name: fc.constantFrom('Cart Filled', 'Cart Filled', 'Signed Up', 'Shop Visited'),
    total: fc.constantFrom(0, 100),
    cartId: fc.constantFrom('a', 'b', 'c'),
  }),
  { minLength: 3, maxLength: 14 },
);

/** What an operator does meanwhile, and how few messages an hour the breaker lets through. */
const disturbances = fc.record({
  orders: fc.array(
    fc.record({
      minutes: fc.integer({ min: 0, max: 12 * 1_440 }),
      verb: fc.constantFrom<'pause' | 'resume' | 'stop'>('pause', 'resume', 'stop'),
    }),
    { maxLength: 4 },
  ),
  breaker: fc.option(
    fc.integer({ min: 1, max: 3 }).map((atMost) => ({ atMost })),
    { nil: undefined },
  ),
});

describe('under several caps at once', () => {
  it('a rule that is said to hold is never broken, whatever is paused, stopped or tripped meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        journeys,
        caps,
        rule,
        stream,
        disturbances,
        async (all, frequencyCaps, one, events, disturbed) => {
          const { verdict } = proven(all, frequencyCaps, one);
          const { breaker } = disturbed;
          fc.pre(verdict.kind === 'holds' && (verdict.unless === undefined || disturbed.orders.length === 0));
          const workspace = aWorkspace({ frequencyCaps, ...(breaker && { breaker }) });
          const theatre = new Theatre({ journeys: all, workspace, startMs });
          await theatre.begin();
          const both = [...events, ...disturbed.orders].toSorted((a, b) => a.minutes - b.minutes);
          for (const { minutes, ...what } of both) {
            await theatre.home.windTo(startMs + minutes * 60_000);
            if ('verb' in what) await theatre.home.control(what.verb);
            else await theatre.event(what.name, { total: what.total, cartId: what.cartId });
          }
          await theatre.home.windTo(startMs + 13 * dayMs);
          // Whoever is held still goes on, also after their message has lost its use.
          await theatre.home.control('resume');
          await theatre.home.windTo(startMs + 40 * dayMs);
          expect(theatre.breaks(one)).toBe(false);
          theatre.home.close();
        },
      ),
      runs(1_000),
    );
  });

  it('a rule that is said to be broken is broken by the way that is told', async () => {
    await fc.assert(
      fc.asyncProperty(journeys, caps, rule, async (all, frequencyCaps, one) => {
        const { verdict } = proven(all, frequencyCaps, one);
        const isCertain =
          verdict.kind === 'broken' &&
          verdict.story.every(({ assumes, event }) => assumes === undefined && event?.isInTouch !== true) &&
          !isSideBySide(verdict.story);
        fc.pre(isCertain && !JSON.stringify(all).includes('experiment'));
        if (verdict.kind !== 'broken') return;
        const theatre = new Theatre({
          journeys: all,
          workspace: aWorkspace({ frequencyCaps }),
          startMs: verdict.story[0]!.atMs - 3_600_000,
        });
        await theatre.begin();
        await theatre.play(verdict.story);
        expect(theatre.breaks(one)).toBe(true);
        theatre.home.close();
      }),
      runs(1_000),
    );
  });

  it('what caps let through is never more than they are said to', () => {
    const days = { P1D: 1, P2D: 2, P3D: 3 } as const;
    const sends = fc.array(fc.record({ day: fc.nat(9), channel: fc.constantFrom('email', 'push') }), { maxLength: 40 });
    const covers = ({ channels }: FrequencyCap, channel: string): boolean =>
      [channels].flat().some((one) => one === channel);
    fc.assert(
      fc.property(caps, sends, fc.constantFrom('P1D', 'P3D', 'P7D'), (all, given, within) => {
        const through: { day: number; channel: string }[] = [];
        for (const one of given.toSorted((a, b) => a.day - b.day)) {
          const isFull = all.some((cap) => {
            const since = one.day - days[cap.within as keyof typeof days];
            const slots = through.filter(({ day, channel }) => day > since && covers(cap, channel));
            return covers(cap, one.channel) && slots.length >= cap.atMost;
          });
          if (!isFull) through.push(one);
        }
        const groups = ['email', 'push'].map((channel) => all.flatMap((cap, at) => (covers(cap, channel) ? [at] : [])));
        const once = [...new Map(groups.map((group) => [group.join(), group])).values()];
        const length = Number(within.slice(1, -1));
        const most = Math.max(
          0,
          ...through.map((a) => through.filter((b) => b.day >= a.day && b.day < a.day + length).length),
        );
        const supply = { groups: once, total: 40, of: () => 40 };
        expect(mostThroughCaps(all, within, supply, 40)).toBeGreaterThanOrEqual(most);
      }),
      runs(10_000),
    );
  });
});
