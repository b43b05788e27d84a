import { publish } from '../../definitions.ts';
import { addDuration } from '../../time/duration.ts';
import type { Documents, FrequencyCap, Workspace } from '../document.ts';
import { sentAfter } from './after.ts';
import { mostWithin, type Burst } from './at-most.ts';
import { namesOf, type AbstractEvent } from './facts.ts';
import type { AtMostRule, Beginning, Rule, Selector } from './rules.ts';
import { purposeOf, selectedChannels, topicOf } from './selects.ts';
import { leastMs, mostMs } from './span.ts';
import { isCovered, tell, throughCaps, type Scene } from './story.ts';
import { courseOf, type Course } from './world.ts';

/** What is known of a rule, and why. */
export type Verdict =
  | { readonly kind: 'holds'; readonly why: string }
  /** With a way on which it is broken, from the first event to the message too many. */
  | { readonly kind: 'broken'; readonly story: readonly Scene[] }
  | { readonly kind: 'undecided'; readonly why: string; readonly story: readonly Scene[] };
/** A rule with what is known of it. */
export interface Proof {
  readonly rule: Rule;
  readonly verdict: Verdict;
  /** Whether some step sends what the rule is about. */
  readonly isAboutSomething: boolean;
}

/** A Monday, ten o'clock in UTC: when the first thing on a path happens. */
const startMs = Date.UTC(2026, 0, 5, 10);

/** Decides rules for checked documents, by exploring what their compiled journeys can do; each rule by itself. */
export function proverOf(documents: Documents): (rule: Rule) => Proof {
  const { journeys } = publish(documents, 'proof');
  const courses = [...journeys.values()].map((journey) => courseOf(journey, documents));
  return (rule) => {
    const selector = selectorOf(rule);
    const isAboutSomething = courses.some((course) => selectedIn(course, selector).length > 0);
    if ('atMost' in rule) return { rule, verdict: proveAtMost(rule, courses, documents.workspace), isAboutSomething };
    return { rule, verdict: proveAfter(rule.after, selector, courses), isAboutSomething };
  };
}

const selectorOf = (rule: Rule): Selector => ('never' in rule ? rule.never.send : 'sends' in rule ? rule.sends : {});

/** The steps of a journey that send what a rule is about, each with the channels. */
const selectedIn = (
  { journey }: Course,
  selector: Selector,
): readonly { readonly stepId: string; readonly channels: readonly string[] }[] =>
  [...journey.plan.nodes.values()].flatMap((node) => {
    const channels = selectedChannels(selector, journey.document, node);
    return channels.length === 0 ? [] : [{ stepId: node.id, channels }];
  });

/** A path in words: `Signed Up arrives and begins "welcome" → sends email "hello" ("hello") → …`. */
export const pathOf = (story: readonly Scene[]): string => story.map(({ says }) => says).join(' → ');

function eventsOf(after: Beginning, { conversion }: Workspace): readonly AbstractEvent[] {
  const matches = 'conversion' in after ? conversion : [after];
  return matches.flatMap(({ event, where }) => namesOf(event).map((name) => ({ name, ...(where && { where }) })));
}

function proveAfter(after: Beginning, selector: Selector, courses: readonly Course[]): Verdict {
  let undecided: Verdict | undefined;
  for (const course of courses) {
    if (selectedIn(course, selector).length === 0) continue;
    for (const event of eventsOf(after, course.documents.workspace)) {
      const moves = sentAfter(course, event, selector);
      if (!moves) continue;
      const story = tell(course, moves, startMs);
      const last = story.at(-1);
      if (last?.send && throughCaps(story, course.documents.workspace).includes(last)) return { kind: 'broken', story };
      undecided = { kind: 'undecided', why: 'The caps or the quiet hours may keep the last message back.', story };
    }
  }
  return undecided ?? { kind: 'holds', why: 'No way leads from the one to the other.' };
}

