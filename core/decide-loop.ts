import { DefinitionsOutdated, StoreContended, StoreUnavailable } from './failures.ts';
import type { Change, DecisionPorts } from './ports.ts';

/** What one try decided: what to write, if anything, and what to answer. */
export interface Tried<T> {
  readonly change?: Change;
  readonly answer: T;
  /** Decided on a guess that the commit checks: where it conflicts, the next try looks at once. */
  readonly isGuess?: boolean;
}

/** Tries before a caller is asked to come again. */
export const mostTries = 8;
/** All tries together take no longer than this. */
const longestMs = 3_000;

/** A clock that is wound meanwhile passes hours between two tries: the first few are made in any case. */
const isInTime = (count: number, passedMs: number): boolean => count <= 4 || passedMs <= longestMs;

/**
 * The law: load → decide → commit at the version that was read, else again. `attempt` reads and decides anew each time;
 * it gets one attempt id for the whole loop, so that rows with this id tell it that a lost answer had been a yes.
 * @throws StoreContended after eight tries or 3 s
 */
export async function decideLoop<T>(
  ports: Pick<DecisionPorts, 'profiles' | 'clock' | 'ids'> & Partial<Pick<DecisionPorts, 'definitions'>>,
  attempt: (attemptId: string) => Promise<Tried<T>>,
): Promise<T> {
  const attemptId = ports.ids.attempt();
  const startMs = ports.clock.nowMs();
  let lost: unknown;
  let wasGuess = false;
  for (let count = 1; count <= mostTries && isInTime(count, ports.clock.nowMs() - startMs); count++) {
    if (count > 1 && !wasGuess) await ports.clock.backOff(count - 1);
    const tried = await attempt(attemptId).catch(ifOutdated);
    if (!tried) {
      ports.definitions?.outdated();
      continue;
    }
    const { change, answer, isGuess = false } = tried;
    if (!change) return answer;
    wasGuess = isGuess;
    try {
      if ((await ports.profiles.commit(change)) === 'committed') return answer;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      lost = error;
      wasGuess = false;
    }
  }
  throw new StoreContended('Other writers were always first; try again.', { cause: lost });
}

function ifOutdated(error: unknown): undefined {
  if (!(error instanceof DefinitionsOutdated)) throw error;
}
