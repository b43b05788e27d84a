import { watchedConditions } from '../enrollment/resolve.ts';
import { mayWatch } from '../enrollment/watched.ts';
import type { Json } from '../json.ts';
import { seedStates } from '../segment/compile-condition.ts';
import { leavesOf } from '../segment/coverage.ts';
import { seedLeaf, type Leaf, type Past } from '../segment/leaf.ts';
import { zoneOf } from '../segment/view.ts';
import { versionKey, type Draft } from './draft.ts';

const namesOf = (leaves: readonly Leaf[]): ReadonlySet<string> => new Set(leaves.flatMap((leaf) => [...leaf.names]));

/** States that only the order of all events makes, of a person made of two: as if all had happened to one. */
export function remakeOrdered(draft: Draft, profileId: string, past: Past): void {
  const { definitions } = draft.around;
  const profile = draft.profile(profileId);
  const ordered = leavesOf(profile, definitions.orderedLeaves, definitions).filter(
    ({ key }) => profile.conditions[key] !== undefined,
  );
  if (ordered.length === 0) return;
  const history = past(namesOf(ordered));
  const conditions: { [key: string]: Json } = { ...profile.conditions };
  for (const leaf of ordered) {
    const state = seedLeaf(leaf, history, definitions.workspace.timeZone, conditions[leaf.key]);
    if (state !== undefined) conditions[leaf.key] = state;
  }
  draft.set({ ...profile, conditions });
}

/** Watched conditions of a person made of two begin anew, as if all had happened to one. */
export function reseedWatches(draft: Draft, profileId: string, past: Past): void {
  const { definitions, journeys } = draft.around;
  const profile = draft.profile(profileId);
  for (const stub of profile.enrollments) {
    const journey = journeys.get(versionKey(stub));
    const row = draft.enrollment(stub.enrollmentId);
    if (!row || !journey || !stub.isActive || !mayWatch(journey)) continue;
    const leaves = watchedConditions(row, journey).flatMap((condition) => condition.leaves);
    const watches = seedStates(leaves, past(namesOf(leaves)), zoneOf(profile, definitions));
    draft.putEnrollment({ ...row, watches });
  }
}
