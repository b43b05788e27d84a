import type { JsonObject } from '../../json.ts';
import { quietUntil } from '../../time/calendar.ts';
import { addDuration } from '../../time/duration.ts';
import type { Channel, FrequencyCap, Workspace } from '../document.ts';
import type { PlanNode } from '../plan.ts';
import { defaultUseBy } from '../roles/send.ts';
import { roleOf } from '../roles/role-of.ts';
import { conditionWords } from '../condition-words.ts';
import { stepKindOf } from '../walk.ts';
import { english } from '../words.ts';
import { wakesMs } from './clock.ts';
import type { AbstractEvent } from './facts.ts';
import { messagesOf } from './machine.ts';
import { purposeOf, topicOf } from './selects.ts';
import { propertiesOf, withValue } from './witness.ts';
import type { Course, Move } from './world.ts';

/** One thing on a path, at its instant and in words. */
export interface Scene {
  readonly atMs: number;
  readonly says: string;
  readonly journeyId: string;
  /** An event of the person, to be played again; `isInTouch` where it comes between two steps without a wait. */
  readonly event?: { readonly name: string; readonly properties: JsonObject; readonly isInTouch: boolean };
  /** Came in by something that no event of this path is: a segment, a date, a call of the API. */
  readonly isEntry?: true;
  readonly send?: Sent;
  /** Taken for true or false, since nothing on the path decides it. */
  readonly assumes?: string;
}
/** A message on a path. */
export interface Sent {
  readonly stepId: string;
  readonly channel: string;
  readonly topic?: string;
  readonly isMarketing: boolean;
}

const minuteMs = 60_000;

/** Tells a path with instants. Waits take the time that they take; what nothing fixes comes a minute later. */
export function tell(course: Course, moves: readonly Move[], startMs: number, key?: string): readonly Scene[] {
  const teller = new Teller(course, startMs, key);
  for (const move of moves) teller.tell(move);
  return teller.scenes;
}

class Teller {
  readonly scenes: Scene[] = [];
  private readonly course: Course;
  private readonly key: string | undefined;
  private nowMs: number;
  private enteredMs: number | undefined;
  /** The hold at which the person stands, and since when. */
  private held: { readonly node: PlanNode; readonly sinceMs: number } | undefined;

  constructor(course: Course, startMs: number, key: string | undefined) {
    this.course = course;
    this.nowMs = startMs;
    this.key = key;
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
    this.scenes.push({ atMs: this.nowMs, says, journeyId: this.course.journey.id, ...more });
  }

  private event(event: AbstractEvent, node: PlanNode | undefined): void {
    const isHold = node?.role === 'hold';
    if (isHold) this.hold(node);
    if (!node || isHold) this.nowMs += minuteMs;
    const place = node === undefined ? '' : isHold ? ` while waiting at ${named(node)}` : ` just before ${named(node)}`;
    const shown = { name: event.name, properties: propertiesOf(event), isInTouch: node !== undefined && !isHold };
    this.say(`${event.name} arrives${place}`, { event: shown });
  }

  private enter(event: AbstractEvent | undefined, restarts: 'waiting' | 'in-touch' | undefined): void {
    const { entry } = this.course.journey.document;
    this.nowMs += minuteMs;
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
      event: { name: event.name, properties: keyed, isInTouch: restarts === 'in-touch' },
      ...more,
    });
  }

  private send(node: PlanNode, isSent: boolean): void {
    const [message] = messagesOf(node);
    if (!message) return;
    const { workspace } = this.course.documents;
    const isMarketing = purposeOf(this.course.journey.document) === 'marketing';
    const quiet = isMarketing ? workspace.quietHours?.[message.channel] : undefined;
    const quietMs = quiet && quietUntil(this.nowMs, quiet, this.zone);
    const useBy = ('useBy' in node.step ? node.step.useBy : undefined) ?? defaultUseBy;
    const isExpired = quietMs !== undefined && quietMs >= addDuration(this.nowMs, useBy, this.zone, 1);
    if (quietMs !== undefined && !isExpired) this.nowMs = quietMs;
    const what = `${message.channel} "${message.template}"`;
    if (!isSent || isExpired) return this.say(`does not send ${what} (${named(node)})`);
    const topic = topicOf(node);
    this.say(`sends ${what} (${named(node)})`, {
      send: { stepId: node.id, channel: message.channel, isMarketing, ...(topic !== undefined && { topic }) },
    });
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

  private leave({ node, way, event }: Extract<Move, { kind: 'leave' }>): void {
    this.hold(node);
    if (event) {
      this.nowMs += minuteMs;
      this.say(`${event.name} arrives while waiting at ${named(node)}`, {
        event: { name: event.name, properties: this.withKey(node, event), isInTouch: false },
      });
    } else if (way === 'timeout') {
      this.nowMs = Math.max(this.nowMs, wakesMs(node.step, this.held?.sinceMs ?? this.nowMs, this.zone));
      const { role } = roleOf(node.step);
      const condition = role.role === 'hold' ? role.watches?.(node.step) : undefined;
      const assumes = condition && `not: ${conditionWords(condition, english)}`;
      this.say(`${named(node)} is over`, assumes === undefined ? {} : { assumes });
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

/** A step as a path names it. */
function named({ id, step }: PlanNode): string {
  if (step.id !== undefined) return `"${id}"`;
  return `"${id}" (${stepKindOf(step)?.kind ?? 'step'})`;
}

/** The messages of a path that the caps of the workspace let through, in order of time. */
export function throughCaps(scenes: readonly Scene[], { frequencyCaps = [], timeZone }: Workspace): readonly Scene[] {
  const through: Scene[] = [];
  for (const scene of scenes) {
    const { send, atMs } = scene;
    if (!send) continue;
    const isFull = frequencyCaps.some((cap) => {
      if (!isCovered(cap, send)) return false;
      const live = through.filter((one) => one.send && isCovered(cap, one.send));
      return live.filter((one) => addDuration(one.atMs, cap.within, timeZone, 1) > atMs).length >= cap.atMost;
    });
    if (!isFull) through.push(scene);
  }
  return through;
}

/** Whether a cap counts a message. */
export function isCovered({ channels, purpose, topic }: FrequencyCap, send: Sent): boolean {
  const named: readonly Channel[] = typeof channels === 'string' ? [channels] : channels;
  if (!send.isMarketing || send.channel === 'webhook') return false;
  const isOn = named.some((channel) => channel === send.channel);
  return isOn && (purpose ?? 'marketing') === 'marketing' && (topic === undefined || topic === send.topic);
}
