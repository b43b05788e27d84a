import type { Enrollment } from './enrollment.ts';

/** Events that cause each other within a second end here: two journeys that begin each other would never stop. */
export const mostEmitDepth = 20;

/** How many emitted events in a row, hardly any time apart, led to an enrollment. */
export function emitDepth(event: Enrollment['event'], nowMs: number): number {
  if (!event || nowMs - event.occurredMs >= 1_000) return 0;
  return Number(/^emit-(\d+)-/.exec(event.eventId)?.[1] ?? 0);
}
