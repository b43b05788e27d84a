import { createLife } from './life.ts';
import type { Sending } from './message.ts';
import { createPerson } from './people.ts';

export type { SegmentMessage, Sending } from './message.ts';

const dayMs = 86_400_000;

/**
 * A synthetic year of a small shop, as the intake would see it: message by message, in order of arrival.
 * The same seed gives the same year. Only the day at hand and what is still on its way are kept in memory.
 * @param options.startMs midnight UTC of the first day; nothing arrives before it, and nothing after `days` days
 */
export function* shopYear(
  seed: number,
  options: { readonly people: number; readonly startMs: number; readonly days: number },
): Generator<Sending> {
  const { people, startMs, days } = options;
  const lives = Array.from({ length: people }, (_, index) => createLife(createPerson(seed, index, days), startMs));
  let onTheWay: Sending[] = [];
  for (let day = 0; day < days; day++) {
    const nextDayMs = startMs + (day + 1) * dayMs;
    for (const live of lives) onTheWay.push(...live(day));
    // Array.sort is stable: what arrives in the same millisecond keeps the order in which it was said.
    const arrived = onTheWay.filter(({ atMs }) => atMs < nextDayMs).sort((a, b) => a.atMs - b.atMs);
    onTheWay = onTheWay.filter(({ atMs }) => atMs >= nextDayMs);
    yield* arrived;
  }
}
