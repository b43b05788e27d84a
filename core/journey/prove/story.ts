import type { JsonObject } from '../../json.ts';
import { quietUntil } from '../../time/calendar.ts';
import { addDuration } from '../../time/duration.ts';
import type { Channel } from '../document.ts';
import type { PlanNode } from '../plan.ts';
import { defaultUseBy } from '../roles/send.ts';
import { roleOf } from '../roles/role-of.ts';
import { conditionWords } from '../condition-words.ts';
import { stepKindOf } from '../walk.ts';
import { english } from '../words.ts';
import { wakesMs } from './clock.ts';
import type { AbstractEvent } from './facts.ts';
import { messagesOf, waysOf, type Position } from './machine.ts';
import { purposeOf, topicOf } from './selects.ts';
import { propertiesOf, withValue } from './witness.ts';
import type { Course, Move } from './world.ts';

/** One thing on a path, at its instant and in words. */
export interface Scene {
  readonly atMs: number;
  readonly says: string;
  readonly journeyId: string;
  /** Of which of several passages through the same journey: the value of its key. */
  readonly key?: string;
  /** An event of the person, to be played again; `isInTouch` where it comes between two steps without a wait. */
  readonly event?: { readonly name: string; readonly properties: JsonObject; readonly isInTouch: boolean };
  /** Came in by something that no event of this path is: a segment, a date, a call of the API. */
  readonly isEntry?: true;
  readonly send?: Sent;
  /** Taken for true or false, since nothing on the path decides it. */
  readonly assumes?: string;
}
/** A message on a path. */
export interface Sent extends Choice {
  readonly stepId: string;
  /** The step in words. */
  readonly step: string;
  /** What goes out where the gate refuses this one. */
  readonly others: readonly Choice[];
  readonly topic?: string;
  readonly isMarketing: boolean;
  /** Whether the journey goes another way where the gate refuses it. */
  readonly hasOtherWay: boolean;
}

interface Choice {
  readonly channel: string;
  readonly template: string;
}

const minuteMs = 60_000;

/** How a path is told. */
export interface Telling {
  readonly startMs: number;
  /** The value of the journey's key, where it has one. */
  readonly key?: string;
  /** How long the person takes to come back, or to do what a wait waits for; a minute where it is not said. */
  readonly paceMs?: number;
  /** Where the person can be reached; everywhere where it is not said. */
  readonly reach?: Reach;
}
/** On these channels not at all, and before an instant nowhere. */
export interface Reach {
  readonly not: readonly string[];
  readonly fromMs: number;
}

/** Tells a path with instants. Waits take the time that they take; what nothing fixes comes a minute later. */
export function tell(course: Course, moves: readonly Move[], telling: Telling): readonly Scene[] {
  const teller = new Teller(course, telling);
  for (const move of moves) teller.tell(move);
  return teller.scenes;
}

class Teller {
  readonly scenes: Scene[] = [];
  private readonly course: Course;
  private readonly key: string | undefined;
  private readonly paceMs: number;
  private readonly reach: Reach | undefined;
  private nowMs: number;
  private enteredMs: number | undefined;
  /** The hold at which the person stands, and since when. */
  private held: { readonly node: PlanNode; readonly sinceMs: number } | undefined;

  constructor(course: Course, { startMs, key, paceMs = minuteMs, reach }: Telling) {
    this.course = course;
    this.nowMs = startMs;
    this.key = key;
    this.paceMs = paceMs;
    this.reach = reach;
  }

  tell(move: Move): void {
    switch (move.kind) {
      case 'event':
        return this.event(move.event, move.at && this.course.machine.node(move.at));
      case 'enter':
        return this.enter(move.event, move.restarts);
      case 'send':
        return this.send(move.node, move.isSent);
      case 'act':
        return this.say(`does ${named(move.node)}${move.way === undefined ? '' : ` (${move.way})`}`);
      case 'choose':
        return this.choose(move.node, move.way);
      case 'leave':
        return this.leave(move);
      case 'exit':
        return this.say(`leaves ${this.quoted()} by an exit`, { assumes: 'the condition of an exit comes to hold' });
      case 'done':
        return undefined;
      default:
        return move satisfies never;
    }
  }

