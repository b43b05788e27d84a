import { watchedConditions } from '../enrollment/resolve.ts';
import { mayWatch } from '../enrollment/watched.ts';
import type { StoredEvent } from '../event/event.ts';
import { seedStates } from '../segment/compile-condition.ts';
import { zoneOf } from '../segment/settle.ts';
import { versionKey, type Draft } from './draft.ts';

/**
 * Watched conditions of a person made of two begin anew, as if all had happened to one.
 * @param history of whomever was read, oldest first; what is somebody else's is passed over
 */
export function reseedWatches(draft: Draft, profileId: string, history: readonly Omit<StoredEvent, 'version'>[]): void {
  const { definitions, journeys } = draft.around;
  const profile = draft.profile(profileId);
  const own = history.filter((event) => draft.holderOf(event.profileId) === profileId);
  for (const stub of profile.enrollments) {
    const journey = journeys.get(versionKey(stub));
    const row = draft.enrollment(stub.enrollmentId);
    if (!row || !journey || !stub.isActive || !mayWatch(journey)) continue;
    const leaves = watchedConditions(row, journey).flatMap((condition) => condition.leaves);
    draft.putEnrollment({ ...row, watches: seedStates(leaves, own, zoneOf(profile, definitions)) });
  }
}
