import type { Definitions, JourneyVersion, Rule } from '../definitions.ts';
import { datesAfter, datesCome } from '../enrollment/dates.ts';
import { lookAtMs } from '../enrollment/parking.ts';
import { roundsAhead } from '../enrollment/rounds.ts';
import type { Enrollment, ExitReason } from '../enrollment/enrollment.ts';
import { endEnrollment, resolveEnrollment, type Heard, type Resolution } from '../enrollment/resolve.ts';
import { mayWatch } from '../enrollment/watched.ts';
import { DefinitionsOutdated } from '../failures.ts';
import { groupsSubject } from '../group/subjects.ts';
import type { JsonObject } from '../json.ts';
import type { Change, Fact, Loaded } from '../ports.ts';
import { isBehind, rulesOf } from '../segment/coverage.ts';
import { settleMemberships, type Edge } from '../segment/settle.ts';
import { zoneOf } from '../segment/view.ts';
import { DueChanges } from './due-changes.ts';
import { ToldFacts } from './told-facts.ts';
import { historyIds, ownValue, type EnrollmentStub, type Profile } from './profile.ts';

/** Everything a decision may read beside the profiles. */
export interface Surroundings {
  readonly definitions: Definitions;
  readonly nowMs: number;
  readonly attemptId: string;
  /** Enrollments of the profiles that this input may touch. */
  readonly enrollments: ReadonlyMap<string, Enrollment>;
  /** Pinned versions of those enrollments, by `<journeyId>/<version>`. */
  readonly journeys: ReadonlyMap<string, JourneyVersion>;
}

/** How long somebody who does something waits at most for what is newly published to be true of them. */
const passedByMs = 10 * 60_000;

export const versionKey = (of: { readonly journeyId: string; readonly version: string }): string =>
  `${of.journeyId}/${of.version}`;

/** What one decision is writing: profiles as they become, and the rows beside them. Lives for one decision only. */
export class Draft {
  readonly around: Surroundings;
  private readonly profiles = new Map<
    string,
    { expectedVersion: number; profile: Profile; before: Profile | undefined }
  >();
  private readonly rows = new Map<string, { row: Enrollment; isNew: boolean }>();
  private readonly told = new ToldFacts();
  private readonly due = new DueChanges();
  private readonly touched = new Set<string>();
  /** Profile → when a rule that was looked at next changes by time alone. */
  private readonly changesMs = new Map<string, number>();

  /** @throws DefinitionsOutdated where somebody was filled with what is published since */
  constructor(around: Surroundings, loaded: readonly Loaded[]) {
    if (loaded.some(({ profile }) => (profile.filled ?? 0) > around.definitions.coverage.number))
      throw new DefinitionsOutdated('Others decide by documents that were published since these were read.');
    this.around = around;
    for (const { profile, version } of loaded)
      this.profiles.set(profile.profileId, { expectedVersion: version, profile, before: profile });
  }

  has(profileId: string): boolean {
    return this.profiles.has(profileId);
  }
  get profileCount(): number {
    return this.profiles.size;
  }
  profile(profileId: string): Profile {
    return this.profiles.get(profileId)!.profile;
  }
  versionOf(profileId: string): number {
    return this.profiles.get(profileId)!.expectedVersion;
  }
  /** Commits this profile at its version even if no fact of it changed: a row is written beside it. */
  touch(profileId: string): void {
    this.touched.add(profileId);
  }
  create(profile: Profile): void {
    this.profiles.set(profile.profileId, { expectedVersion: 0, profile, before: undefined });
  }
  set(profile: Profile): void {
    this.profiles.get(profile.profileId)!.profile = profile;
  }
  /** The profile that an id leads to now: its own, or the one that it was merged into. */
  holderOf(profileId: string): string | undefined {
    for (const { profile } of this.profiles.values()) {
      if (profile.mergedInto === undefined && historyIds(profile).includes(profileId)) return profile.profileId;
    }
    return undefined;
  }

