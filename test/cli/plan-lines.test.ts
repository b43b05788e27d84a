import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { migratedLines, planLines, publishedLines } from '../../cli/plan-lines.ts';
import { compileJourney } from '../../core/definitions.ts';
import type { Journey } from '../../core/journey/document.ts';
import { planChange, type PublishedSoFar } from '../../core/journey/versions/plan-change.ts';
import { aJourney, documentsOf } from '../builders.ts';

const before: Journey = aJourney({
  id: 'abandoned-cart',
  name: 'Abandoned cart',
  steps: [
    { id: 'pause', wait: 'PT1H' },
    { id: 'reminder', send: { email: 'cart-reminder' } },
    { id: 'day', wait: 'P1D' },
    { id: 'nudge', send: { push: 'cart-nudge' } },
  ],
});
const after: Journey = {
  ...before,
  holdout: 10,
  steps: [
    { id: 'pause', wait: 'PT2H' },
    { id: 'reminder', send: { email: 'cart-reminder' } },
    { id: 'answer', waitFor: { event: 'Cart Viewed' }, within: 'P2D', then: [{ id: 'text', send: { sms: 'cart' } }] },
  ],
};
const gone = aJourney({ id: 'welcome', name: 'Welcome', steps: [] });
const { version } = compileJourney(before);
const standing = (stepId: string, people: number) => ({ journeyId: 'abandoned-cart', version, stepId, people });
const soFar: PublishedSoFar = {
  documents: documentsOf({ journeys: [before, gone] }),
  versions: [{ journeyId: 'abandoned-cart', version, number: 1, document: before }],
  inside: [standing('pause', 31), standing('day', 10)],
};
const next = documentsOf({ journeys: [after], segments: [{ id: 'vip', name: 'Best', when: { did: 'Paid' } }] });
const said = planLines(planChange(soFar, next)).join('\n');

describe('a plan', () => {
  it('says what changes, who is inside where, and what becomes of them, as the documentation shows', () => {
    expect(readFileSync('docs/publishing.md', 'utf8')).toContain(`\`\`\`\n${said}\n\`\`\``);
  });

  it('says so where nothing changes', () => {
    const same = planChange({ ...soFar, inside: [] }, soFar.documents!);
    expect(planLines(same)).toEqual(['Nothing has changed.']);
  });

  it('tells of people in earlier versions of a journey that is as before, and of one that is closed', () => {
    const old = { ...soFar, documents: next, inside: [standing('day', 10)] };
    const lines = planLines(planChange(old, next), { welcome: { of: 'x' } });
    expect(lines).toContain('        10 at "day", version 1');
    expect(lines).toContain('welcome: nobody comes in');
  });
});

describe('what was done', () => {
  it('is one line for each journey, and one for each group that stayed', () => {
    expect(publishedLines(planChange(soFar, next))).toEqual([
      'abandoned-cart: version 2 is current, after 1; 41 people inside finish on theirs.',
      'welcome: nobody comes in any more.',
      'The segment "vip" is new.',
    ]);
    const stayed = { enrollmentId: 'e', profileId: 'p', stepId: 'day', reason: 'step-removed', stepIds: [] } as const;
    expect(migratedLines('abandoned-cart', 31, [stayed, stayed])).toEqual([
      'abandoned-cart: 31 people moved to the current version.',
      '  2 people stayed: at "day", which is gone',
    ]);
  });
});
