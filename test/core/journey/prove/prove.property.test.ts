import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journey } from '../../../../core/journey/document.ts';
import { proverOf } from '../../../../core/journey/prove/prove.ts';
import type { Rule } from '../../../../core/journey/prove/rules.ts';
import type { Verdict } from '../../../../core/journey/prove/verdict.ts';
import { aJourney, documentsOf } from '../../../builders.ts';
import { runs } from '../../../properties.ts';
import { AfterByForce, tooManyByForce } from './brute-force.ts';
import { aSmallJourney, aTimedJourney, smallNames } from './small-journeys.ts';
import { Theatre } from './theatre.ts';

const verdictOf = (journeys: readonly Journey[], rule: Rule): Verdict =>
  proverOf(documentsOf({ journeys }))(rule).verdict;
const channel = fc.constantFrom('email', 'push', undefined);
const event = fc.constantFrom(...smallNames);

const neverRule = (name: string, on: 'email' | 'push' | undefined): Rule => ({
  id: 'rule',
  never: { send: on ? { channel: on } : {} },
  after: { event: name },
});
const mostRule = fc
  .record({ atMost: fc.integer({ min: 0, max: 2 }), within: fc.constantFrom('P1D', 'P2D', 'P4D', 'P7D') })
  .map((rest): Extract<Rule, { atMost: number }> => ({ id: 'rule', sends: {}, ...rest }));

describe('on a small journey', () => {
  it('what must not follow an event is proven exactly where no path that was tried by force leads there', () => {
    fc.assert(
      fc.property(aSmallJourney, event, channel, (journey, name, on) => {
        const isMeant = (step: object): boolean =>
          'send' in step && (on === undefined || Object.hasOwn(step.send as object, on));
        const isPossible = new AfterByForce(journey, name, smallNames, isMeant).isPossible();
        expect(verdictOf([journey], neverRule(name, on)).kind).toBe(isPossible ? 'broken' : 'holds');
      }),
      runs(1_000),
    );
  });

  it('how many messages may come together is proven exactly where no ways put together by force have more', () => {
    fc.assert(
      fc.property(aTimedJourney, mostRule, (journey, rule) => {
        const isPossible = tooManyByForce(journey, rule.atMost, rule.within);
        expect(verdictOf([journey], rule).kind === 'holds').toBe(!isPossible);
      }),
      runs(1_000),
    );
  });
});

it('knows that an event may end the last wait of a journey, which is then entered again', () => {
  const journey = aJourney({
    entry: { on: { event: 'Cart Filled' }, again: 'always' },
    steps: [{ send: { email: 'one' } }, { waitFor: { event: 'Shop Visited' }, within: 'P1D' }],
  });
  expect(verdictOf([journey], { id: 'rule', sends: {}, atMost: 1, within: 'P1D' }).kind).toBe('broken');
});

/** Twelve days of what one person does, by the minute. */
const stream = fc.array(
  fc.record({
    minutes: fc.integer({ min: 0, max: 12 * 1_440 }),
    name: fc.oneof(event, fc.constant('Cart Filled')),
    total: fc.constantFrom(0, 100),
    cartId: fc.constantFrom('a', 'b'),
  }),
  { minLength: 3, maxLength: 14 },
);
const startMs = Date.UTC(2026, 0, 5, 10);

describe('on the interpreter', () => {
  const anyRule = fc.oneof(
    fc.tuple(event, channel).map(([name, on]) => neverRule(name, on)),
    mostRule,
  );
  const anyJourney = fc.oneof(aSmallJourney, aTimedJourney);

  it('a rule that is said to hold is never broken', async () => {
    await fc.assert(
      fc.asyncProperty(anyJourney, anyRule, stream, async (journey, rule, events) => {
        fc.pre(verdictOf([journey], rule).kind === 'holds');
        const theatre = new Theatre({ journeys: [journey], startMs });
        await theatre.begin();
        for (const { minutes, name, ...properties } of events.toSorted((a, b) => a.minutes - b.minutes)) {
          await theatre.home.windTo(startMs + minutes * 60_000);
          await theatre.event(name, properties);
        }
        await theatre.home.windTo(startMs + 40 * 86_400_000);
        expect(theatre.home.problems).toEqual([]);
        expect(theatre.breaks(rule)).toBe(false);
        theatre.home.close();
      }),
      runs(1_000),
    );
  });

  it('a rule that is said to be broken is broken by the way that is told, where that takes nothing for granted', async () => {
    await fc.assert(
      fc.asyncProperty(anyJourney, anyRule, async (journey, rule) => {
        const verdict = verdictOf([journey], rule);
        const isCertain =
          verdict.kind === 'broken' &&
          verdict.story.every(({ assumes, event: given }) => assumes === undefined && given?.isInTouch !== true);
        fc.pre(isCertain && !JSON.stringify(journey).includes('experiment'));
        if (verdict.kind !== 'broken') return;
        const theatre = new Theatre({ journeys: [journey], startMs: verdict.story[0]!.atMs - 3_600_000 });
        await theatre.begin();
        await theatre.play(verdict.story);
        expect(theatre.breaks(rule)).toBe(true);
        theatre.home.close();
      }),
      runs(1_000),
    );
  });
});
