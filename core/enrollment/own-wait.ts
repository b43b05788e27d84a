import type { TouchDefinition } from '../journey/compile.ts';
import type { Hold } from './enrollment.ts';

/** The token of a touch's own state, by which that state can wait, and when it was entered. */
export interface Callback {
  readonly token: string;
  readonly enteredMs: number;
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
 * The token by which a touch's own state waits at a hold; `undefined` where the hold has a state of its own, as it needs
 * when the two would end at different times: across a clock change, or after a touch that took long.
 */
export function ownToken({ touch, callback }: Waiting, { stepId, wakeMs, resolved }: Hold): string | undefined {
  if (!callback || resolved || touch.ownWait?.stepId !== stepId) return undefined;
  const endsMs = callback.enteredMs + touch.ownWait.seconds * 1_000;
  return Math.abs(endsMs - wakeMs) <= slackMs ? callback.token : undefined;
}
