import { lookAgainMs, stopOfJourney } from '../control/stop.ts';
import { withExposure } from '../experiment/exposure.ts';
import { withStepDraw } from '../experiment/step-holdout.ts';
import type { PlanNode } from '../journey/plan.ts';
import type { Act, SendRequest } from '../journey/roles/role.ts';
import { roleOf } from '../journey/roles/role-of.ts';
import { arriveAtHold } from './arrive-at-hold.ts';
import { decideAfterEnd } from './after-end.ts';
import { askOf } from './ask-step.ts';
import type { Ask } from './ask.ts';
import { doAct } from './do-act.ts';
import { noteVerdict } from './note-verdict.ts';
import { lookAtMs } from './parking.ts';
import { Passage } from './passage.ts';
import { backOffMs, isRefused, newsOf, SendStep } from './send-step.ts';
import type { TouchAnswer, TouchDecision, TouchInput } from './touch.ts';
import { elsewhere, toAfter, toDeferral } from './whereabouts.ts';

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
  private readonly nodes: ReadonlyMap<string, PlanNode>;
  private readonly passage: Passage;

  constructor(input: TouchInput) {
    this.input = input;
    this.nodes = new Map(input.touch.nodes.map((node) => [node.id, node]));
    this.passage = new Passage(input);
  }

  run(): TouchDecision {
    const { row } = this.passage;
    const { touch, nowMs } = this.input;
    if (this.isStopped()) return this.passage.finish(this.passage.stop());
    const standsAt = row.cursor.stepId;
    const node = this.nodes.get(standsAt);
    if (!node)
      return standsAt === '' ? this.passage.finish(this.passage.complete()) : { answer: elsewhere(this.input, row) };
    if (node.role === 'hold' && row.hold?.kind === 'step') {
      const way = row.hold.resolved?.outcome ?? (nowMs >= row.hold.wakeMs ? 'timeout' : undefined);
      if (way === undefined) return this.passage.finish(this.passage.waitAt(row.hold));
      if (node.id !== touch.follows) return { answer: toAfter(node.id, nowMs) };
      this.passage.leaveHold();
      // A way that the version has no more, to which the person was moved at this very instant.
      return this.walk((way in node.ways ? node.ways[way] : node.ways.timeout) ?? null);
    }
    if (row.hold?.kind === 'deferral') {
      // The outcome of a hand-over is heard whatever its message was put off to.
      const { delivery, handed } = this.input;
      if (!row.hold.resolved && nowMs < row.hold.wakeMs && !newsOf(delivery, handed))
        return { answer: toDeferral(this.input, row.hold.wakeMs) };
      this.passage.leaveHold();
    }
    return this.walk(node.id);
  }

  private walk(from: string | null): TouchDecision {
    let at = from;
    for (;;) {
      if (at === null) return this.passage.finish(this.passage.complete());
      const node = this.nodes.get(at);
      if (!node) throw new RangeError(`Touch ${this.input.touch.state} does not know step ${at}`);
      const move = this.step(node);
      if ('stop' in move) return this.passage.finish(move.stop);
      at = move.to;
    }
  }

  private step(node: PlanNode): Move {
    switch (node.role) {
      case 'end':
        this.passage.arrive(node.id);
        return { stop: this.passage.complete() };
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
    const { way, draw, met, turn } = role.choose(node.step, this.passage.view());
    const profile = this.passage.profile;
    if (draw && profile.assignments[draw.name] === undefined) {
      this.passage.draft.set({ ...profile, assignments: { ...profile.assignments, [draw.name]: draw.value } });
    }
    if (met) this.passage.row = withExposure(this.passage.row, met.experiment, met.variant, this.input.nowMs);
    this.passage.arrive(node.id);
    // Each round is another visit, also where nothing is waited for in between.
    if (turn) this.passage.moveCursor(node.id);
    if (turn) this.passage.stretch(turn.of, turn.count);
    return { to: node.ways[way] ?? null };
  }

  private act(node: ActNode): Move {
    const { role } = roleOf(node.step);
    if (role.role !== 'act') throw new RangeError(`Step ${node.id} does not act`);
    const act = role.act(node.step, this.passage.view());
    if (act.kind !== 'send' && stopOfJourney(this.input.stops, this.passage.row.journeyId))
      return this.standStill(node);
    switch (act.kind) {
      case 'send':
        return this.send(node, act.request);
      case 'ask':
        return this.ask(node, act);
      case 'pass':
        return this.goOn(node, act.way);
      case 'begin':
        this.passage.stretch(node.id, 0);
        return this.goOn(node);
      default:
        this.passage.row = doAct(
          { draft: this.passage.draft, profileId: this.passage.profileId, row: this.passage.row, stepId: node.id },
          act,
        );
        return this.goOn(node);
    }
  }

  /** On from a step that is done. */
  private goOn(node: ActNode, way?: string): Move {
    this.passage.arrive(node.id);
    if (this.passage.row.status !== 'active') return { stop: { kind: 'ended' } };
    const led = way === undefined ? undefined : node.ways?.[way];
    return { to: led === undefined ? node.next : led };
  }

  private ask(node: ActNode, { question, tries, take }: Extract<Act, { kind: 'ask' }>): Move {
    if (this.passage.row.cursor.stepId !== node.id) this.passage.moveCursor(node.id);
    const ask = askOf(this.input, this.passage.row, node.id, question, this.passage.profile);
    const asked = this.input.asked?.get(ask.askId);
    if (!asked) return { stop: { kind: 'ask', ask } };
    const count = (this.passage.row.tries ?? 0) + 1;
    if (asked.kind === 'failed' && !asked.isPermanent && count < tries) {
      this.passage.row = { ...this.passage.row, tries: count };
      return this.defer(node, this.input.nowMs + backOffMs(ask.askId, count - 1));
    }
    const { saved, task, way, failed } = take(asked);
    this.passage.isAnswered = true;
    if (saved) this.passage.row = { ...this.passage.row, saved: { ...this.passage.row.saved, ...saved } };
    if (task) this.passage.openTask(node.id, task);
    if (failed !== undefined) this.passage.tellFailed(node.id, failed);
    return this.goOn(node, way);
  }

  private send(node: ActNode, request: SendRequest): Move {
    if (this.passage.row.cursor.stepId !== node.id) this.passage.moveCursor(node.id);
    const { holdout, drawnBy = node.id } = request;
    this.passage.draft.set(withStepDraw(this.passage.profile, this.passage.row.journeyId, drawnBy, holdout));
    const verdict = new SendStep(this.input, this.passage.row, node.id, request, this.passage.profile).decide();
    if (verdict.profile) this.passage.draft.set(verdict.profile);
    this.passage.draft.set(noteVerdict(this.passage.profile, verdict.delivery, this.input));
    if (verdict.delivery) {
      this.passage.isDirty = true;
      this.passage.rows.deliveries.push({
        row: verdict.delivery,
        isNew: this.input.delivery?.deliveryId !== verdict.delivery.deliveryId,
      });
    }
    if (verdict.unless) this.passage.rows.unless.push(verdict.unless);
    if (verdict.deferUntilMs !== undefined) return this.defer(node, verdict.deferUntilMs);
    if (verdict.stop) return { stop: verdict.stop };
    const refused = isRefused(verdict.delivery) ? 'refused' : undefined;
    return this.goOn(node, request.isUnwanted ? 'answered' : refused);
  }

  /** A journey that was stopped is over for whoever comes by; a message on its way is heard of first. */
  private isStopped(): boolean {
    const isStopped = stopOfJourney(this.input.stops, this.passage.row.journeyId) === 'stopped';
    return isStopped && this.input.delivery?.status !== 'handing' && this.passage.stub() !== undefined;
  }

  /** Before a step of a journey that is paused: nothing is done, nobody is lost. */
  private standStill(node: ActNode): Move {
    if (this.passage.row.cursor.stepId !== node.id) this.passage.moveCursor(node.id);
    const { nowMs } = this.input;
    return this.defer(node, lookAgainMs(this.passage.row.enrollmentId, this.passage.row.attemptedMs ?? nowMs, nowMs));
  }

  private defer(node: ActNode, wakeMs: number): Move {
    return { stop: this.passage.defer(node.id, wakeMs) };
  }

  private hold(node: HoldNode): Move {
    const ask = this.questionAt(node);
    const asked = ask && this.input.asked?.get(ask.askId);
    if (ask && !asked) return { stop: { kind: 'ask', ask } };
    this.passage.arrive(node.id);
    this.passage.moveCursor(node.id);
    const { row, watchMs } = arriveAtHold(this.passage.row, node, this.passage.view(), this.input, asked);
    this.passage.row = row;
    if (row.hold.resolved) return { stop: toAfter(node.id, this.input.nowMs) };
    this.passage.watch(watchMs);
    this.passage.draft.dueAt(row.profileId, row.enrollmentId, lookAtMs(row.hold));
    return { stop: this.passage.waitAt(row.hold) };
  }

  /** What has to be asked before it is known how long a hold is. */
  private questionAt(node: HoldNode): Ask | undefined {
    const { role } = roleOf(node.step);
    const question = role.role === 'hold' ? role.question?.(node.step, this.passage.view()) : undefined;
    if (!question) return undefined;
    // What comes before it is done, and is not done again once there is an answer.
    if (this.passage.row.cursor.stepId !== node.id) this.passage.moveCursor(node.id);
    return askOf(this.input, this.passage.row, node.id, question, this.passage.profile);
  }
}