  private get zone(): string {
    return this.course.documents.workspace.timeZone;
  }
  private quoted(): string {
    return `"${this.course.journey.id}"`;
  }
  private say(says: string, more: Partial<Scene> = {}): void {
    const key = this.key === undefined ? {} : { key: this.key };
    this.scenes.push({ atMs: this.nowMs, says, journeyId: this.course.journey.id, ...key, ...more });
  }

  private event(event: AbstractEvent, node: PlanNode | undefined): void {
    const isHold = node?.role === 'hold';
    if (isHold) this.hold(node);
    if (!node || isHold) this.nowMs += minuteMs;
    const place = node === undefined ? '' : isHold ? ` while waiting at ${named(node)}` : ` just before ${named(node)}`;
    const shown = { name: event.name, properties: propertiesOf(event), isInTouch: node !== undefined && !isHold };
    this.say(`${event.name} arrives${place}`, { event: shown });
  }

  private enter(event: AbstractEvent | undefined, restarts: Position | 'gone' | undefined): void {
    const { entry } = this.course.journey.document;
    const node = typeof restarts === 'object' ? this.course.machine.node(restarts) : undefined;
    const isWaiting = node?.role === 'hold';
    if (isWaiting) this.hold(node);
    this.nowMs += isWaiting ? this.patienceMs(node) : this.enteredMs === undefined || restarts ? minuteMs : this.paceMs;
    if (typeof entry.again === 'object' && this.enteredMs !== undefined && !restarts)
      this.nowMs = Math.max(this.nowMs, addDuration(this.enteredMs, entry.again.after, this.zone, 1));
    this.enteredMs = this.nowMs;
    this.held = undefined;
    if (!event) return this.say(`enters ${this.quoted()}`, { isEntry: true });
    const properties = propertiesOf(event);
    const path = entry.key?.split('.') ?? [];
    const keyed = path[0] === 'properties' ? withValue(properties, path.slice(1), this.key ?? 'one') : properties;
    const more = entry.when === undefined ? {} : { assumes: conditionWords(entry.when, english) };
    this.say(`${event.name} arrives and begins ${this.quoted()}`, {
      event: { name: event.name, properties: keyed, isInTouch: restarts !== undefined && !isWaiting },
      ...more,
    });
  }

  private send(node: PlanNode, isSent: boolean): void {
    const choices = messagesOf(node);
    const hasOtherWay = waysOf(node)['refused'] !== undefined;
    // Where a refusal leads another way, the path as it is says that the person was reached.
    const reached = hasOtherWay ? choices : choices.filter(({ channel }) => this.isReached(channel));
    const isMissed = isSent && reached.length < choices.length;
    const missed = choices.filter((one) => !reached.includes(one)).map(({ channel }) => channel);
    const assumes = isMissed ? { assumes: `cannot be reached by ${missed.join(' or ')} yet` } : {};
    const message = reached.find(({ channel }) => this.quietMs(channel) === undefined) ?? reached[0];
    const shown = message ?? choices[0];
    if (!shown) return;
    const isInTime = message !== undefined && this.waitsForMorning(node, message.channel);
    const what = `${messageWords(shown)} (${named(node)})${isMissed ? `: ${assumes.assumes}` : ''}`;
    if (!isSent || !message || !isInTime) return this.say(`does not send ${what}`, assumes);
    const topic = topicOf(node);
    const send: Sent = {
      ...message,
      stepId: node.id,
      step: named(node),
      others: reached.filter((one) => one !== message),
      isMarketing: this.isMarketing,
      hasOtherWay,
      ...(topic !== undefined && { topic }),
    };
    this.say(`sends ${what}`, { send, ...assumes });
  }

