import { describe, expect, it } from 'vitest';
import type { Journey, Step } from '../../../../core/journey/document.ts';
import { journeyChanges } from '../../../../core/journey/versions/journey-changes.ts';
import { aJourney } from '../../../builders.ts';

const mail: Step = { id: 'mail', send: { email: 'hello' } };
const rest: Step = { id: 'rest', wait: 'P1D' };
const bye: Step = { id: 'bye', send: { email: 'bye' } };
const changes = (before: readonly Step[], after: readonly Step[]): readonly string[] =>
  journeyChanges(aJourney({ steps: before }), aJourney({ steps: after }));
const over = (before: Partial<Journey>, after: Partial<Journey>): readonly string[] =>
  journeyChanges(aJourney({ steps: [], ...before }), aJourney({ steps: [], ...after }));

describe('what has changed in the steps of a journey', () => {
  it('is nothing where nothing has', () => {
    expect(changes([mail, rest], [mail, rest])).toEqual([]);
  });

  it('is told by id, with what the step said and says', () => {
    expect(changes([mail, rest], [{ ...rest, wait: 'P2D' }, bye])).toEqual([
      'Step "mail" is gone. It was: Send email "hello".',
      'Step "rest" said: Wait 1 day. It says now: Wait 2 days.',
      'Step "bye" is new: Send email "bye".',
    ]);
  });

  it('names the settings of which the sentence does not tell', () => {
    expect(changes([mail], [{ ...mail, useBy: 'PT1H' }])).toEqual(['Step "mail" has other settings: useBy.']);
    expect(changes([mail], [{ ...mail, name: 'The first' }])).toEqual(['Step "mail" has another name.']);
  });

  it('tells of as few moves as explain the new order', () => {
    expect(changes([mail, rest, bye], [rest, bye, mail])).toEqual(['Step "mail" stands elsewhere now.']);
    const ways = (steps: readonly Step[]): Step => ({ id: 'ask', branch: [{ when: { segment: 'vip' }, steps }] });
    expect(changes([ways([mail]), bye], [ways([]), mail, bye])).toEqual(['Step "mail" stands elsewhere now.']);
  });

  it('knows a step inside another though that one moves or changes', () => {
    const ask = (within: string): Step => ({ id: 'ask', waitFor: { event: 'Rated' }, within, then: [mail] });
    expect(changes([ask('P1D'), bye], [bye, ask('P2D')])).toEqual([
      expect.stringMatching(/^Step "(bye|ask)" stands elsewhere now.$/),
      'Step "ask" said: Wait for Rated, at most 1 day. It says now: Wait for Rated, at most 2 days.',
    ]);
  });

  it('knows steps without ids by what they say', () => {
    const nameless: Step = { wait: 'P1D' };
    expect(changes([nameless, nameless], [{ wait: 'PT1H' }, nameless, nameless])).toEqual([
      'Step "wait 1" is new: Wait 1 hour.',
    ]);
  });
});

describe('what has changed in a journey beside its steps', () => {
  it.each<[Partial<Journey>, Partial<Journey>, string]>([
    [
      {},
      { entry: { on: { event: 'Signed Up' }, again: 'never' } },
      'Who comes in was: Enters on Cart Filled; again and again. It is now: Enters on Signed Up; once only.',
    ],
    [{}, { exit: [{ on: { event: 'Gone' } }] }, 'An exit is new: Leaves at once on Gone.'],
    [{ exit: [{ on: { event: 'Gone' } }] }, {}, 'An exit is gone. It was: Leaves at once on Gone.'],
    [{}, { goal: { on: { event: 'Paid' }, within: 'P3D' } }, 'The goal was: none. It is now: Paid within 3 days.'],
    [{ holdout: 5 }, { holdout: 10 }, 'The holdout was 5% and is 10% now; who has been drawn stays so.'],
    [{}, { priority: 80 }, 'Its priority was not said and is 80 now.'],
    [{}, { kind: 'acquisition' }, 'Its kind was "lifecycle" and is "acquisition" now.'],
  ])('is told: %j → %j', (before, after, sentence) => {
    expect(over(before, after)).toEqual([sentence]);
  });
});
