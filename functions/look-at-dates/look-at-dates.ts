import { decideLoop } from '../../core/decide-loop.ts';
import type { DecisionPorts } from '../../core/ports.ts';
import { Draft } from '../../core/profile/draft.ts';

/** Looks at the dates of a person anew, though nothing of the person has changed: journeys have. Safe to repeat. */
export const lookAtDates =
  (ports: DecisionPorts) =>
  (profileId: string): Promise<void> =>
    decideLoop<void>(ports, async (attemptId) => {
      const loaded = await ports.profiles.load(profileId);
      if (loaded?.profile.profileId !== profileId) return { answer: undefined };
      const definitions = await ports.definitions.current();
      const around = {
        definitions,
        nowMs: ports.clock.nowMs(),
        attemptId,
        enrollments: new Map(),
        journeys: new Map(),
      };
      const change = new Draft(around, [loaded]).change();
      return { answer: undefined, ...(change.profiles.length > 0 && { change }) };
    });