  /** From now on, what is told is caused by this message. */
  begin(message: { readonly messageId: string; readonly name: string }): void {
    this.told.begin(message);
  }
  fact(
    profileId: string,
    kind: Fact['kind'],
    name: string,
    detail: JsonObject,
    isOutgoing: boolean,
    atMs = this.around.nowMs,
  ): void {
    this.told.add({ profileId, kind, name, atMs, detail, isOutgoing });
  }

  dueAt(profileId: string, subject: string, dueMs: number): void {
    this.due.at(profileId, subject, dueMs);
  }
  notDue(profileId: string, subject: string): void {
    this.due.not(profileId, subject);
  }

  enrollment(enrollmentId: string): Enrollment | undefined {
    return this.rows.get(enrollmentId)?.row ?? this.around.enrollments.get(enrollmentId);
  }
  putEnrollment(row: Enrollment, isNew = false): void {
    const attempted = row.attemptId === this.around.attemptId ? row : { ...row, attemptId: this.around.attemptId };
    this.rows.set(row.enrollmentId, {
      row: attempted,
      isNew: isNew || this.rows.get(row.enrollmentId)?.isNew === true,
    });
  }

  /**
   * Brings memberships up to date and tells of those that began or ended; what the person is yet to be filled with is left.
   * @param nowMs the instant that is asked about
   * @param isByEvents whether nothing but events has come since the person was last looked at
   */
  settle(
    profileId: string,
    rules: readonly Rule[],
    isSilent: boolean | ((edge: Edge) => boolean),
    nowMs = this.around.nowMs,
    isByEvents = false,
  ): readonly Edge[] {
    const { definitions } = this.around;
    const before = this.profile(profileId);
    if (before.isErased) return [];
    const settled = settleMemberships(before, rulesOf(before, rules, definitions), definitions, nowMs, isByEvents);
    if (settled.profile !== this.profile(profileId)) this.set(settled.profile);
    this.changesMs.set(profileId, Math.min(settled.nextChangeMs, this.changesMs.get(profileId) ?? Infinity));
    for (const edge of settled.edges) {
      const isHeard = edge.kind === 'segment' && definitions.entriesByEdge.has(`${edge.id}/${edge.edge}`);
      const isQuiet = typeof isSilent === 'function' ? isSilent(edge) : isSilent;
      this.fact(profileId, 'segment', edge.id, { edge: edge.edge, of: edge.kind }, isHeard && !isQuiet);
    }
    return settled.edges;
  }

  /** Tells of dates that have come, and finds the next one where it may be another. */
  private settleDates(): void {
    const { definitions, nowMs } = this.around;
    // Looked at each time: a journey may have been published since the last.
    for (const { profile: now, before } of this.profiles.values()) {
      const come = before ? datesCome(before, definitions, nowMs) : [];
      const profileId = this.holderOf(now.profileId);
      for (const { journeyId, on, atMs } of come)
        if (profileId !== undefined) this.fact(profileId, 'date', journeyId, { on }, true, atMs);
      if (now.mergedInto !== undefined) continue;
      const nextDateMs = Math.min(...datesAfter(now, definitions, nowMs).map(({ atMs }) => atMs));
      if (nextDateMs === (now.nextDateMs ?? Infinity)) continue;
      const { nextDateMs: _, ...rest } = now;
      this.set(nextDateMs < Infinity ? { ...rest, nextDateMs } : rest);
    }
  }

  /** Schedules that are under way for a segment, for those whom the walk over its members does not find as they are now. */
  private joinRounds(): void {
    const { definitions, nowMs } = this.around;
    if (definitions.schedulesBySegment.size === 0) return;
    for (const { profile: now, before } of this.profiles.values()) {
      const isAnother = now.timeZone?.value !== before?.timeZone?.value || now.mergedIds !== before?.mergedIds;
      if (now.mergedInto !== undefined || (!isAnother && now.segments === before.segments)) continue;
      const joined = Object.keys(now.segments).filter((id) => isAnother || !Object.hasOwn(before.segments, id));
      for (const { profileId, subject, dueMs } of roundsAhead(now, joined, definitions, nowMs))
        this.dueAt(profileId, subject, dueMs);
    }
  }

