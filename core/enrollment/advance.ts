import { lookAgainMs, stopOfJourney, type Stops } from '../control/stop.ts';
import type { JourneyVersion } from '../definitions.ts';
import type { StoredEvent } from '../event/event.ts';
import { withExposure } from '../experiment/exposure.ts';
import type { Ruling } from '../experiment/ruling.ts';
import { withStepDraw } from '../experiment/step-holdout.ts';
import { doneState, type TouchDefinition } from '../journey/compile.ts';
import type { Channel } from '../journey/document.ts';
import type { PlanNode } from '../journey/plan.ts';
import type { Act, SendRequest, StepView } from '../journey/roles/role.ts';
import { roleOf } from '../journey/roles/role-of.ts';
import type { Delivery, Suppression } from '../message/delivery.ts';
import type { Change, Loaded, RenderRequest } from '../ports.ts';
import { Draft, type Surroundings } from '../profile/draft.ts';
import type { EnrollmentStub } from '../profile/profile.ts';
import type { Task } from '../task/task.ts';
import { arriveAtHold, watchedFrom } from './arrive-at-hold.ts';
import { decideAfterEnd } from './after-end.ts';
import { askOf } from './ask-step.ts';
import type { Ask, Asked } from './ask.ts';
import { deliveryIdOf } from './delivery-id.ts';
import { doAct } from './do-act.ts';
import type { Enrollment, Hold } from './enrollment.ts';
import { ownCallback, withToken, type Callback } from './own-wait.ts';
import { noteVerdict, tripped } from './note-verdict.ts';
import { isParked, lookAtMs, repairDelayMs } from './parking.ts';
import { backOffMs, isRefused, newsOf, SendStep, type Handed, type Prepared } from './send-step.ts';
import { stepView } from './step-view.ts';
import { elsewhere, toAfter, toDeferral, toHold } from './whereabouts.ts';

/** One go at a touch: what was read, and what was done since the last go. */
export interface TouchInput extends Surroundings {
  readonly loaded: Loaded;
  readonly enrollment: Enrollment;
  readonly journey: JourneyVersion;
  readonly touch: TouchDefinition;
  /** Events that the touch's conditions may ask about, oldest first. */
  readonly history: readonly StoredEvent[];
  readonly suppressions: readonly Suppression[];
  readonly stops: Stops;
  /** What was decided of experiments; needed where the touch draws. */
  readonly rulings?: readonly Ruling[];
  readonly delivery: Delivery | undefined;
  readonly addressHash: (channel: Channel, address: string) => string;
  /** Where the touch's own state can wait. */
  readonly callback?: Callback;
  /** The message of the send at the cursor, once rendered. */
  readonly prepared?: Prepared;
  /** What the provider said of the delivery that this touch handed over. */
  readonly handed?: Handed;
  /** What came of the questions that this touch has asked, by their ids. */
  readonly asked?: ReadonlyMap<string, Asked>;
}

/** What the touch is to do next. */
export type TouchAnswer =
  | { readonly kind: 'render'; readonly request: RenderRequest }
  | { readonly kind: 'hand'; readonly deliveryId: string; readonly attemptId: string; readonly handingMs: number }
  | {
      readonly kind: 'reconcile';
      readonly deliveryId: string;
      readonly attemptId: string;
      readonly channel: Channel;
    }
  | { readonly kind: 'ask'; readonly ask: Ask }
  | { readonly kind: 'next'; readonly state: string; readonly wakeMs: number }
  /** At the hold that follows, in the touch's own state. */
  | { readonly kind: 'waits'; readonly state: string; readonly wakeMs: number }
  | { readonly kind: 'ended' };

export interface TouchDecision {
  readonly change?: Change;
  readonly answer: TouchAnswer;
}

/**
 * Walks a person on from where the enrollment stands: all steps up to the next hold, or up to a message that has to be
 * rendered or handed over first. An enrollment that stands elsewhere is left alone: an older touch does nothing.
 */
export const decideTouch = (input: TouchInput): TouchDecision =>
  input.enrollment.status === 'active' ? new Walk(input).run() : decideAfterEnd(input);

/** What a step did: where to go on, or why the walk stops here. */
type Move = { readonly to: string | null } | { readonly stop: TouchAnswer };