function proveAtMost(rule: AtMostRule, courses: readonly Course[], workspace: Workspace): Verdict {
  const cap = (workspace.frequencyCaps ?? []).find((one) => isEnough(one, rule, courses));
  if (cap)
    return {
      kind: 'holds',
      why: `A cap of the workspace lets no more than ${cap.atMost} within ${cap.within} through.`,
    };
  const most = rule.atMost + 1;
  const bursts = courses
    .map((course) => ({ course, burst: mostWithin(course, rule, most) }))
    .filter(({ burst }) => burst.count > 0)
    .sort((a, b) => b.burst.count - a.burst.count);
  const total = bursts.reduce((sum, { burst }) => sum + burst.count, 0);
  if (total < most) return { kind: 'holds', why: `No more than ${total} can come together.` };
  const story = together(rule, bursts, most);
  if (isBroken(rule, story, courses, workspace)) return { kind: 'broken', story };
  return { kind: 'undecided', why: whyNot(bursts), story };
}

const whyNot = (bursts: readonly OfJourney[]): string =>
  bursts.length > 1
    ? 'By the waits alone so many could come together; whether they do depends on caps, or on how the journeys meet.'
    : 'By the waits alone so many could come together; whether they do depends on caps, or on when the person comes back.';

/** Whether a cap alone keeps what a rule wants kept: it counts all that the rule is about, for as long, and as few. */
function isEnough(cap: FrequencyCap, rule: AtMostRule, courses: readonly Course[]): boolean {
  const isLong = cap.within === rule.within || leastMs(cap.within) >= mostMs(rule.within) + 3_600_000;
  if (cap.atMost > rule.atMost || !isLong) return false;
  return courses.every((course) =>
    selectedIn(course, rule.sends).every(({ stepId, channels }) => {
      const node = course.journey.plan.nodes.get(stepId)!;
      const isMarketing = purposeOf(course.journey.document) === 'marketing';
      const topic = topicOf(node);
      return channels.every((channel) =>
        isCovered(cap, { stepId, channel, isMarketing, ...(topic !== undefined && { topic }) }),
      );
    }),
  );
}

interface OfJourney {
  readonly course: Course;
  readonly burst: Burst;
}

/** A story in which the messages of several journeys, or of several keys, come together. */
function together(rule: AtMostRule, bursts: readonly OfJourney[], most: number): readonly Scene[] {
  const parts: { readonly course: Course; readonly burst: Burst; readonly key: string }[] = [];
  let count = 0;
  for (const { course, burst } of bursts) {
    for (let copy = 0; copy < burst.copies && count < most; copy++) {
      parts.push({ course, burst, key: `k${copy + 1}` });
      count += Math.ceil(burst.count / burst.copies);
    }
  }
  const firsts = parts.map(({ course, burst, key }) => {
    const story = tell(course, burst.moves, startMs, key);
    return story.find((scene) => isCounted(rule, course, scene))?.atMs ?? startMs;
  });
  const latest = Math.max(...firsts);
  return parts
    .flatMap(({ course, burst, key }, index) => tell(course, burst.moves, startMs + latest - firsts[index]!, key))
    .sort((a, b) => a.atMs - b.atMs);
}

function isCounted(rule: AtMostRule, { journey }: Course, { send, journeyId }: Scene): boolean {
  const node = send && journeyId === journey.id ? journey.plan.nodes.get(send.stepId) : undefined;
  return node !== undefined && selectedChannels(rule.sends, journey.document, node).includes(send!.channel);
}

/** Whether a story really holds too many messages: through the caps, and no journey's events in another's way. */
function isBroken(
  rule: AtMostRule,
  story: readonly Scene[],
  courses: readonly Course[],
  workspace: Workspace,
): boolean {
  const instants = throughCaps(story, workspace)
    .filter((scene) => courses.some((course) => isCounted(rule, course, scene)))
    .map(({ atMs }) => atMs);
  const isTooMany = instants.some((atMs, index) => {
    const last = instants[index + rule.atMost];
    return last !== undefined && last < addDuration(atMs, rule.within, workspace.timeZone, 1);
  });
  return isTooMany && !courses.some((course) => isDisturbed(course, story));
}

/** Whether events of another journey's path mean something to this one. */
function isDisturbed({ journey }: Course, story: readonly Scene[]): boolean {
  if (!story.some(({ journeyId }) => journeyId === journey.id)) return false;
  return story.some(
    ({ journeyId, event }) =>
      event !== undefined &&
      journeyId !== journey.id &&
      (journey.listens.has(event.name) || journey.entry?.names.has(event.name) === true),
  );
}
