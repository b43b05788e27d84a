import type { Condition } from '../../segment/condition.ts';
import { canonicalJson, isObject, type Json, type JsonObject } from '../../json.ts';
import type { EventMatch } from '../document.ts';
import { roleOf } from '../roles/role-of.ts';
import { namesOf, noFacts, take, truthOf } from './facts.ts';
import { isCovered } from './gate.ts';
import { purposeOf, topicOf } from './selects.ts';
import type { Scene } from './story.ts';
import { learn, type Course } from './world.ts';

/** One passage of a person through a journey, as it is told. */
export interface Passage {
  readonly course: Course;
  /** The value of the journey's key. */
  readonly key: string;
  readonly scenes: readonly Scene[];
}
type Shown = Scene & { readonly event: NonNullable<Scene['event']> };

/** Whether what happens on one passage means something to another, so that they cannot both be as they are told. */
export function doDisturb(passages: readonly Passage[]): boolean {
  return passages.some((passage) =>
    passages.some(
      (other) =>
        other !== passage &&
        (eventsOf(other).some((scene) => isDisturbed(passage, scene)) || isMovedByEntry(passage, other)),
    ),
  );
}

const eventsOf = ({ scenes }: Passage): readonly Shown[] =>
  scenes.filter((scene): scene is Shown => scene.event !== undefined);

function isDisturbed({ course, key, scenes }: Passage, { event, atMs }: Shown): boolean {
  const [startMs, endMs] = [scenes[0]?.atMs ?? 0, scenes.at(-1)?.atMs ?? 0];
  if (atMs > endMs) return false;
  const { entry } = course.journey.document;
  const heard = (match: EventMatch): boolean => isMeant(match, event, key);
  if ('event' in entry.on && heard({ ...entry.on, ...(entry.key !== undefined && { key: entry.key }) })) return true;
  const { matches, conditions } = askedBy(course);
  if (atMs >= startMs && matches.some(heard)) return true;
  // What its own events have settled, another of the name does not change.
  if (scenes.some((scene) => scene.event?.name === event.name && scene.atMs <= atMs)) return false;
  const facts = learn({ name: event.name }, noFacts, course.documents.workspace);
  return conditions.some((one) => truthOf(one, facts, course.documents.segments) !== undefined);
}

/** Whether what brings somebody into one journey, a segment or its loss, ends a passage of another or its wait. */
function isMovedByEntry({ course, scenes }: Passage, other: Passage): boolean {
  const { on } = other.course.journey.document.entry;
  if (!('segment' in on)) return false;
  const facts = take({ segment: on.segment }, !('edge' in on) || on.edge === 'enter', noFacts);
  const [startMs, endMs] = [scenes[0]?.atMs ?? 0, scenes.at(-1)?.atMs ?? 0];
  const isInside = other.scenes.some(({ isEntry, atMs }) => isEntry && atMs >= startMs && atMs <= endMs);
  return isInside && askedBy(course).watched.some((one) => truthOf(one, facts, course.documents.segments) === true);
}

/** Whether an event may be one that a journey listens for, in the enrollment with that key. */
const isMeant = ({ event: names, key }: EventMatch, event: Shown['event'], own: string): boolean =>
  namesOf(names).includes(event.name) &&
  (key === undefined ||
    canonicalJson(valueAt(event.properties, key.split('.').slice(1)) ?? null) === JSON.stringify(own));

function valueAt(value: Json | undefined, [name, ...rest]: readonly string[]): Json | undefined {
  if (name === undefined) return value;
  return isObject(value) ? valueAt((value as JsonObject)[name], rest) : undefined;
}

/** What a journey asks of events and of people. */
interface Asked {
  /** Events that end somebody's passage or wait. */
  readonly matches: readonly EventMatch[];
  /** What ends either as soon as it holds. */
  readonly watched: readonly Condition[];
  /** All conditions, those of the entry and of branches included. */
  readonly conditions: readonly Condition[];
}
const known = new WeakMap<Course, Asked>();
function askedBy(course: Course): Asked {
  const asked = known.get(course) ?? readAsked(course);
  known.set(course, asked);
  return asked;
}

function readAsked({ journey: { document, plan } }: Course): Asked {
  const steps = [...plan.nodes.values()].map(({ step }) => step);
  const holds = steps.flatMap((step) => {
    const { role } = roleOf(step);
    return role.role === 'hold' ? [{ match: role.awaits?.(step), condition: role.watches?.(step) }] : [];
  });
  const exits = document.exit ?? [];
  const watched = [
    ...exits.flatMap((exit) => ('when' in exit ? [exit.when] : [])),
    ...holds.flatMap(({ condition }) => condition ?? []),
  ];
  return {
    matches: [
      ...exits.flatMap((exit) => ('on' in exit ? [exit.on] : [])),
      ...holds.flatMap(({ match }) => match ?? []),
    ],
    watched,
    conditions: [
      ...watched,
      ...(document.entry.when ? [document.entry.when] : []),
      ...steps.flatMap((step) => ('branch' in step ? step.branch.map(({ when }) => when) : [])),
    ],
  };
}

/**
 * Whether an event of a story begins some other journey for everybody, and that journey's messages could take the slots of the
 * story's. One that holds some people out, lets only some in, or lets nobody in twice, is not for everybody.
 */
export function isJoined(passages: readonly Passage[], courses: readonly Course[]): boolean {
  const told = new Set(passages.map(({ course }) => course.journey.id));
  const events = passages.flatMap(eventsOf);
  const sends = passages.flatMap(({ scenes }) => scenes.flatMap(({ send }) => send ?? []));
  const caps = (courses[0]?.documents.workspace.frequencyCaps ?? []).filter((cap) =>
    sends.some((send) => isCovered(cap, send)),
  );
  return courses.some((course) => {
    const { id, entry, holdout = 0 } = course.journey.document;
    const isForSome = holdout > 0 || entry.when !== undefined || (entry.again ?? 'always') !== 'always';
    if (told.has(id) || isForSome || !('event' in entry.on)) return false;
    const { on, key } = entry;
    const isBegun = events.some(({ event }) => isMeant({ ...on, ...(key !== undefined && { key }) }, event, 'k1'));
    return isBegun && caps.some((cap) => messagesIn(course).some((message) => isCovered(cap, message)));
  });
}

type CapCounted = Parameters<typeof isCovered>[1];
/** What a journey may send, by channel and topic. */
const messagesIn = ({ journey }: Course): readonly CapCounted[] =>
  [...journey.plan.nodes.values()].flatMap((node) => {
    const { role } = roleOf(node.step);
    const topic = topicOf(node);
    const channels = role.role === 'act' ? (role.channels?.(node.step) ?? []) : [];
    const isMarketing = purposeOf(journey.document) === 'marketing';
    return channels.map((channel) => ({ channel, isMarketing, ...(topic !== undefined && { topic }) }));
  });
