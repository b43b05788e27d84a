import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../core/ports.ts';

/** The first pause is at most so long, and each next one twice as long at most. */
const firstPauseMs = 25;
const longestPauseMs = 600;

/** The time of day, and pauses with full jitter, so that writers who met once do not meet again. */
export const realClock: Clock = {
  nowMs: () => Date.now(),
  backOff: (attempt) => sleep(Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** attempt)),
};