type ActNode = Extract<PlanNode, { role: 'act' }>;
type HoldNode = Extract<PlanNode, { role: 'hold' }>;

class Walk {
  private readonly input: TouchInput;
  private readonly draft: Draft;
  private readonly nodes: ReadonlyMap<string, PlanNode>;
  private readonly profileId: string;
  private readonly rows: {
    deliveries: NonNullable<Change['deliveries']>[number][];
    unless: NonNullable<Change['unless']>[number][];
    tasks: NonNullable<Change['tasks']>[number][];
  } = { deliveries: [], unless: [], tasks: [] };
  private row: Enrollment;
  private isDirty = false;
  /** What was asked in this walk has its answer: it is written down before the next question, which may take long. */
  private isAnswered = false;

  constructor(input: TouchInput) {
    this.input = input;
    this.draft = new Draft(input, [input.loaded]);
    this.nodes = new Map(input.touch.nodes.map((node) => [node.id, node]));
    this.profileId = input.loaded.profile.profileId;
    this.row = input.enrollment;
  }

  run(): TouchDecision {
    const { row } = this;
    const { touch, nowMs } = this.input;
    if (this.isStopped()) return this.finish(this.stop());
    const standsAt = row.cursor.stepId;
    const node = this.nodes.get(standsAt);
    if (!node) return standsAt === '' ? this.finish(this.complete()) : { answer: elsewhere(this.input, row) };
    if (node.role === 'hold' && row.hold?.kind === 'step') {
      const way = row.hold.resolved?.outcome ?? (nowMs >= row.hold.wakeMs ? 'timeout' : undefined);
      if (way === undefined) return this.finish(this.waitAt(row.hold));
      if (node.id !== touch.follows) return { answer: toAfter(node.id, nowMs) };
      this.leaveHold();
      // A way that the version has no more, to which the person was moved at this very instant.
      return this.walk((way in node.ways ? node.ways[way] : node.ways.timeout) ?? null);
    }
    if (row.hold?.kind === 'deferral') {
      // The outcome of a hand-over is heard whatever its message was put off to.
      const { delivery, handed } = this.input;
      if (!row.hold.resolved && nowMs < row.hold.wakeMs && !newsOf(delivery, handed))
        return { answer: toDeferral(this.input, row.hold.wakeMs) };
      this.leaveHold();
    }
    return this.walk(node.id);
  }

  private walk(from: string | null): TouchDecision {
    let at = from;
    for (;;) {
      if (at === null) return this.finish(this.complete());
      const node = this.nodes.get(at);
      if (!node) throw new RangeError(`Touch ${this.input.touch.state} does not know step ${at}`);
      const move = this.step(node);
      if ('stop' in move) return this.finish(move.stop);
      at = move.to;
    }
  }

  private view(): StepView {
    return stepView(this.input, this.row, this.draft.profile(this.profileId));
  }

  private step(node: PlanNode): Move {
    switch (node.role) {
      case 'end':
        this.arrive(node.id);
        return { stop: this.complete() };
      case 'choose':
        return this.choose(node);
      case 'hold':
        return this.hold(node);
      case 'act':
        return this.act(node);
      default:
        return node satisfies never;
    }
  }

  private choose(node: Extract<PlanNode, { role: 'choose' }>): Move {
    const { role } = roleOf(node.step);
    if (role.role !== 'choose') throw new RangeError(`Step ${node.id} does not choose`);
    const { way, draw, met, turn } = role.choose(node.step, this.view());
    const profile = this.draft.profile(this.profileId);
    if (draw && profile.assignments[draw.name] === undefined) {
      this.draft.set({ ...profile, assignments: { ...profile.assignments, [draw.name]: draw.value } });
    }
    if (met) this.row = withExposure(this.row, met.experiment, met.variant, this.input.nowMs);
    this.arrive(node.id);
    // Each round is another visit, also where nothing is waited for in between.
    if (turn) this.moveCursor(node.id);
    if (turn) this.stretch(turn.of, turn.count);
    return { to: node.ways[way] ?? null };
  }

  /** Keeps since when somebody is in a stretch of steps, and how often its list was begun. */
  private stretch(stepId: string, count: number): void {
    const { stretches } = this.row;
    const { nowMs: sinceMs, loaded } = this.input;
    const began = count === 0 ? undefined : stretches?.[stepId];
    const since = began ?? { sinceMs, sinceVersion: loaded.version };
    this.row = { ...this.row, stretches: { ...stretches, [stepId]: { ...since, count } } };
    this.isDirty = true;
  }