  /** Goals, exits and holds of the person's enrollments, after an event or the passing of time. */
  resolve(
    profileId: string,
    heard: Heard | undefined,
    what: { readonly isProfileChanged: boolean; readonly isRewatched?: boolean },
  ): void {
    const { journeys } = this.around;
    for (const stub of this.profile(profileId).enrollments) {
      const journey = journeys.get(versionKey(stub));
      const row = this.enrollment(stub.enrollmentId);
      if (!row || !journey) continue;
      const isConverted = this.profile(profileId).convertedMs !== undefined;
      const isHeard = heard !== undefined && journey.listens.has(heard.event.name);
      if (
        !isHeard &&
        !(stub.isAcquisition && isConverted) &&
        !(what.isProfileChanged && (journey.watchesProfile || journey.plan.isMovable)) &&
        // Another zone, or a merge, changes what is watched and when it next does.
        !(what.isRewatched && stub.isActive && mayWatch(journey))
      )
        continue;
      this.resolveOne(profileId, stub, row, journey, isHeard ? heard : undefined);
    }
  }

  private resolveOne(
    profileId: string,
    stub: EnrollmentStub,
    row: Enrollment,
    journey: JourneyVersion,
    heard?: Heard,
  ): void {
    const { definitions, nowMs } = this.around;
    const profile = this.profile(profileId);
    const resolution = resolveEnrollment(row, journey, {
      ...(heard && { heard }),
      nowMs,
      zone: zoneOf(profile, definitions),
      profile,
      isConverted: profile.convertedMs !== undefined,
      workspace: definitions.workspace,
      calendars: definitions.calendars,
      computed: definitions.computed,
    });
    if (resolution) this.applyResolution(profileId, stub, resolution);
  }

  /** Writes what happened to one enrollment: its row, its stub, its due row, its facts. */
  applyResolution(
    profileId: string,
    stub: EnrollmentStub,
    { row, ended, isResumed, goalReached, watchMs }: Resolution,
  ): void {
    this.putEnrollment(row);
    if (goalReached)
      this.fact(profileId, 'enrollment', row.journeyId, { enrollmentId: row.enrollmentId, goal: 'reached' }, false);
    if (ended) this.tellEnded(profileId, row, ended);
    if (isResumed) this.fact(profileId, 'resume', row.enrollmentId, ended ? { ended } : {}, true);
    if (isResumed && !ended && row.hold) {
      this.dueAt(row.profileId, row.enrollmentId, lookAtMs(row.hold));
    }
    const { watchMs: _, goalUntilMs, ...rest } = stub;
    this.replaceStub(profileId, {
      ...rest,
      isActive: stub.isActive && !ended,
      ...(goalUntilMs !== undefined && !goalReached && { goalUntilMs }),
      ...(watchMs < Infinity && { watchMs }),
    });
  }

  /** Ends an enrollment from outside. */
  end(profileId: string, stub: EnrollmentStub, row: Enrollment, reason: ExitReason): void {
    const ended = endEnrollment(row, reason, this.around.nowMs);
    this.applyResolution(profileId, stub, {
      row: ended,
      ended: reason,
      isResumed: true,
      goalReached: false,
      watchMs: Infinity,
    });
  }

  /** Marks an enrollment that could not go on. */
  fail(profileId: string, row: Enrollment, reason: string): void {
    const { hold: _, ...rest } = row;
    const failed: Enrollment = { ...rest, status: 'failed', reason, exitedMs: this.around.nowMs, watches: {} };
    this.putEnrollment(failed);
    this.tellEnded(profileId, failed, 'failed');
    const stub = this.profile(profileId).enrollments.find((one) => one.enrollmentId === row.enrollmentId);
    if (stub) this.replaceStub(profileId, { ...stub, isActive: false });
  }

