import { lookAgainMs, stopOfJourney, type Stops } from '../control/stop.ts';
import type { JourneyVersion } from '../definitions.ts';
import type { Occurrence } from '../event/event.ts';
import { withExposure } from '../experiment/exposure.ts';
import type { Ruling } from '../experiment/ruling.ts';
import { withStepDraw } from '../experiment/step-holdout.ts';
import { idOf } from '../hash.ts';
import type { JsonObject } from '../json.ts';
import { doneState, type TouchDefinition } from '../journey/compile.ts';
import type { Channel } from '../journey/document.ts';
import type { PlanNode } from '../journey/plan.ts';
import type { SendRequest, StepView } from '../journey/roles/role.ts';
import { roleOf } from '../journey/roles/role-of.ts';
import type { Delivery, Suppression } from '../message/delivery.ts';
import type { Change, Loaded, RenderRequest } from '../ports.ts';
import { Draft, repairDelayMs, type Surroundings } from '../profile/draft.ts';
import type { EnrollmentStub } from '../profile/profile.ts';
import { compiledOnce, seedStates } from '../segment/compile-condition.ts';
import { zoneOf } from '../segment/settle.ts';
import { arriveAtHold } from './arrive-at-hold.ts';
import { decideAfterEnd } from './after-end.ts';
import { emitDepth, mostEmitDepth } from './emit-depth.ts';
import type { Enrollment, Hold } from './enrollment.ts';
import { ownCallback, withToken, type Callback } from './own-wait.ts';
import { newsOf, SendStep, type Handed, type Prepared } from './send-step.ts';
import { elsewhere, toAfter, toDeferral, toHold } from './whereabouts.ts';

/** One go at a touch: what was read, and what was done since the last go. */
export interface TouchInput extends Surroundings {
  readonly loaded: Loaded;
  readonly enrollment: Enrollment;
  readonly journey: JourneyVersion;
  readonly touch: TouchDefinition;
  /** Events that the touch's conditions may ask about, oldest first. */
  readonly history: readonly Occurrence[];
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

class Walk {
  private readonly input: TouchInput;
  private readonly draft: Draft;
  private readonly nodes: ReadonlyMap<string, PlanNode>;
  private readonly profileId: string;
  private readonly rows: {
    deliveries: NonNullable<Change['deliveries']>[number][];
    unless: NonNullable<Change['unless']>[number][];
  } = { deliveries: [], unless: [] };
  private row: Enrollment;
  private isDirty = false;

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
      return this.walk(node.ways[way] ?? null);
    }
    if (row.hold?.kind === 'deferral') {
      // The outcome of a hand-over is heard whatever its message was put off to.
      const { delivery, handed } = this.input;
      if (nowMs < row.hold.wakeMs && !newsOf(delivery, handed))
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
    const { definitions, nowMs, history, rulings } = this.input;
    const profile = this.draft.profile(this.profileId);
    const zone = zoneOf(profile, definitions);
    const asked = this.input.touch.nodes.flatMap((node) => {
      const { role } = roleOf(node.step);
      return role.role === 'choose' ? role.asks(node.step).flatMap((condition) => compiledOnce(condition).leaves) : [];
    });
    const states = asked.length === 0 ? {} : seedStates(asked, history, zone);
    const { row } = this;
    return {
      profile,
      nowMs,
      zone,
      states,
      ...(row.event && { event: row.event }),
      saved: row.saved,
      enrollment: row,
      workspace: definitions.workspace,
      ...(rulings && { rulings }),
    };
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
    const { way, draw, met } = role.choose(node.step, this.view());
    const profile = this.draft.profile(this.profileId);
    if (draw && profile.assignments[draw.name] === undefined) {
      this.draft.set({ ...profile, assignments: { ...profile.assignments, [draw.name]: draw.value } });
    }
    if (met) this.row = withExposure(this.row, met.experiment, met.variant, this.input.nowMs);
    this.arrive(node.id);
    return { to: node.ways[way] ?? null };
  }

  private act(node: Extract<PlanNode, { role: 'act' }>): Move {
    const { role } = roleOf(node.step);
    if (role.role !== 'act') throw new RangeError(`Step ${node.id} does not act`);
    const act = role.act(node.step, this.view());
    if (act.kind === 'send') return this.send(node, act.request);
    if (stopOfJourney(this.input.stops, this.row.journeyId)) return this.standStill(node.id);
    if (act.kind === 'traits') this.setTraits(node.id, act.traits);
    else this.emit(node.id, act.event, act.properties);
    this.arrive(node.id);
    return this.row.status === 'active' ? { to: node.next } : { stop: { kind: 'ended' } };
  }

