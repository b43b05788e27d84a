import { parseInstant } from '../../time/instant.ts';
import { wait } from '../steps/wait.ts';
import { ofKind } from '../walk.ts';
import type { Check } from './check.ts';

// A wall time may lie up to 14 hours before the same time in UTC.
const widestZoneMs = 14 * 3_600_000;

/** A schedule for one instant, and a wait until one, still lie ahead. Asked only where it is known what time it is. */
export const pastInstant: Check = {
  code: 'past-instant',
  severity: 'warning',
  check: ({ nowMs, journeys }) => {
    if (nowMs === undefined) return [];
    return journeys.flatMap(({ file, draft, steps }) => {
      const on = draft.entry?.on;
      const once = on && 'schedule' in on ? on.schedule?.once : undefined;
      const onceMs = once === undefined ? undefined : parseInstant(`${once}:00Z`);
      const entries =
        onceMs !== undefined && onceMs + widestZoneMs < nowMs
          ? [{ file, path: ['entry', 'on', 'schedule', 'once'], message: `"${once}" is past: nobody will enter.` }]
          : [];
      const waits = ofKind(steps, wait).flatMap(({ step, path }) => {
        const until = typeof step.wait === 'object' && 'until' in step.wait ? step.wait.until : undefined;
        const untilMs = typeof until === 'string' ? parseInstant(until) : undefined;
        if (untilMs === undefined || untilMs >= nowMs) return [];
        return [{ file, path: [...path, 'wait', 'until'], message: `${until} is past: nobody will wait here.` }];
      });
      return [...entries, ...waits];
    });
  },
};
