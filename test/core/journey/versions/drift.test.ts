import { describe, expect, it } from 'vitest';
import { driftLines, type DriftFindings } from '../../../../core/journey/versions/drift.ts';

const nothing: DriftFindings = { isPublishedSince: false, held: [], machines: [], rules: [] };
const rules = ['missing', 'off', 'other', 'left', 'twice'] as const;

describe('what runs otherwise than it was deployed', () => {
  it('is not a word where nothing does', () => {
    expect(driftLines(nothing)).toEqual([]);
  });

  it('is told of publications first, then of journeys that are held, machines and rules', () => {
    const lines = driftLines({
      isPublishedSince: true,
      held: ['cart'],
      machines: [{ journeyId: 'trial', number: 3, is: 'gone' }],
      rules: [{ journeyId: 'welcome', is: 'off' }],
    });
    expect(lines).toEqual([
      expect.stringMatching(/^Documents were published since the last deployment\./),
      expect.stringMatching(/^cart: it was rolled back or closed/),
      'trial: the machine of version 3 is gone. Nobody can go on in it; deploy again.',
      'welcome: nobody can enter it, since its rule is switched off. Publish again: that switches it on.',
    ]);
  });

  it.each(rules)('names the journey whose rule is %s, and what to do', (is) => {
    const [line] = driftLines({ ...nothing, rules: [{ journeyId: 'cart', is }] });
    expect(line).toMatch(/^cart: .* Publish again: that /);
  });

  it('tells a machine of an earlier release from one that is gone', () => {
    const [other] = driftLines({ ...nothing, machines: [{ journeyId: 'cart', number: 2, is: 'other' }] });
    expect(other).toMatch(/^cart: the machine of version 2 runs what an earlier release made/);
  });
});
