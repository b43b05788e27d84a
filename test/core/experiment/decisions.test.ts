import { describe, expect, inject, it } from 'vitest';
import { decideGuardrails, falseStops, tolerated } from '../../../core/experiment/decide-guardrails.ts';
import { decideWinner, falseWinners, type WinnerInput } from '../../../core/experiment/decide-winner.ts';
import { noCounts, type VariantCounts } from '../../../core/experiment/variant-counts.ts';
import { startMs } from '../../builders.ts';
import { times } from '../../properties.ts';
import { Chance } from '../../local/chance.ts';

const counts = (variant: string, exposed: number, over: Partial<VariantCounts> = {}): VariantCounts => ({
  ...noCounts('offer', variant),
  exposed,
  firstMs: startMs,
  ...over,
});
const decide = (all: readonly VariantCounts[], over: Partial<WinnerInput> = {}) =>
  decideWinner({ counts: all, by: 'goal', fromMs: startMs, least: 200, nowMs: startMs, ...over });
const clear = [counts('a', 1_000, { goals: 100 }), counts('b', 1_000, { goals: 180 })];

describe('a winner', () => {
  it('is the variant that is clearly the best, and why is said in words', () => {
    expect(decide(clear)).toEqual({
      kind: 'winner',
      variant: 'b',
      because:
        '"b" 180 of 1000 (18.0 percent); "a" 100 of 1000 (10.0 percent). It is the best with a probability of 100.00 percent.',
    });
  });

  it('is not chosen before its time, nor before every variant has had its people', () => {
    expect(decide(clear, { nowMs: startMs - 1 }).kind).toBe('too-early');
    expect(decide([...clear, counts('c', 199, { goals: 1 })])).toMatchObject({
      kind: 'too-early',
      because: '"c" has had 199 of 200 people.',
    });
  });

  it('is nobody where another may still be as good', () => {
    const close = [counts('a', 1_000, { goals: 170 }), counts('b', 1_000, { goals: 180 })];
    expect(decide(close)).toMatchObject({ kind: 'unclear', because: expect.stringContaining('"a" may still be') });
    expect(decide([counts('c', 1_000, { goals: 20 }), ...close]).kind).toBe('unclear');
  });

  it('is nobody where nothing has happened, and where there is nothing to compare with', () => {
    expect(decide([counts('a', 1_000), counts('b', 1_000)]).kind).toBe('unclear');
    expect(decide([counts('a', 1_000), counts('b', 1_000)], { by: 'value' }).kind).toBe('unclear');
    expect(decide([counts('a', 1_000, { goals: 10 })]).kind).toBe('unclear');
  });

  it('may be control', () => {
    expect(decide([counts('a', 1_000, { goals: 100 }), counts('control', 1_000, { goals: 180 })])).toMatchObject({
      kind: 'winner',
      variant: 'control',
    });
  });

  it('goes by clicks, or by what people are worth, where the document says so', () => {
    const dear = { goals: 50, valueSum: 5_000, valueSquares: 520_000 };
    const many = { goals: 100, valueSum: 1_000, valueSquares: 12_000, clicks: 500 };
    const all = [counts('dear', 1_000, dear), counts('many', 1_000, many)];
    expect(decide(all, { by: 'value' })).toMatchObject({ kind: 'winner', variant: 'dear' });
    expect(decide(all)).toMatchObject({ kind: 'winner', variant: 'many' });
    expect(decide(all, { by: 'click' })).toMatchObject({ kind: 'winner', variant: 'many' });
  });
});

describe('a guardrail', () => {
  const bad = counts('bad', 500, { complaints: 15, unsubscribes: 10 });
  const good = counts('good', 500, { unsubscribes: 8 });

  it('stops a variant that clearly more people complain of than of the rest, and says why', () => {
    expect(decideGuardrails([bad, good])).toEqual([
      { variant: 'bad', by: 'complaints', because: '15 of 500 people complained, and 0 of 500 elsewhere.' },
    ]);
  });

  it('stops one that makes clearly more people unsubscribe', () => {
    const [left, stays] = [counts('left', 1_000, { unsubscribes: 90 }), counts('stays', 1_000, { unsubscribes: 20 })];
    expect(decideGuardrails([left, stays])).toMatchObject([{ variant: 'left', by: 'unsubscribes' }]);
  });

  it('bears what is borne in any case, however little the rest has of it', () => {
    const people = 100_000;
    const some = counts('a', people, {
      unsubscribes: people * tolerated.unsubscribes,
      complaints: people * tolerated.complaints,
    });
    expect(decideGuardrails([some, counts('control', people)])).toEqual([]);
  });

  it('bears what the rest has as well', () => {
    const alike = { unsubscribes: 100, complaints: 30 };
    expect(decideGuardrails([counts('a', 1_000, alike), counts('b', 1_000, alike)])).toEqual([]);
  });

  it('never stops control, nor the last that is left', () => {
    expect(decideGuardrails([counts('control', 500, { complaints: 100 }), good])).toEqual([]);
    expect(decideGuardrails([bad])).toEqual([]);
    const all = ['a', 'b', 'c'].map((variant, at) => counts(variant, 500, { complaints: 5 + at * 60 }));
    expect(decideGuardrails(all).length).toBeLessThan(all.length);
  });

  it('compares the others without one that is stopped', () => {
    const worst = counts('worst', 500, { complaints: 200 });
    expect(decideGuardrails([worst, bad, good]).map(({ variant }) => variant)).toEqual(['worst', 'bad']);
  });
});

