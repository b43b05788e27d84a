import { expect, it } from 'vitest';
import { proverOf } from '../../../../core/journey/prove/prove.ts';
import type { Rule } from '../../../../core/journey/prove/rules.ts';
import { aJourney, documentsOf } from '../../../builders.ts';
import { Theatre } from './theatre.ts';

const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 0, 5, 10);
const rule: Rule = { id: 'r', sends: {}, atMost: 1, within: 'P3D' };
/** Entered again a week after the last entry; what comes before the message waits while the journey is paused. */
const journey = aJourney({
  entry: { on: { event: 'Cart Filled' }, again: { after: 'P7D' } },
  steps: [
    { id: 'rest', wait: 'PT1H' },
    { id: 'note', update: { traits: { seen: true } } },
    { id: 'hello', send: { email: 'hello' } },
  ],
});

it('says that a rule which counts on "again" does not outlast a pause, which is so', async () => {
  const { verdict } = proverOf(documentsOf({ journeys: [journey] }))(rule);
  expect(verdict).toMatchObject({ kind: 'holds', unless: expect.stringContaining('a pause') as string });
  const theatre = new Theatre({ journeys: [journey], startMs });
  await theatre.begin();
  await theatre.event('Cart Filled', {});
  await theatre.home.control('pause');
  await theatre.home.windTo(startMs + 6.5 * dayMs);
  await theatre.home.control('resume');
  await theatre.home.windTo(startMs + 7.5 * dayMs);
  await theatre.event('Cart Filled', {});
  await theatre.home.windTo(startMs + 8 * dayMs);
  expect(theatre.breaks(rule)).toBe(true);
  theatre.home.close();
});

it('says nothing of pauses where no way back depends on "again"', () => {
  const once = { ...journey, entry: { ...journey.entry, again: 'never' as const } };
  const { verdict } = proverOf(documentsOf({ journeys: [once] }))(rule);
  expect(verdict).toEqual({ kind: 'holds', why: 'No more than 1 can come together.' });
});
