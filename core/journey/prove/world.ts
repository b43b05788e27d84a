import type { JourneyVersion } from '../../definitions.ts';
import { covers } from '../../message/covers.ts';
import type { Documents, Step, Workspace } from '../document.ts';
import type { PlanNode } from '../plan.ts';
import { roleOf } from '../roles/role-of.ts';
import {
  comingAs,
  factsKey,
  isDenied,
  isHeard,
  later,
  namesOf,
  noFacts,
  take,
  truthOf,
  type AbstractEvent,
  type Facts,
} from './facts.ts';
import { machineOf, messagesOf, roundsOf, waitsBetween, waysOf, type Machine, type Position } from './machine.ts';
import { topicOf } from './selects.ts';
import { leastMs } from './span.ts';

/** A journey as the explorer sees it. */
export interface Course {
  readonly journey: JourneyVersion;
  readonly machine: Machine;
  readonly documents: Documents;
}
export const courseOf = (journey: JourneyVersion, documents: Documents): Course => ({
  journey,
  machine: machineOf(journey),
  documents,
});

/** One person with regard to one journey. */
export interface World {
  /** Inside; else before the entry, or after the end. */
  readonly at?: Position;
  readonly facts: Facts;
  /** Rounds that were begun, by the step that repeats. */
  readonly rounds: { readonly [node: string]: number };
}
export const beginning: World = { facts: noFacts, rounds: {} };

/** One thing that happens on a path. */
export type Move =
  | { readonly kind: 'event'; readonly event: AbstractEvent; readonly at?: Position }
  /** `restarts`: whoever is inside, there where they stand. */
  | { readonly kind: 'enter'; readonly event?: AbstractEvent; readonly restarts?: Position | 'gone' }
  | { readonly kind: 'send'; readonly node: PlanNode; readonly isSent: boolean }
  | { readonly kind: 'act'; readonly node: PlanNode; readonly way?: string }
  | { readonly kind: 'choose'; readonly node: PlanNode; readonly way: string }
  | { readonly kind: 'leave'; readonly node: PlanNode; readonly way: string; readonly event?: AbstractEvent }
  /** Ended by an exit whose condition holds. */
  | { readonly kind: 'exit'; readonly node: PlanNode }
  | { readonly kind: 'done' };
/** A move, where it leads, and how much time it takes at least. */
export interface Turn {
  readonly move: Move;
  readonly to: World;
  readonly leastMs: number;
}

/** Worlds that are alike have the same text. */
export const worldKey = ({ at, facts, rounds }: World): string =>
  `${at ? `${at.touch}/${at.node}` : ''}#${factsKey(facts)}#${JSON.stringify(rounds)}`;

const outside = ({ facts }: World): World => ({ facts: later(facts), rounds: {} });
/** At a step, or beyond the last. */
const standing = (world: World, touch: string, node: string | null): World =>
  node === null ? outside(world) : { ...world, at: { touch, node } };

/** Parts of conditions that time alone may make true: whoever is inside may then be so for another moment. */
const byTime = /"(?:within|olderThan|newerThan|for|dayOf|ago|fromNow|segment)":/;

/** The facts of somebody who is still inside a moment later: none of the exits' conditions holds for them. */
const staying = ({ journey }: Course, facts: Facts): Facts =>
  (journey.document.exit ?? []).reduce(
    (sum, exit) => ('when' in exit && !byTime.test(JSON.stringify(exit.when)) ? take(exit.when, false, sum) : sum),
    later(facts),
  );

/** What becomes certain of a person by an event. */
export function learn(event: AbstractEvent, facts: Facts, workspace: Workspace): Facts {
  const certain = new Set(later(facts).certain).add(`did ${event.name}`);
  if (workspace.conversion.some((one) => isHeard(event, one) === true)) certain.add('converted');
  return { certain, taken: later(facts).taken };
}

const isConverted = ({ certain }: Facts, { conversion }: Workspace): boolean =>
  certain.has('converted') ||
  conversion.some(({ event, where }) => !where && namesOf(event).some((name) => certain.has(`did ${name}`)));

/** Whether what is certain ends an enrollment of the journey, or keeps a person from one. */
function isBarred({ journey, documents }: Course, { facts }: World): boolean {
  if (journey.isAcquisition && isConverted(facts, documents.workspace)) return true;
  const exits = journey.document.exit ?? [];
  return exits.some((exit) => 'when' in exit && truthOf(exit.when, facts, documents.segments) === true);
}

/** Whether an event certainly ends the enrollment of somebody inside, of whom so much is known after it. */
function isEndedBy(course: Course, after: World, event: AbstractEvent): boolean {
  const { exit = [] } = course.journey.document;
  return exit.some((one) => 'on' in one && isHeard(event, one.on) === true) || isBarred(course, after);
}

