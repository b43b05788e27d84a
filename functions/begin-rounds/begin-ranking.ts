import type { Clock, DefinitionStore, Fills, Ranks } from '../../core/ports.ts';
import { nextRankingMs } from '../../core/trait/ranks.ts';

/** Everybody is to be counted, as of an instant. */
export interface BegunRanking {
  readonly number: number;
  readonly startedMs: number;
  /** Each stretch of time has one try: a pass that stands still is begun again in the next. */
  readonly tried: number;
}
export interface BeginRankingPorts {
  readonly definitions: DefinitionStore;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly fills: Pick<Fills, 'parts' | 'progress'>;
  readonly ranks: Pick<Ranks, 'all'>;
  /** Begins it; safe to repeat. */
  readonly begin: (counting: BegunRanking) => Promise<void>;
}

/** A pass of which nothing was heard for so long has died. */
const stalledMs = 15 * 60_000;

/** Begins to count everybody where tables of ranks are due and everybody is filled, and goes on where that stands still. */
export function beginRanking({ definitions, clock, fills, ranks, begin }: BeginRankingPorts): () => Promise<void> {
  /** Rows of counts are large: a pass that was begun is left alone for as long as it may take. */
  let seen = { number: -1, atMs: 0 };
  return async () => {
    const now = await definitions.current();
    const nowMs = clock.nowMs();
    if (nextRankingMs(now) > nowMs) return;
    const { number } = now.coverage;
    if (seen.number === number && nowMs - seen.atMs <= stalledMs) return;
    if (!(await isFull(fills, number))) return;
    seen = { number, atMs: nowMs };
    const parts = await ranks.all(number);
    if (parts.some(({ movedMs }) => nowMs - movedMs <= stalledMs)) return;
    // All parts of one pass read traits as of the same instant, whenever they are begun.
    const startedMs = Math.min(nowMs, ...parts.map((part) => part.startedMs));
    await begin({ number, startedMs, tried: Math.floor(nowMs / stalledMs) });
  };
}

/** Whether everybody is what the documents say; nobody has anything to catch up with where the number is 0. */
async function isFull(fills: Pick<Fills, 'parts' | 'progress'>, number: number): Promise<boolean> {
  if (number === 0) return true;
  const parts = await fills.progress(number);
  return parts.filter(({ isDone }) => isDone).length === fills.parts;
}
