import type { TouchDefinition } from '../journey/compile.ts';
import { parseInstant, toInstant } from '../time/instant.ts';
import type { Hold } from './enrollment.ts';

/** The token of a state that waits, and when and at which try it was given out. */
export interface Callback {
  readonly token: string;
  readonly enteredMs: number;
  /** Tries before this one. */
  readonly retryCount: number;
}

/** Sorts as text in the order in which tokens were given out. */
const asOf = ({ enteredMs, retryCount }: Callback): string =>
  `${toInstant(enteredMs)}#${String(retryCount).padStart(4, '0')}`;

/**
 * A hold with the token that waits for it: the newest, since a try that Step Functions gave up on may still be at work.
 * @returns the hold itself where nothing is to be written
 */
export function withToken(hold: Hold, callback: Callback): Hold {
  const tokenAsOf = asOf(callback);
  const isOld = hold.tokenAsOf !== undefined && tokenAsOf < hold.tokenAsOf;
  return isOld || hold.token === callback.token ? hold : { ...hold, token: callback.token, tokenAsOf };
}

interface Waiting {
  readonly touch: TouchDefinition;
  readonly callback?: Callback;
  readonly nowMs: number;
}

/** So far a state's own time may end from where the hold ends: a touch and its tries again take part of it. */
const slackMs = 60_000;

/** From when a hold counts: where the touch's own state waits, from its beginning, so that both end together. */
export const waitsFromMs = ({ touch, callback, nowMs }: Waiting, stepId: string): number =>
  callback && touch.ownWait?.stepId === stepId && nowMs - callback.enteredMs <= slackMs ? callback.enteredMs : nowMs;

/**
 * The callback by which a touch's own state waits at a hold; `undefined` where the hold has a state of its own, as it
 * needs when the two would end at different times: across a clock change, or after a touch that took long.
 */
export function ownCallback({ touch, callback }: Waiting, { stepId, wakeMs, resolved }: Hold): Callback | undefined {
  if (!callback || resolved || touch.ownWait?.stepId !== stepId) return undefined;
  const endsMs = callback.enteredMs + touch.ownWait.seconds * 1_000;
  return Math.abs(endsMs - wakeMs) <= slackMs ? callback : undefined;
}

/** A callback as a task carries it; `undefined` where it has none, as in executions of earlier releases. */
export function callbackOf(task: {
  readonly token?: string;
  readonly enteredAt?: string;
  readonly retryCount?: number;
}): Callback | undefined {
  const enteredMs = task.enteredAt === undefined ? undefined : parseInstant(task.enteredAt);
  if (task.token === undefined || enteredMs === undefined) return undefined;
  return { token: task.token, enteredMs, retryCount: task.retryCount ?? 0 };
}
