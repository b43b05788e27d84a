import { beginHop } from '../../core/begin-hop.ts';
import { decideLoop } from '../../core/decide-loop.ts';
import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import { decideMigration } from '../../core/enrollment/migrate.ts';
import { watchedNames } from '../../core/enrollment/watched.ts';
import { deliveryIdOf } from '../../core/enrollment/delivery-id.ts';
import { VersionUnknown } from '../../core/failures.ts';
import type { Fit, StayReason } from '../../core/journey/versions/fit.ts';
import type { Ports } from '../../core/ports.ts';
import { historyIds } from '../../core/profile/profile.ts';

export type MigratePorts = Pick<Ports, 'profiles' | 'definitions' | 'executions' | 'clock' | 'ids'>;
/** Who is inside a journey, a page at a time, in an order that does not change while they move on. */
export interface PeopleInside {
  enrollmentsIn(
    journeyId: string,
    status: 'active',
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<{ readonly items: readonly Enrollment[]; readonly next?: string }>;
}
export interface MigrateTask {
  readonly journeyId: string;
  /** Where the batch before ended; absent for the first. */
  readonly cursor?: string;
  /** People looked at in one batch. */
  readonly limit?: number;
}

/** Somebody who stays with an earlier version. */
export interface Stayed {
  readonly enrollmentId: string;
  readonly profileId: string;
  readonly stepId: string;
  readonly reason: StayReason;
  /** The steps that the reason is about. */
  readonly stepIds: readonly string[];
}
export interface MigratedBatch {
  readonly moved: number;
  readonly stayed: readonly Stayed[];
  /** Absent once everybody has been looked at. */
  readonly next?: string;
}

/** Each is a few reads, a commit and an execution: a batch is over in seconds. */
const batchSize = 100;

/**
 * Moves those inside earlier versions of a journey to the one that is current, a batch at a time. Safe to repeat, and to
 * go on with after a crash: who has moved is passed over.
 */
export const migrateEnrollments =
  (ports: MigratePorts, people: PeopleInside) =>
  async ({ journeyId, cursor, limit = batchSize }: MigrateTask): Promise<MigratedBatch> => {
    const { journeys } = await ports.definitions.current();
    const version = journeys.get(journeyId)?.version;
    if (version === undefined) throw new VersionUnknown(`No version of journey ${journeyId} is current here.`);
    const page = await people.enrollmentsIn(journeyId, 'active', { limit, ...(cursor !== undefined && { cursor }) });
    const stayed: Stayed[] = [];
    let moved = 0;
    for (const row of page.items.filter((one) => one.version !== version)) {
      const fit = await migrateOne(ports, row, version);
      if (fit?.kind === 'moves') moved++;
      if (fit?.kind === 'stays') stayed.push({ ...placeOf(row), reason: fit.reason, stepIds: fit.stepIds });
    }
    return { moved, stayed, ...(page.next !== undefined && { next: page.next }) };
  };

const placeOf = ({ enrollmentId, profileId, cursor }: Enrollment): Omit<Stayed, 'reason' | 'stepIds'> => ({
  enrollmentId,
  profileId,
  stepId: cursor.stepId,
});

interface Moving {
  readonly fit: Fit;
  readonly row: Enrollment;
}

/** @returns `undefined` for one that has ended or moved meanwhile */
async function migrateOne(ports: MigratePorts, before: Enrollment, version: string): Promise<Fit | undefined> {
  const done = await decideLoop<Moving | undefined>(ports, async (attemptId) => {
    const loaded = await ports.profiles.load(before.profileId);
    const [enrollment] = await ports.profiles.enrollments([before.enrollmentId]);
    if (!loaded || enrollment?.status !== 'active') return { answer: undefined };
    const { journeyId, enrollmentId, cursor } = enrollment;
    // The commit before had succeeded, and only its answer was lost.
    if (enrollment.version === version) {
      const isOurs = enrollment.attemptId === attemptId;
      return { answer: isOurs ? { fit: { kind: 'moves', stepId: cursor.stepId }, row: enrollment } : undefined };
    }
    const to = await ports.definitions.journey(journeyId, version);
    const names = watchedNames(to);
    const { fit, change } = decideMigration({
      loaded,
      enrollment,
      from: await ports.definitions.journey(journeyId, enrollment.version),
      to,
      delivery: await ports.profiles.delivery(deliveryIdOf(enrollmentId, cursor.stepId, cursor.visit)),
      history: names.length === 0 ? [] : await ports.profiles.history(historyIds(loaded.profile), { names }),
      definitions: await ports.definitions.current(),
      nowMs: ports.clock.nowMs(),
      attemptId,
      enrollments: new Map([[enrollmentId, enrollment]]),
      journeys: new Map(),
    });
    return { answer: { fit, row: enrollment }, ...(change && { change }) };
  });
  if (done?.fit.kind === 'moves') await handOn(ports, done.row.hold?.token ?? before.hold?.token, before);
  return done?.fit;
}

/** Ends the execution of the old version, and begins the new one's; where this dies, the due row begins it. */
async function handOn(
  { executions, profiles }: MigratePorts,
  token: string | undefined,
  before: Enrollment,
): Promise<void> {
  if (token !== undefined) await executions.fail(token, 'EnrollmentEnded', 'It went over to another version.');
  const [row] = await profiles.enrollments([before.enrollmentId]);
  // Nobody waits for whoever is parked: their time begins the next hop.
  if (row?.status === 'active' && (!row.hold?.isParked || row.hold.resolved)) await beginHop(executions, row);
}
