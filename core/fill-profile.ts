import { decideLoop } from './decide-loop.ts';
import type { Definitions } from './definitions.ts';
import { readEnrolled } from './enrollment/read-enrolled.ts';
import { mayWatch } from './enrollment/watched.ts';
import type { Change, DecisionPorts, Loaded } from './ports.ts';
import { Draft } from './profile/draft.ts';
import { fillUp, isToBeFilled } from './profile/fill-up.ts';
import { historyIds } from './profile/profile.ts';
import { missingOf, namesToRead } from './segment/coverage.ts';

/** One try at one person. */
interface Try {
  readonly ports: DecisionPorts;
  readonly loaded: Loaded;
  readonly definitions: Definitions;
  readonly attemptId: string;
}

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
      if (!loaded || loaded.profile.isErased) return { answer: undefined };
      const one: Try = { ports, loaded, definitions, attemptId };
      const change = isToBeFilled(loaded.profile, definitions) ? await filled(one) : await settled(one);
      return { answer: undefined, ...(change && { change }) };
    });

async function filled({ ports, loaded, definitions, attemptId }: Try): Promise<Change> {
  const { profile } = loaded;
  const names = [...namesToRead(missingOf(profile, definitions), definitions)];
  const history = names.length === 0 ? [] : await ports.profiles.history(historyIds(profile), { names });
  const active = profile.enrollments.filter((stub) => stub.isActive);
  const enrolled = await readEnrolled(
    ports,
    active,
    (stub, { watchesProfile, plan }) => watchesProfile || plan.isMovable || stub.isAcquisition,
  );
  const draft = new Draft({ definitions, nowMs: ports.clock.nowMs(), attemptId, ...enrolled }, [loaded]);
  fillUp(draft, profile.profileId, () => history);
  return draft.change();
}

/**
 * Asks again what rests on tables of ranks, which are others since. Of most people nothing changes, and nothing is written:
 * that they were asked need not be known.
 */
async function settled({ ports, loaded, definitions, attemptId }: Try): Promise<Change | undefined> {
  const { profile } = loaded;
  const missing = missingOf(profile, definitions);
  if (!missing.isRanked) return undefined;
  const active = profile.enrollments.filter((stub) => stub.isActive);
  const enrolled = await readEnrolled(ports, active, (_, journey) => mayWatch(journey) || journey.plan.isMovable);
  const draft = new Draft({ definitions, nowMs: ports.clock.nowMs(), attemptId, ...enrolled }, [loaded]);
  draft.settle(profile.profileId, missing.again, false);
  draft.resolve(profile.profileId, undefined, { isProfileChanged: true, isRewatched: true });
  const change = draft.change();
  return change.profiles.length > 0 || (change.enrollments ?? []).length > 0 ? change : undefined;
}
