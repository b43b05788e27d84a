import type { JourneyVersion } from '../definitions.ts';
import type { Occurrence } from '../event/event.ts';
import { fitIn, type Fit } from '../journey/versions/fit.ts';
import type { Delivery } from '../message/delivery.ts';
import type { Change, Loaded } from '../ports.ts';
import { Draft, versionKey, type Surroundings } from '../profile/draft.ts';
import type { EnrollmentStub } from '../profile/profile.ts';
import { seedStates } from '../segment/compile-condition.ts';
import { zoneOf } from '../segment/view.ts';
import { addDuration } from '../time/duration.ts';
import type { Enrollment, Hold } from './enrollment.ts';
import { lookAtMs, repairDelayMs } from './parking.ts';
import { watchedConditions } from './resolve.ts';

/** One enrollment that is to go over to another version of its journey. */
export interface MigrationInput extends Surroundings {
  readonly loaded: Loaded;
  readonly enrollment: Enrollment;
  /** The version that it is pinned to. */
  readonly from: JourneyVersion;
  readonly to: JourneyVersion;
  /** Events that the new version's watched conditions ask about, oldest first. */
  readonly history: readonly Occurrence[];
  /** The message at the cursor, if there is one. */
  readonly delivery: Delivery | undefined;
}
export interface MigrationDecision {
  readonly change?: Change;
  readonly fit: Fit;
}

/**
 * Moves an enrollment to the same step of another version. What it waits for there, its exits and its goal are the new
 * version's from now on; a wait that has begun ends when it was going to, unless it follows a trait. The execution that waits for it belongs to the
 * old version and does nothing more: the next hop is the new version's.
 */
export function decideMigration(input: MigrationInput): MigrationDecision {
  const { enrollment, from, to, delivery, loaded, nowMs } = input;
  const fit = fitIn(enrollment, from, to);
  if (fit.kind === 'stays') return { fit };
  // Its outcome is the old touch's to write.
  if (delivery?.status === 'handing')
    return { fit: { kind: 'stays', reason: 'under-way', stepIds: [enrollment.cursor.stepId] } };
  const draft = new Draft({ ...input, journeys: new Map([[versionKey(ofVersion(enrollment, to)), to]]) }, [loaded]);
  const { profileId } = loaded.profile;
  const row = moved(input, fit.stepId);
  draft.putEnrollment(row);
  const stub = loaded.profile.enrollments.find((one) => one.enrollmentId === row.enrollmentId);
  if (stub) draft.replaceStub(profileId, movedStub(stub, row, input));
  draft.touch(profileId);
  const soonestMs = nowMs + (row.hold?.isParked ? 0 : repairDelayMs);
  draft.dueAt(row.profileId, row.enrollmentId, Math.max(soonestMs, row.hold ? lookAtMs(row.hold) : soonestMs));
  draft.fact(
    profileId,
    'enrollment',
    to.id,
    { enrollmentId: row.enrollmentId, moved: { from: from.version, to: to.version } },
    false,
  );
  // What the new version watches may be true already.
  draft.resolve(profileId, undefined, { isProfileChanged: true, isRewatched: true });
  return { fit, change: draft.change() };
}

const ofVersion = (row: Enrollment, { version }: JourneyVersion): Enrollment => ({ ...row, version });

function moved({ enrollment, to, history, loaded, definitions }: MigrationInput, stepId: string): Enrollment {
  const { hold, ...rest } = ofVersion(enrollment, to);
  const row: Enrollment = {
    ...rest,
    cursor: { ...rest.cursor, stepId },
    hop: rest.hop + 1,
    ...(hold && { hold: withoutToken(hold) }),
  };
  const leaves = watchedConditions(row, to).flatMap((condition) => condition.leaves);
  return { ...row, watches: seedStates(leaves, history, zoneOf(loaded.profile, definitions)) };
}

/** Waited for by nobody, until the new execution has come there. */
function withoutToken({ token: _, tokenAsOf: __, ...hold }: Hold): Hold {
  return hold;
}

function movedStub(stub: EnrollmentStub, row: Enrollment, { to, loaded, definitions }: MigrationInput): EnrollmentStub {
  const { goalUntilMs: _, watchMs: __, ...rest } = stub;
  const zone = zoneOf(loaded.profile, definitions);
  const counts = to.goal !== undefined && row.goalReachedMs === undefined;
  return {
    ...rest,
    version: to.version,
    isAcquisition: to.isAcquisition,
    ...(counts && to.goal && { goalUntilMs: addDuration(row.enteredMs, to.goal.within, zone, 1) }),
  };
}
