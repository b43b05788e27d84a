import type { Composer } from './compose.ts';
import type { Fields, Sending } from './message.ts';
import type { Person } from './people.ts';

const dayMs = 86_400_000;
const trialDays = 30;

/** Thirty days in the Pier Club: the more somebody uses it, the likelier they stay. */
export function tryClub({ random, userId }: Person, composer: Composer, atMs: number): Sending[] {
  const who = { userId };
  const track = (afterDays: number, event: string, properties: Fields = {}): Sending[] =>
    composer.fromServer(Math.floor(atMs + afterDays * dayMs), who, {
      type: 'track',
      event,
      properties: { plan: 'Pier Club', ...properties },
    });
  const traits = { trialEndsAt: new Date(atMs + trialDays * dayMs).toISOString() };
  const uses = random.weighted([[0, 4], [1, 3], [2, 2], [4, 2]]); // prettier-ignore
  const sendings = [
    ...composer.fromServer(atMs, who, { type: 'identify', traits }),
    ...track(0.0001, 'Trial Started', { monthlyPrice: 3.9, currency: 'EUR' }),
  ];
  for (let count = 0; count < uses; count++)
    sendings.push(...track(random.next() * 28, 'Club Benefit Used', { benefit: 'free delivery' }));
  if (random.chance(0.08)) return [...sendings, ...track(3 + random.next() * 20, 'Trial Cancelled')];
  if (random.chance(0.15 + 0.15 * uses)) sendings.push(...track(26 + random.next() * 7, 'Subscription Started'));
  return sendings;
}