  private act(node: ActNode): Move {
    const { role } = roleOf(node.step);
    if (role.role !== 'act') throw new RangeError(`Step ${node.id} does not act`);
    const act = role.act(node.step, this.view());
    if (act.kind !== 'send' && stopOfJourney(this.input.stops, this.row.journeyId)) return this.standStill(node);
    switch (act.kind) {
      case 'send':
        return this.send(node, act.request);
      case 'ask':
        return this.ask(node, act);
      case 'pass':
        return this.goOn(node, act.way);
      case 'begin':
        this.stretch(node.id, 0);
        return this.goOn(node);
      default:
        this.row = doAct({ draft: this.draft, profileId: this.profileId, row: this.row, stepId: node.id }, act);
        return this.goOn(node);
    }
  }

  /** On from a step that is done. */
  private goOn(node: ActNode, way?: string): Move {
    this.arrive(node.id);
    if (this.row.status !== 'active') return { stop: { kind: 'ended' } };
    const led = way === undefined ? undefined : node.ways?.[way];
    return { to: led === undefined ? node.next : led };
  }

  private ask(node: ActNode, { question, tries, take }: Extract<Act, { kind: 'ask' }>): Move {
    if (this.row.cursor.stepId !== node.id) this.moveCursor(node.id);
    const ask = askOf(this.input, this.row, node.id, question, this.draft.profile(this.profileId));
    const asked = this.input.asked?.get(ask.askId);
    if (!asked) return { stop: { kind: 'ask', ask } };
    const count = (this.row.tries ?? 0) + 1;
    if (asked.kind === 'failed' && !asked.isPermanent && count < tries) {
      this.row = { ...this.row, tries: count };
      return this.defer(node, this.input.nowMs + backOffMs(ask.askId, count - 1));
    }
    const { saved, task, way, failed } = take(asked);
    this.isAnswered = true;
    if (saved) this.row = { ...this.row, saved: { ...this.row.saved, ...saved } };
    if (task) this.rows.tasks.push({ row: this.newTask(node.id, task), isNew: true });
    if (failed !== undefined) this.tellFailed(node.id, failed);
    return this.goOn(node, way);
  }

  private newTask(stepId: string, task: Pick<Task, 'queue' | 'title'>): Task {
    const { enrollmentId, journeyId, cursor } = this.row;
    const taskId = deliveryIdOf(enrollmentId, stepId, cursor.visit);
    const { profileId } = this;
    const createdMs = this.input.nowMs;
    return { taskId, profileId, journeyId, enrollmentId, stepId, ...task, status: 'open', createdMs };
  }

  /** The person goes on; the timeline says what could not be done. */
  private tellFailed(stepId: string, reason: string): void {
    const { enrollmentId, journeyId } = this.row;
    this.draft.fact(this.profileId, 'enrollment', journeyId, { enrollmentId, stepId, failed: reason }, false);
  }

  private send(node: ActNode, request: SendRequest): Move {
    if (this.row.cursor.stepId !== node.id) this.moveCursor(node.id);
    const { holdout, drawnBy = node.id } = request;
    this.draft.set(withStepDraw(this.draft.profile(this.profileId), this.row.journeyId, drawnBy, holdout));
    const verdict = new SendStep(this.input, this.row, node.id, request, this.draft.profile(this.profileId)).decide();
    if (verdict.profile) this.draft.set(verdict.profile);
    this.draft.set(noteVerdict(this.draft.profile(this.profileId), verdict.delivery, this.input));
    if (verdict.delivery) {
      this.isDirty = true;
      this.rows.deliveries.push({
        row: verdict.delivery,
        isNew: this.input.delivery?.deliveryId !== verdict.delivery.deliveryId,
      });
    }
    if (verdict.unless) this.rows.unless.push(verdict.unless);
    if (verdict.deferUntilMs !== undefined) return this.defer(node, verdict.deferUntilMs);
    if (verdict.stop) return { stop: verdict.stop };
    const refused = isRefused(verdict.delivery) ? 'refused' : undefined;
    return this.goOn(node, request.isUnwanted ? 'answered' : refused);
  }