  /** Watched conditions of all enrollments that were read, after the passing of time. */
  wakeWatches(profileId: string): void {
    const { nowMs, journeys } = this.around;
    for (const stub of this.profile(profileId).enrollments) {
      const journey = journeys.get(versionKey(stub));
      const row = this.enrollment(stub.enrollmentId);
      if (!row || !journey || !stub.isActive) {
        const { watchMs: _, ...unwatched } = stub;
        if (stub.watchMs !== undefined && stub.watchMs <= nowMs) this.replaceStub(profileId, unwatched);
        continue;
      }
      this.resolveOne(profileId, stub, row, journey);
    }
  }

  tellEnded(profileId: string, row: Enrollment, reason: string): void {
    this.notDue(row.profileId, row.enrollmentId);
    this.fact(
      profileId,
      'enrollment',
      row.journeyId,
      { enrollmentId: row.enrollmentId, status: row.status, reason },
      false,
    );
  }

  /** Puts a stub back, or drops it once nothing of it matters any more; the others are looked at by the way. */
  replaceStub(profileId: string, stub: EnrollmentStub): void {
    const profile = this.profile(profileId);
    const { nowMs } = this.around;
    const others = profile.enrollments.filter((one) => one.enrollmentId !== stub.enrollmentId);
    const enrollments = [...others, stub].filter((one) => one.isActive || (one.goalUntilMs ?? -Infinity) > nowMs);
    this.set({ ...profile, enrollments });
  }

  /** The earliest instant at which anything that was looked at changes by time alone; the pending due row stands for the rest. */
  private nextChangeMs(profile: Profile): number {
    const { profileId, enrollments, nextDateMs = Infinity } = profile;
    let earliest = Math.min(this.changesMs.get(profileId) ?? Infinity, nextDateMs);
    for (const { isActive, watchMs = Infinity } of enrollments) if (isActive) earliest = Math.min(earliest, watchMs);
    // Whoever the filling of everybody should pass by is filled by their own row.
    return isBehind(profile, this.around.definitions) && !profile.isErased
      ? Math.min(earliest, this.around.nowMs + passedByMs)
      : earliest;
  }

  /** Whoever is in another group than before has its traits read soon, where documents ask for any. */
  private joinGroups(): void {
    const { groupTraits } = this.around.definitions;
    if (groupTraits.size === 0) return;
    for (const { profile: now, before } of this.profiles.values()) {
      if (now.groups === before?.groups || now.mergedInto !== undefined) continue;
      const isOther = [...groupTraits.keys()].some((type) => {
        const [was, is] = [before?.groups ?? {}, now.groups].map((groups) => ownValue(groups, type));
        return is !== undefined && (is.value !== was?.value || (is.copy?.version ?? -1) < (was.copy?.version ?? -1));
      });
      if (isOther) this.dueAt(now.profileId, groupsSubject, this.around.nowMs);
    }
  }

  /** The change to commit, with each profile's due row where it must come earlier. */
  change(rows: Partial<Change> = {}): Change {
    this.settleDates();
    this.joinRounds();
    this.joinGroups();
    for (const { profile } of this.profiles.values()) {
      if (profile.mergedInto !== undefined) continue;
      const dueMs = this.nextChangeMs(profile);
      if (dueMs < (profile.dueMs ?? Infinity)) {
        this.set({ ...profile, dueMs });
        this.dueAt(profile.profileId, 'profile', dueMs);
      }
    }
    const due = this.due.changes((profileId, subject) => this.pendingMs(profileId, subject));
    for (const { subject, dueMs } of due.due) {
      const written = this.rows.get(subject);
      if (written) this.rows.set(subject, { ...written, row: { ...written.row, dueMs } });
    }
    return {
      ...rows,
      attemptId: this.around.attemptId,
      profiles: [...this.profiles.values()]
        .filter((one) => one.profile !== one.before || this.touched.has(one.profile.profileId))
        .map(({ expectedVersion, profile }) => ({ expectedVersion, profile })),
      enrollments: [...this.rows.values()],
      facts: this.told.withThen(this.around.definitions),
      ...due,
    };
  }
  /** When the row that is due now, as far as it is known, was to fire. */
  private pendingMs(profileId: string, subject: string): number | undefined {
    return subject === 'profile' ? this.profiles.get(profileId)?.before?.dueMs : this.enrollment(subject)?.dueMs;
  }
}