/** What an event does to a person who is outside, or inside somewhere; at a hold it may end that too. */
export function accept(course: Course, world: World, event: AbstractEvent): readonly World[] {
  const { documents, machine } = course;
  const facts = learn(event, world.facts, documents.workspace);
  const next = { ...world, facts };
  if (!world.at) return [next];
  if (isEndedBy(course, next, event)) return [outside(next)];
  const node = machine.node(world.at);
  const still = { ...next, facts: staying(course, facts) };
  if (node.role !== 'hold') return [still];
  if (isPassedAtOnce(node.step, world.facts, course)) return [];
  const heard = isResolvedBy(node.step, event, still.facts, course);
  const on = heard === false ? [] : [leaving(course, still, node, 'event')];
  return heard === true ? on : [still, ...on];
}

/** Whether nobody ever stands at a hold: its condition holds on arrival, and the same touch goes on. */
function isPassedAtOnce(step: Step, facts: Facts, { documents }: Course): boolean {
  const { role } = roleOf(step);
  const condition = role.role === 'hold' ? role.watches?.(step) : undefined;
  return condition !== undefined && truthOf(condition, facts, documents.segments) === true;
}

/** Whether an event ends a hold. */
function isResolvedBy(step: Step, event: AbstractEvent, facts: Facts, { documents }: Course): boolean | undefined {
  const { role } = roleOf(step);
  if (role.role !== 'hold') return false;
  const [match, condition] = [role.awaits?.(step), role.watches?.(step)];
  if (match) return isHeard(event, match);
  if (!condition) return false;
  // Whoever stands there does so because the condition did not hold, and this event has nothing to do with it.
  const text = JSON.stringify(condition);
  const isAbout = text.includes(JSON.stringify(event.name)) || /"(?:trait|consent|segment)":/.test(text);
  return isAbout ? truthOf(condition, facts, documents.segments) : false;
}

function leaving(course: Course, world: World, node: PlanNode, way: string): World {
  const { touch } = course.machine.afterHold(world.at!);
  return standing({ ...world, facts: staying(course, world.facts) }, touch, waysOf(node)[way] ?? null);
}

/** Ways into the journey from where a person is now. */
export function entries(course: Course, world: World, rule?: AbstractEvent): readonly Turn[] {
  const { journey, documents, machine } = course;
  const { on, when } = journey.document.entry;
  const events: readonly (AbstractEvent | undefined)[] = 'event' in on ? comingAs(on, rule) : [undefined];
  return events.flatMap((event): readonly Turn[] => {
    const facts = event ? learn(event, world.facts, documents.workspace) : later(world.facts);
    const said = when === undefined ? facts : take(when, true, facts);
    const isRefused = when !== undefined && truthOf(when, facts, documents.segments) === false;
    if (isRefused || isBarred(course, { facts: said, rounds: {} }) || !machine.start) return [];
    // Between the entry and the first touch anything may happen.
    const inside: World = { facts: staying(course, said), rounds: {}, at: machine.start };
    const move: Move = { kind: 'enter', ...(event && { event }) };
    return [{ move, to: inside, leastMs: 0 }];
  });
}

/** Ways in which an enrollment may be over before its last step. */
export function endings(course: Course, world: World): readonly Turn[] {
  const { at } = world;
  if (!at) return [];
  const { exit = [] } = course.journey.document;
  return exit.flatMap((one): readonly Turn[] => {
    if ('when' in one) {
      const to = outside({ ...world, facts: take(one.when, true, world.facts) });
      return [{ move: { kind: 'exit', node: course.machine.node(at) }, to, leastMs: 0 }];
    }
    return namesOf(one.on.event).map((name) => {
      const event = { name, ...(one.on.where && { where: one.on.where }) };
      const facts = learn(event, world.facts, course.documents.workspace);
      return { move: { kind: 'event', event, at }, to: outside({ ...world, facts }), leastMs: 0 };
    });
  });
}

/** Whether the gate certainly refuses a message of this step. */
export function isShut({ journey, documents }: Course, { facts }: World, node: PlanNode, channel: string): boolean {
  if (journey.isAcquisition && isConverted(facts, documents.workspace)) return true;
  if (journey.document.kind === 'transactional' || channel === 'webhook') return false;
  const isForbidden = (documents.workspace.frequencyCaps ?? []).some(
    (cap) => cap.atMost === 0 && covers(cap, channel, 'marketing', topicOf(node)),
  );
  return isForbidden || isDenied(facts, channel);
}

/** All that may happen next to a person inside, by the machine and by what the documents name. */
export function steps(course: Course, world: World, rule?: AbstractEvent): readonly Turn[] {
  if (!world.at) return [];
  const node = course.machine.node(world.at);
  switch (node.role) {
    case 'end':
      return [{ move: { kind: 'done' }, to: outside(world), leastMs: 0 }];
    case 'act':
      return acting(course, world, node);
    case 'choose':
      return choosing(course, world, node);
    case 'hold':
      return holding(course, world, node, rule);
    default:
      return node satisfies never;
  }
}

