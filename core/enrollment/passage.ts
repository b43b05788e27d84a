import { doneState } from '../journey/compile.ts';
import type { StepView } from '../journey/roles/role.ts';
import type { Change } from '../ports.ts';
import { Draft } from '../profile/draft.ts';
import type { EnrollmentStub, Profile } from '../profile/profile.ts';
import type { Task } from '../task/task.ts';
import { watchedFrom } from './arrive-at-hold.ts';
import { deliveryIdOf } from './delivery-id.ts';
import type { Enrollment, Hold } from './enrollment.ts';
import { tripped } from './note-verdict.ts';
import { ownCallback, withToken } from './own-wait.ts';
import { isParked, lookAtMs, repairDelayMs } from './parking.ts';
import { stepView } from './step-view.ts';
import type { TouchAnswer, TouchDecision, TouchInput } from './touch.ts';
import { toDeferral, toHold } from './whereabouts.ts';

/** An enrollment while a touch walks it on: where it stands, what was written on the way, and what that makes in the end. */
export class Passage {
  readonly draft: Draft;
  readonly profileId: string;
  readonly rows: {
    readonly deliveries: NonNullable<Change['deliveries']>[number][];
    readonly unless: NonNullable<Change['unless']>[number][];
    readonly tasks: NonNullable<Change['tasks']>[number][];
  } = { deliveries: [], unless: [], tasks: [] };
  row: Enrollment;
  isDirty = false;
  /** What was asked in this walk has its answer: it is written down before the next question, which may take long. */
  isAnswered = false;
  private readonly input: TouchInput;

  constructor(input: TouchInput) {
    this.input = input;
    this.draft = new Draft(input, [input.loaded]);
    this.profileId = input.loaded.profile.profileId;
    this.row = input.enrollment;
  }

  get profile(): Profile {
    return this.draft.profile(this.profileId);
  }
  view(): StepView {
    return stepView(this.input, this.row, this.profile);
  }

  /** In nobody's, where it is long enough to be parked; else in the touch's own state, whose token goes into the row, or in the hold's. */
  waitAt(hold: Hold): TouchAnswer {
    if (isParked(hold, this.input, this.view().zone)) {
      if (!hold.isParked) this.park(hold);
      return { kind: 'ended' };
    }
    const callback = ownCallback(this.input, hold);
    if (!callback) return toHold(hold);
    const held = withToken(hold, callback);
    if (held !== hold) {
      this.row = { ...this.row, hold: held };
      this.isDirty = true;
    }
    return { ...toHold(hold), kind: 'waits' };
  }

  private park(hold: Hold): void {
    const parked: Hold = { ...hold, isParked: true };
    this.row = { ...this.row, hold: parked };
    this.isDirty = true;
    this.draft.dueAt(this.row.profileId, this.row.enrollmentId, lookAtMs(parked));
  }

  stub(): EnrollmentStub | undefined {
    const { enrollments } = this.profile;
    return enrollments.find((one) => one.enrollmentId === this.row.enrollmentId);
  }
  watch(watchMs: number): void {
    const stub = this.stub();
    if (!stub || (stub.watchMs ?? Infinity) === watchMs) return;
    const { watchMs: _, ...rest } = stub;
    this.draft.replaceStub(this.profileId, watchMs === Infinity ? rest : { ...rest, watchMs });
  }

  leaveHold(): void {
    const { hold: _, ...rest } = this.row;
    this.row = rest;
    this.isDirty = true;
    // An active enrollment always has a due row, so that none is lost between two holds.
    this.draft.dueAt(this.row.profileId, this.row.enrollmentId, this.input.nowMs + repairDelayMs);
  }

  complete(): TouchAnswer {
    this.row = {
      ...this.row,
      status: 'completed',
      exitedMs: this.input.nowMs,
      watches: {},
      cursor: { stepId: '', visit: this.row.cursor.visit },
    };
    this.isDirty = true;
    const stub = this.stub();
    if (stub) this.draft.replaceStub(this.profileId, { ...stub, isActive: false });
    this.draft.tellEnded(this.profileId, this.row, 'completed');
    return { kind: 'next', state: doneState, wakeMs: this.input.nowMs };
  }

  /** Keeps since when somebody is in a stretch of steps, and how often its list was begun. */
  stretch(stepId: string, count: number): void {
    const { stretches } = this.row;
    const { nowMs: sinceMs, loaded } = this.input;
    const began = count === 0 ? undefined : stretches?.[stepId];
    const since = began ?? { sinceMs, sinceVersion: loaded.version };
    this.row = { ...this.row, stretches: { ...stretches, [stepId]: { ...since, count } } };
    this.isDirty = true;
  }

  openTask(stepId: string, task: Pick<Task, 'queue' | 'title'>): void {
    const { enrollmentId, journeyId, cursor } = this.row;
    const taskId = deliveryIdOf(enrollmentId, stepId, cursor.visit);
    const of = { taskId, profileId: this.profileId, journeyId, enrollmentId, stepId };
    const row: Task = { ...of, ...task, status: 'open', createdMs: this.input.nowMs };
    this.rows.tasks.push({ row, isNew: true });
  }

  /** The person goes on; the timeline says what could not be done. */
  tellFailed(stepId: string, reason: string): void {
    const { enrollmentId, journeyId } = this.row;
    this.draft.fact(this.profileId, 'enrollment', journeyId, { enrollmentId, stepId, failed: reason }, false);
  }

  stop(): TouchAnswer {
    this.draft.end(this.profileId, this.stub()!, this.row, 'stopped');
    this.row = this.draft.enrollment(this.row.enrollmentId)!;
    this.isDirty = true;
    return { kind: 'ended' };
  }

  defer(stepId: string, wakeMs: number): TouchAnswer {
    const { visit } = this.row.cursor;
    const hold: Hold = { stepId, visit, kind: 'deferral', wakeMs, sinceVersion: this.input.loaded.version };
    const held = { ...this.row, hold, attemptedMs: this.row.attemptedMs ?? this.input.nowMs };
    const { row, watchMs } = watchedFrom(held, this.view(), this.input);
    this.row = row;
    this.isDirty = true;
    this.watch(watchMs);
    this.draft.dueAt(this.row.profileId, this.row.enrollmentId, wakeMs + repairDelayMs);
    return toDeferral(this.input, wakeMs);
  }

  arrive(stepId: string): void {
    const { attemptedMs: _, tries: __, ...rest } = this.row;
    this.row = { ...rest, path: [...rest.path, stepId] };
    this.isDirty = true;
  }
  moveCursor(stepId: string): void {
    this.row = { ...this.row, cursor: { stepId, visit: this.row.cursor.visit + 1 } };
    this.isDirty = true;
  }

  finish(answer: TouchAnswer): TouchDecision {
    // What only has to be rendered or looked up is decided again afterwards, from the same place: nothing is written
    // yet, but for the outcome of a message before it, which nobody else knows.
    const isQuestion = answer.kind === 'ask' && !this.isAnswered;
    const isPause = answer.kind === 'render' || answer.kind === 'reconcile' || isQuestion;
    if (!this.isDirty || (isPause && this.rows.deliveries.length === 0)) return { answer };
    this.draft.putEnrollment(this.row);
    this.draft.touch(this.profileId);
    const stops = tripped(
      this.rows.deliveries.map(({ row }) => row),
      this.input,
    );
    const rows = Object.entries({ ...this.rows, stops }).filter(([, list]) => list.length > 0);
    return { change: this.draft.change(Object.fromEntries(rows)), answer };
  }
}
