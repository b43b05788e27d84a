import { decideLoop } from './decide-loop.ts';
import { readEnrolled } from './enrollment/read-enrolled.ts';
import type { DecisionPorts } from './ports.ts';
import { Draft } from './profile/draft.ts';
import { fillUp, isToBeFilled } from './profile/fill-up.ts';
import { historyIds } from './profile/profile.ts';
import { missingOf, namesToRead } from './segment/coverage.ts';

/**
 * Brings one person up to what is published, from their history. Safe to repeat.
 * @throws StoreContended where somebody else was always first
 */
export const fillProfile =
  (ports: DecisionPorts) =>
  (profileId: string): Promise<void> =>
    decideLoop<void>(ports, async (attemptId) => {
      const loaded = await ports.profiles.load(profileId);
      const definitions = await ports.definitions.current();
      if (!loaded || !isToBeFilled(loaded.profile, definitions)) return { answer: undefined };
      const { profile } = loaded;
      const names = [...namesToRead(missingOf(profile, definitions), definitions)];
      const history = names.length === 0 ? [] : await ports.profiles.history(historyIds(profile), { names });
      const active = profile.enrollments.filter((stub) => stub.isActive);
      const enrolled = await readEnrolled(
        ports,
        active,
        (stub, { watchesProfile, plan }) => watchesProfile || plan.isMovable || stub.isAcquisition,
      );
      const nowMs = ports.clock.nowMs();
      const draft = new Draft({ definitions, nowMs, attemptId, ...enrolled }, [loaded]);
      fillUp(draft, profile.profileId, () => history);
      return { answer: undefined, change: draft.change() };
    });