function acting(course: Course, world: World, node: Extract<PlanNode, { role: 'act' }>): readonly Turn[] {
  const passed = { ...world, facts: staying(course, world.facts) };
  const to = (target: string | null): World => standing(passed, world.at!.touch, target);
  const others = Object.entries(waysOf(node)).map(([way, target]): Turn => ({
    move: { kind: 'act', node, way },
    to: to(target ?? null),
    leastMs: 0,
  }));
  const messages = messagesOf(node);
  if (messages.length === 0) return [{ move: { kind: 'act', node }, to: to(node.next), leastMs: 0 }, ...others];
  const isSent = messages.some(({ channel }) => !isShut(course, world, node, channel));
  return [{ move: { kind: 'send', node, isSent }, to: to(node.next), leastMs: 0 }, ...others];
}

function choosing(course: Course, world: World, node: Extract<PlanNode, { role: 'choose' }>): readonly Turn[] {
  const { step } = node;
  const stay = world.at!.touch;
  const go = (way: string, facts: Facts, rounds = world.rounds): Turn => ({
    move: { kind: 'choose', node, way },
    to: standing({ ...world, facts, rounds }, stay, waysOf(node)[way] ?? null),
    leastMs: 0,
  });
  if ('branch' in step) return branching(step, world.facts, course, go);
  if ('experiment' in step) {
    // Nobody is drawn into anything but the variants as written.
    return step.variants.filter(({ percent }) => percent > 0).map(({ id }) => go(id, world.facts));
  }
  const ways = Object.keys(waysOf(node));
  const repeated = roundsOf(node);
  if (!repeated) return ways.map((way) => go(way, later(world.facts)));
  const begun = world.rounds[node.id] ?? 0;
  const { [node.id]: _, ...others } = world.rounds;
  const isEnding = begun >= repeated.times || repeated.mayEnd;
  return [
    ...(begun < repeated.times ? [go('round', world.facts, { ...world.rounds, [node.id]: begun + 1 })] : []),
    ...(isEnding ? [go('done', world.facts, others)] : []),
  ];
}

function branching(
  step: Extract<Step, { branch: unknown }>,
  facts: Facts,
  { documents }: Course,
  go: (way: string, facts: Facts) => Turn,
): readonly Turn[] {
  const found: Turn[] = [];
  let rest = facts;
  for (const [index, { when }] of step.branch.entries()) {
    const truth = truthOf(when, rest, documents.segments);
    if (truth !== false) found.push(go(String(index), truth === true ? rest : take(when, true, rest)));
    if (truth === true) return found;
    if (truth === undefined) rest = take(when, false, rest);
  }
  return [...found, go('otherwise', rest)];
}

function holding(
  course: Course,
  world: World,
  node: Extract<PlanNode, { role: 'hold' }>,
  rule?: AbstractEvent,
): readonly Turn[] {
  const { role } = roleOf(node.step);
  if (role.role !== 'hold') return [];
  const { segments, workspace } = course.documents;
  const leave = (way: string, from: World, ms: number, event?: AbstractEvent): Turn => ({
    move: { kind: 'leave', node, way, ...(event && { event }) },
    to: leaving(course, from, node, way),
    leastMs: ms,
  });
  const ways = new Set(Object.keys(waysOf(node)));
  const [match, condition] = [role.awaits?.(node.step), role.watches?.(node.step)];
  const truth = condition && truthOf(condition, world.facts, segments);
  const byEvent = (match ? comingAs(match, rule) : [])
    // Not where the same event ends the enrollment.
    .map((event) => ({ event, after: { ...world, facts: learn(event, world.facts, workspace) } }))
    .filter(({ event, after }) => !isEndedBy(course, after, event))
    .map(({ event, after }) => leave('event', after, 0, event));
  const between = waitsBetween(node);
  const isByItself = !match && !between && truth !== false && ways.has('event');
  const facts = condition ? take(condition, true, world.facts) : world.facts;
  const atOnce = isByItself ? [leave('event', { ...world, facts }, 0)] : [];
  if (between && (world.rounds[between.round] ?? 0) >= between.times) return [leave('event', world, 0)];
  const unresolved = condition ? { ...world, facts: take(condition, false, world.facts) } : world;
  // A condition that holds on arrival passes at once.
  if (truth === true) return atOnce;
  return [
    ...(ways.has('timeout') ? [leave('timeout', unresolved, leastMs(role.lasts?.(node.step)))] : []),
    ...byEvent,
    ...atOnce,
    ...(ways.has('skip') ? [leave('skip', world, 0)] : []),
  ];
}