/** One person after another goes to one of `shares`; after every `everyPeople` somebody looks. */
function* looks(
  seed: number,
  shares: readonly number[],
  outcome: (counts: { -readonly [key in keyof VariantCounts]: VariantCounts[key] }, chance: Chance) => void,
  everyPeople: number,
  many: number,
): Generator<readonly VariantCounts[]> {
  const chance = new Chance(seed);
  const all = shares.map((_, index) => ({ ...counts(String(index), 0) }));
  for (let look = 0; look < many; look++) {
    for (let person = 0; person < everyPeople; person++) {
      let left = chance.share();
      const at = shares.findIndex((share) => (left -= share) < 0);
      const one = all.at(at)!;
      one.exposed++;
      outcome(one, chance);
    }
    yield all;
  }
}

describe('somebody who looks every hour', () => {
  const experiments = times(2_000);
  /** How many of the experiments ended otherwise than they should, and three standard deviations of chance. */
  const most = (share: number): number => experiments * share + 3 * Math.sqrt(experiments * share * (1 - share));
  const falsely = (isFalse: (seed: number) => boolean): number =>
    Array.from({ length: experiments }, (_, index) => inject('seed') + 7919 * index).filter(isFalse).length;

  it.each([
    { rate: 0.02, shares: [0.5, 0.5], least: 20 },
    { rate: 0.1, shares: [0.5, 0.5], least: 50 },
    { rate: 0.4, shares: [0.9, 0.1], least: 20 },
    { rate: 0.1, shares: [0.4, 0.3, 0.3], least: 50 },
  ])('finds no winner of a goal that $rate of all reach anyway, at $shares', ({ rate, shares, least }) => {
    const found = falsely((seed) => {
      const goal = looks(seed, shares, (one, chance) => (one.goals += chance.isBelow(rate) ? 1 : 0), 10, 200);
      for (const all of goal) if (decide(all, { least }).kind === 'winner') return true;
      return false;
    });
    expect(found).toBeLessThanOrEqual(most(falseWinners));
  });

  it.each([{ shares: [0.5, 0.5] }, { shares: [0.9, 0.1] }])('finds no winner by value, at $shares', ({ shares }) => {
    const found = falsely((seed) => {
      const value = looks(
        seed,
        shares,
        (one, chance) => {
          // One in twenty buys, most for little and some for much.
          const worth = chance.isBelow(0.05) ? 10 / (1 - chance.share()) ** 0.4 : 0;
          one.valueSum += worth;
          one.valueSquares += worth ** 2;
        },
        10,
        200,
      );
      for (const all of value) if (decide(all, { by: 'value', least: 50 }).kind === 'winner') return true;
      return false;
    });
    expect(found).toBeLessThanOrEqual(most(falseWinners));
  });

  it.each([
    { rate: 0.005, shares: [0.5, 0.5] },
    { rate: 0.05, shares: [0.5, 0.5] },
    { rate: 0.05, shares: [0.8, 0.1, 0.1] },
  ])('stops none of variants that $rate of all complain of, at $shares', ({ rate, shares }) => {
    const found = falsely((seed) => {
      const harm = looks(
        seed,
        shares,
        (one, chance) => {
          one.complaints += chance.isBelow(rate) ? 1 : 0;
          one.unsubscribes += chance.isBelow(2 * rate) ? 1 : 0;
        },
        10,
        200,
      );
      for (const all of harm) if (decideGuardrails(all).length > 0) return true;
      return false;
    });
    expect(found).toBeLessThanOrEqual(most(falseStops));
  });
});
