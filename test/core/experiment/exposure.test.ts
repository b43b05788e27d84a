import { describe, expect, it } from 'vitest';
import { withAnswer, withExposure, withGoalOutcome } from '../../../core/experiment/exposure.ts';
import { anEnrollment } from '../../contracts/rows.ts';

const met = withExposure(anEnrollment('e1'), 'offer', 'a', 1_000);

describe('an exposure', () => {
  it('is that of the first time, in a list that repeats', () => {
    expect(withExposure(met, 'offer', 'b', 2_000)).toBe(met);
    expect(withExposure(met, 'subject', 'b', 2_000).exposures).toEqual({
      offer: { variant: 'a', atMs: 1_000 },
      subject: { variant: 'b', atMs: 2_000 },
    });
  });

  it('of an experiment with a name that every object inherits is kept like any other', () => {
    expect(withExposure(anEnrollment('e1'), 'constructor', 'a', 1_000).exposures).toEqual({
      constructor: { variant: 'a', atMs: 1_000 },
    });
  });

  it('keeps the goal and its worth, once', () => {
    const reached = withGoalOutcome(met, 2_000, 30);
    expect(reached.exposures).toEqual({ offer: { variant: 'a', atMs: 1_000, goalMs: 2_000, value: 30 } });
    expect(withGoalOutcome(reached, 3_000, 50)).toBe(reached);
    expect(withGoalOutcome(met, 2_000, undefined).exposures?.['offer']).not.toHaveProperty('value');
  });

  it('keeps the first answer of each kind to messages that left since, and hears of none before', () => {
    expect(withAnswer(met, { atMs: 999 }, 'clickMs', 5_000)).toBe(met);
    const clicked = withAnswer(met, { atMs: 1_000 }, 'clickMs', 5_000);
    expect(clicked.exposures?.['offer']).toEqual({ variant: 'a', atMs: 1_000, clickMs: 5_000 });
    expect(withAnswer(clicked, { atMs: 1_000 }, 'clickMs', 6_000)).toBe(clicked);
    expect(withAnswer(clicked, { atMs: 1_000 }, 'complainedMs', 7_000).exposures?.['offer']).toEqual({
      variant: 'a',
      atMs: 1_000,
      clickMs: 5_000,
      complainedMs: 7_000,
    });
  });

  it('is not there where no variant was met, and nothing changes', () => {
    const row = anEnrollment('e1');
    expect(withGoalOutcome(row, 2_000, 30)).toBe(row);
    expect(withAnswer(row, { atMs: 1_000 }, 'clickMs', 5_000)).toBe(row);
  });
});