  /** A journey that was stopped is over for whoever comes by; a message on its way is heard of first. */
  private isStopped(): boolean {
    const isStopped = stopOfJourney(this.input.stops, this.row.journeyId) === 'stopped';
    return isStopped && this.input.delivery?.status !== 'handing' && this.stub() !== undefined;
  }
  private stop(): TouchAnswer {
    this.draft.end(this.profileId, this.stub()!, this.row, 'stopped');
    this.row = this.draft.enrollment(this.row.enrollmentId)!;
    this.isDirty = true;
    return { kind: 'ended' };
  }

  /** Before a step of a journey that is paused: nothing is done, nobody is lost. */
  private standStill(node: ActNode): Move {
    if (this.row.cursor.stepId !== node.id) this.moveCursor(node.id);
    const { nowMs } = this.input;
    return this.defer(node, lookAgainMs(this.row.enrollmentId, this.row.attemptedMs ?? nowMs, nowMs));
  }

  private defer(node: ActNode, wakeMs: number): Move {
    const { visit } = this.row.cursor;
    const hold: Hold = { stepId: node.id, visit, kind: 'deferral', wakeMs, sinceVersion: this.input.loaded.version };
    const held = { ...this.row, hold, attemptedMs: this.row.attemptedMs ?? this.input.nowMs };
    const { row, watchMs } = watchedFrom(held, this.view(), this.input);
    this.row = row;
    this.isDirty = true;
    this.watch(watchMs);
    this.draft.dueAt(this.row.profileId, this.row.enrollmentId, wakeMs + repairDelayMs);
    return { stop: toDeferral(this.input, wakeMs) };
  }

  private hold(node: HoldNode): Move {
    const ask = this.questionAt(node);
    const asked = ask && this.input.asked?.get(ask.askId);
    if (ask && !asked) return { stop: { kind: 'ask', ask } };
    this.arrive(node.id);
    this.moveCursor(node.id);
    const { row, watchMs } = arriveAtHold(this.row, node, this.view(), this.input, asked);
    this.row = row;
    if (row.hold.resolved) return { stop: toAfter(node.id, this.input.nowMs) };
    this.watch(watchMs);
    this.draft.dueAt(row.profileId, row.enrollmentId, lookAtMs(row.hold));
    return { stop: this.waitAt(row.hold) };
  }

  /** What has to be asked before it is known how long a hold is. */
  private questionAt(node: HoldNode): Ask | undefined {
    const { role } = roleOf(node.step);
    const question = role.role === 'hold' ? role.question?.(node.step, this.view()) : undefined;
    if (!question) return undefined;
    // What comes before it is done, and is not done again once there is an answer.
    if (this.row.cursor.stepId !== node.id) this.moveCursor(node.id);
    return askOf(this.input, this.row, node.id, question, this.draft.profile(this.profileId));
  }

  /** In nobody's, where it is long enough to be parked; else in the touch's own state, whose token goes into the row, or in the hold's. */
  private waitAt(hold: Hold): TouchAnswer {
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

  private stub(): EnrollmentStub | undefined {
    const { enrollments } = this.draft.profile(this.profileId);
    return enrollments.find((one) => one.enrollmentId === this.row.enrollmentId);
  }
  private watch(watchMs: number): void {
    const stub = this.stub();
    if (!stub || (stub.watchMs ?? Infinity) === watchMs) return;
    const { watchMs: _, ...rest } = stub;
    this.draft.replaceStub(this.profileId, watchMs === Infinity ? rest : { ...rest, watchMs });
  }

  private leaveHold(): void {
    const { hold: _, ...rest } = this.row;
    this.row = rest;
    this.isDirty = true;
    // An active enrollment always has a due row, so that none is lost between two holds.
    this.draft.dueAt(this.row.profileId, this.row.enrollmentId, this.input.nowMs + repairDelayMs);
  }

  private complete(): TouchAnswer {
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

  private arrive(stepId: string): void {
    const { attemptedMs: _, tries: __, ...rest } = this.row;
    this.row = { ...rest, path: [...rest.path, stepId] };
    this.isDirty = true;
  }
  private moveCursor(stepId: string): void {
    this.row = { ...this.row, cursor: { stepId, visit: this.row.cursor.visit + 1 } };
    this.isDirty = true;
  }

  private finish(answer: TouchAnswer): TouchDecision {
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