  private get isMarketing(): boolean {
    return purposeOf(this.course.journey.document) === 'marketing';
  }
  private isReached(channel: string): boolean {
    return !this.reach || (this.nowMs >= this.reach.fromMs && !this.reach.not.includes(channel));
  }
  private quietMs(channel: string): number | undefined {
    const { quietHours } = this.course.documents.workspace;
    const quiet = this.isMarketing ? quietHours?.[channel as Channel] : undefined;
    return quiet && quietUntil(this.nowMs, quiet, this.zone);
  }
  /** Waits for the end of quiet hours; false where the message is of no use by then. */
  private waitsForMorning({ step }: PlanNode, channel: string): boolean {
    const quietMs = this.quietMs(channel);
    if (quietMs === undefined) return true;
    const useBy = ('useBy' in step ? step.useBy : undefined) ?? defaultUseBy;
    if (quietMs >= addDuration(this.nowMs, useBy, this.zone, 1)) return false;
    this.nowMs = quietMs;
    return true;
  }

  private choose(node: PlanNode, way: string): void {
    const { step } = node;
    if (!('branch' in step)) return this.say(`goes "${way}" at ${named(node)}`);
    const index = step.branch.findIndex((_, at) => String(at) === way);
    const said = index < 0 ? 'none of its conditions holds' : conditionWords(step.branch[index]!.when, english);
    this.say(`at ${named(node)}: ${said}`, { assumes: said });
  }

  private hold(node: PlanNode): void {
    if (this.held?.node !== node) this.held = { node, sinceMs: this.nowMs };
  }

  /** How long the person waits before they do what a step waits for: not longer than it waits. */
  private patienceMs(node: PlanNode): number {
    const wakeMs = wakesMs(node.step, this.held?.sinceMs ?? this.nowMs, this.zone);
    return Math.max(minuteMs, Math.min(this.paceMs, wakeMs - this.nowMs - minuteMs));
  }

  private leave({ node, way, event }: Extract<Move, { kind: 'leave' }>): void {
    this.hold(node);
    if (event) {
      this.nowMs += this.patienceMs(node);
      this.say(`${event.name} arrives while waiting at ${named(node)}`, {
        event: { name: event.name, properties: this.withKey(node, event), isInTouch: false },
      });
    } else if (way === 'timeout') {
      this.nowMs = Math.max(this.nowMs, wakesMs(node.step, this.held?.sinceMs ?? this.nowMs, this.zone));
      const { role } = roleOf(node.step);
      const condition = role.role === 'hold' ? role.watches?.(node.step) : undefined;
      const date = dateWords(node);
      const assumes = condition ? `not: ${conditionWords(condition, english)}` : date;
      this.say(
        `${named(node)} is over${date === undefined ? '' : `: ${date}`}`,
        assumes === undefined ? {} : { assumes },
      );
    } else {
      const { role } = roleOf(node.step);
      const condition = role.role === 'hold' ? role.watches?.(node.step) : undefined;
      const said = condition ? conditionWords(condition, english) : `${named(node)} is passed`;
      this.say(`at ${named(node)}: ${said}`, { assumes: said });
    }
    this.held = undefined;
  }

  private withKey(node: PlanNode, event: AbstractEvent): JsonObject {
    const { role } = roleOf(node.step);
    const path = (role.role === 'hold' ? role.awaits?.(node.step)?.key : undefined)?.split('.') ?? [];
    const properties = propertiesOf(event);
    return path[0] === 'properties' ? withValue(properties, path.slice(1), this.key ?? 'one') : properties;
  }
}

/** What is taken for granted where a step waits for a date that a path does not know. */
function dateWords({ step }: PlanNode): string | undefined {
  if (!('wait' in step) || typeof step.wait === 'string' || !('until' in step.wait)) return undefined;
  const { until } = step.wait;
  if (typeof until === 'string') return undefined;
  return `the date in "${'trait' in until ? until.trait : until.value}" is past`;
}

/** A message as a path names it. */
export const messageWords = ({ channel, template }: Choice): string => `${channel} "${template}"`;

/** A step as a path names it. */
function named({ id, step }: PlanNode): string {
  if (step.id !== undefined) return `"${id}"`;
  return `"${id}" (${stepKindOf(step)?.kind ?? 'step'})`;
}
