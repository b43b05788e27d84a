import { isHeldOut } from '../experiment/assign.ts';
import type { StoredEvent } from '../event/event.ts';
import type { JsonObject } from '../json.ts';
import { isConversion } from '../profile/apply-event.ts';
import type { Draft } from '../profile/draft.ts';
import type { EnrollmentStub } from '../profile/profile.ts';
import { seedStates, type View } from '../segment/compile-condition.ts';
import { zoneOf } from '../segment/view.ts';
import { addDuration } from '../time/duration.ts';
import type { EntryInput } from './enter.ts';
import type { Enrollment } from './enrollment.ts';
import { isMatch, nextWatchMs } from './resolve.ts';

/** What tells an enrollment from others of the person. */
export type Own = Pick<Enrollment, 'enrollmentId' | 'key'>;

/** Draws, once and for good, whether the person is held out of everything or of this journey. */
export function drawHoldouts({ loaded, journey, definitions }: EntryInput, draft: Draft): boolean {
  const { profileId } = loaded.profile;
  const scopes = [
    { name: 'holdout', percent: definitions.workspace.holdout ?? 0, counts: journey.document.kind !== 'transactional' },
    { name: `holdout:${journey.id}`, percent: journey.document.holdout ?? 0, counts: true },
  ];
  let isOut = false;
  for (const { name, percent, counts } of scopes) {
    const { assignments } = draft.profile(profileId);
    const drawn =
      assignments[name] ?? (percent > 0 ? (isHeldOut(name, profileId, percent) ? 'held-out' : 'in') : undefined);
    if (drawn !== undefined && drawn !== assignments[name]) {
      draft.set({ ...draft.profile(profileId), assignments: { ...assignments, [name]: drawn } });
    }
    isOut ||= counts && percent > 0 && drawn === 'held-out';
  }
  return isOut;
}

/** The first event accepted since the trigger that would have ended the enrollment. */
export function whatEndedIt({ after, journey, loaded, definitions }: EntryInput, own: Own): StoredEvent | undefined {
  const zone = zoneOf(loaded.profile, definitions);
  return after.find(
    (event) =>
      (!event.isSilent && journey.exits.some((exit) => isMatch(exit, event, own, zone))) ||
      (journey.isAcquisition && isConversion(event, definitions)),
  );
}

/** The row that a trigger makes. @param endedBy what has ended it already */
export function newEnrollment(
  { journey, trigger, nowMs, loaded, attemptId, after, definitions, history }: EntryInput,
  own: Own,
  isOut: boolean,
  endedBy: StoredEvent | undefined,
): Enrollment {
  const zone = zoneOf(loaded.profile, definitions);
  const goal = journey.goal && after.find((event) => !event.isSilent && isMatch(journey.goal!, event, own, zone));
  const { event } = trigger;
  return {
    ...own,
    journeyId: journey.id,
    version: journey.version,
    profileId: loaded.profile.profileId,
    status: isOut ? 'held-out' : endedBy ? 'exited' : 'active',
    ...(endedBy && { reason: 'exited-before-entry', exitedMs: nowMs }),
    enteredMs: nowMs,
    ...(goal && { goalReachedMs: nowMs }),
    ...(event && {
      event: { eventId: event.eventId, name: event.name, properties: event.properties, occurredMs: event.occurredMs },
    }),
    saved: {} satisfies JsonObject,
    cursor: { stepId: journey.plan.start ?? '', visit: 0 },
    path: [],
    watches: seedStates(
      journey.exitConditions.flatMap((condition) => condition.leaves),
      history,
      zone,
    ),
    hop: 0,
    attemptId,
  };
}

/** What the profile keeps of it. */
export function stubOf(
  row: Enrollment,
  { journey, loaded, nowMs, definitions }: EntryInput,
  view: Omit<View, 'states'>,
): EnrollmentStub {
  const zone = zoneOf(loaded.profile, definitions);
  const counts = journey.goal && row.goalReachedMs === undefined;
  const watchMs = row.status === 'active' ? nextWatchMs(row, journey, { ...view, states: row.watches }) : Infinity;
  return {
    enrollmentId: row.enrollmentId,
    journeyId: row.journeyId,
    version: row.version,
    ...(row.key !== undefined && { key: row.key }),
    isAcquisition: journey.isAcquisition,
    isActive: row.status === 'active',
    enteredMs: row.enteredMs,
    ...(counts && journey.goal && { goalUntilMs: addDuration(nowMs, journey.goal.within, zone, 1) }),
    ...(watchMs < Infinity && { watchMs }),
  };
}