  private setTraits(stepId: string, traits: JsonObject): void {
    const { definitions, nowMs } = this.input;
    const profile = this.draft.profile(this.profileId);
    const id = idOf(this.row.enrollmentId, stepId);
    const stamped = Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, { value, ms: nowMs, id }]));
    this.draft.set({ ...profile, traits: { ...profile.traits, ...stamped } });
    this.draft.putEnrollment(this.row);
    this.draft.settle(this.profileId, definitions.profileRules, false);
    this.draft.resolve(this.profileId, undefined, { isSilent: false, isProfileChanged: true });
    this.row = this.draft.enrollment(this.row.enrollmentId) ?? this.row;
  }

  private emit(stepId: string, event: string, properties: JsonObject): void {
    const depth = emitDepth(this.row.event, this.input.nowMs) + 1;
    if (depth > mostEmitDepth) {
      this.draft.fact(this.profileId, 'entry', this.row.journeyId, { refused: 'emit-loop', event }, false);
      return;
    }
    const messageId = `emit-${depth}-${idOf(this.row.enrollmentId, stepId, String(this.row.cursor.visit))}`;
    this.draft.fact(this.profileId, 'emit', event, { messageId, properties, journeyId: this.row.journeyId }, true);
  }

  private send(node: Extract<PlanNode, { role: 'act' }>, request: SendRequest): Move {
    if (this.row.cursor.stepId !== node.id) this.moveCursor(node.id);
    this.draft.set(withStepDraw(this.draft.profile(this.profileId), this.row.journeyId, node.id, request.holdout));
    const verdict = new SendStep(this.input, this.row, node.id, request, this.draft.profile(this.profileId)).decide();
    if (verdict.profile) this.draft.set(verdict.profile);
    if (verdict.delivery) {
      this.isDirty = true;
      this.rows.deliveries.push({
        row: verdict.delivery,
        isNew: this.input.delivery?.deliveryId !== verdict.delivery.deliveryId,
      });
    }
    if (verdict.unless) this.rows.unless.push(verdict.unless);
    if (verdict.deferUntilMs !== undefined) return this.defer(node.id, verdict.deferUntilMs);
    if (verdict.stop) return { stop: verdict.stop };
    this.arrive(node.id);
    return { to: node.next };
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
  private standStill(stepId: string): Move {
    if (this.row.cursor.stepId !== stepId) this.moveCursor(stepId);
    const { nowMs } = this.input;
    return this.defer(stepId, lookAgainMs(this.row.enrollmentId, this.row.attemptedMs ?? nowMs, nowMs));
  }

  private defer(stepId: string, wakeMs: number): Move {
    const { visit } = this.row.cursor;
    const hold: Hold = { stepId, visit, kind: 'deferral', wakeMs, sinceVersion: this.input.loaded.version };
    this.row = { ...this.row, hold, attemptedMs: this.row.attemptedMs ?? this.input.nowMs };
    this.isDirty = true;
    this.draft.dueAt(this.row.profileId, this.row.enrollmentId, wakeMs + repairDelayMs);
    return { stop: toDeferral(this.input, wakeMs) };
  }

  private hold(node: Extract<PlanNode, { role: 'hold' }>): Move {
    this.arrive(node.id);
    this.moveCursor(node.id);
    const { row, watchMs } = arriveAtHold(this.row, node, this.view(), this.input);
    this.row = row;
    if (row.hold.resolved) return { stop: toAfter(node.id, this.input.nowMs) };
    this.watch(watchMs);
    this.draft.dueAt(row.profileId, row.enrollmentId, row.hold.wakeMs + repairDelayMs);
    return { stop: this.waitAt(row.hold) };
  }

  /** In the touch's own state, whose token goes into the row, or in the hold's. */
  private waitAt(hold: Hold): TouchAnswer {
    const callback = ownCallback(this.input, hold);
    if (!callback) return toHold(hold);
    const held = withToken(hold, callback);
    if (held !== hold) {
      this.row = { ...this.row, hold: held };
      this.isDirty = true;
    }
    return { ...toHold(hold), kind: 'waits' };
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
    const { attemptedMs: _, ...rest } = this.row;
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
    const isPause = answer.kind === 'render' || answer.kind === 'reconcile';
    if (!this.isDirty || (isPause && this.rows.deliveries.length === 0)) return { answer };
    this.draft.putEnrollment(this.row);
    this.draft.touch(this.profileId);
    const { deliveries, unless } = this.rows;
    return {
      change: this.draft.change({ ...(deliveries.length > 0 && { deliveries }), ...(unless.length > 0 && { unless }) }),
      answer,
    };
  }
}
