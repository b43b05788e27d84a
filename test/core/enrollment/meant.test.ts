import { describe, expect, it } from 'vitest';
import type { Trigger } from '../../../core/enrollment/enter.ts';
import { triggerOf } from '../../../core/enrollment/trigger.ts';
import type { Journey } from '../../../core/journey/document.ts';
import { enterJourney } from '../../../functions/enter-journey/enter-journey.ts';
import { aJourney, anIdentify, aSegment, aTrack, documentsOf, TestHome } from '../../builders.ts';

type On = Journey['entry']['on'];
/** By which a journey may be begun. */
const entries = {
  'the event': { event: 'Cart Filled' },
  'the event with another total': { event: 'Cart Filled', where: { total: 20 } },
  'another event': { event: 'Cart Opened' },
  'the segment entered': { segment: 'gold', edge: 'enter' },
  'the segment left': { segment: 'gold', edge: 'leave' },
  'another segment entered': { segment: 'silver', edge: 'enter' },
  'a date': { date: { trait: 'born' } },
  'a schedule': { schedule: { at: '09:00' }, segment: 'gold' },
  'a call': { api: true },
} as const satisfies { readonly [words: string]: On };
const all = Object.keys(entries) as readonly (keyof typeof entries)[];

const gold = aSegment('gold', { trait: 'plan', is: 'gold' });
const silver = aSegment('silver', { trait: 'plan', is: 'silver' });
const begunBy = (on: On) => ({
  segments: [gold, silver],
  journeys: [aJourney({ entry: { on, again: 'always' }, steps: [{ id: 'wait', wait: 'P1D' }] })],
});

/** Whether a trigger that is on its way begins the journey that another document has made current. */
async function isTakenBy(on: On, trigger: Partial<Trigger>): Promise<boolean> {
  const home = new TestHome(begunBy(entries['the event']));
  await home.take(anIdentify({ plan: 'gold' }), aTrack('Cart Filled', { total: 10 }));
  const facts = await home.store.outgoing(10);
  const filled = triggerOf(facts.find(({ name }) => name === 'Cart Filled')!);
  home.definitions.publish(documentsOf(begunBy(on)));
  const answer = await enterJourney(home.ports)({ journeyId: 'cart', trigger: { ...filled, ...trigger } });
  return !(answer.kind === 'refused' && answer.reason === 'not-matched');
}

const entered = { kind: 'segment', segment: { id: 'gold', edge: 'enter' } } as const;
const triggers: readonly (readonly [words: string, trigger: Partial<Trigger>, takenBy: readonly string[]])[] = [
  ['an event', {}, ['the event']],
  ['an edge of a segment', entered, ['the segment entered']],
  ['a date', { kind: 'date', once: 'date/2026-01-05' }, ['a date']],
  ['a round of a schedule', { kind: 'schedule', once: 'round/1', round: '1' }, ['a schedule']],
  // Somebody named the journey itself.
  ['a call', { kind: 'api' }, all],
  ['another journey', { kind: 'start' }, all],
];

describe('a trigger that was on its way when another document became current', () => {
  it.each(triggers)('where it is %s, begins what is begun by it, and nothing else', async (_, trigger, takenBy) => {
    const taken: string[] = [];
    for (const words of all) if (await isTakenBy(entries[words], trigger)) taken.push(words);
    expect(taken).toEqual(takenBy);
  });
});
