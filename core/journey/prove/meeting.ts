import { channels as allChannels } from '../document.ts';
import { addDuration } from '../../time/duration.ts';
import { doDisturb, isJoined, type Passage } from './apart.ts';
import { throughGate } from './gate.ts';
import type { AtMostRule } from './rules.ts';
import { selectedChannels } from './selects.ts';
import { mostMs } from './span.ts';
import { messageWords, tell, type Scene, type Sent, type Telling } from './story.ts';
import type { Course, Move } from './world.ts';

/** A way through a journey on which messages that a rule is about go out. */
export interface Way {
  readonly course: Course;
  readonly moves: readonly Move[];
  /** How many messages are counted on it: the last ones of these steps. */
  readonly count: number;
  readonly steps: ReadonlySet<string>;
  /** Whether a person may be on it as often as there are keys. */
  readonly isKeyed: boolean;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** A Monday, midnight in UTC. */
const mondayMs = Date.UTC(2026, 0, 5);
/** At which hours of that Monday the first message that is counted may go out: in the middle of the day first. */
const hours = [10, 7, 16, 20, 0];
/** Stories that are tried for each of them: the ready journeys need a few dozen. */
const mostTries = 200;
/** Instants at which a message may be placed. */
const mostInstants = 24;

/**
 * Looks for a story with too many messages: ways through journeys laid one beside another, each so that it begins to count
 * when a cap lets messages through again. First with somebody who can be reached everywhere, then with somebody who can be reached
 * only from the first message that is counted, and on the channels of the rule.
 * @returns every scene in order, with what the caps keep back; undefined where none was found
 */
export function meetingOf(
  rule: AtMostRule,
  ways: readonly Way[],
  courses: readonly Course[],
): readonly Scene[] | undefined {
  const channels = rule.sends.channel === undefined ? undefined : [rule.sends.channel].flat();
  const not = channels ? allChannels.filter((one) => !channels.includes(one)) : [];
  const reaches = [undefined, not];
  for (const unreached of reaches) {
    for (const hour of hours) {
      const startMs = mondayMs + hour * hourMs;
      const reach = unreached && { not: unreached, fromMs: startMs };
      const meeting = new Meeting(rule, ways, courses, { startMs, ...(reach && { reach }) });
      const found = meeting.find(0, [], 0) ?? meeting.alone();
      if (found) return meeting.shortened(found);
    }
  }
  return undefined;
}

class Meeting {
  private readonly rule: AtMostRule;
  private readonly ways: readonly Way[];
  private readonly courses: readonly Course[];
  private readonly instants: readonly number[];
  private readonly paces: readonly number[];
  private readonly known = new Map<Way, Map<string, readonly Scene[]>>();
  private readonly base: Telling;
  private tries = 0;

  constructor(rule: AtMostRule, ways: readonly Way[], courses: readonly Course[], base: Telling) {
    this.base = base;
    this.rule = rule;
    this.ways = ways;
    this.courses = courses;
    const lengths = this.caps.map(({ within }) => mostMs(within));
    this.instants = instantsWithin(mostMs(rule.within), lengths);
    this.paces = [...new Set([minuteMs, ...lengths.map((ms) => ms + minuteMs)])];
  }

  private get workspace(): Course['documents']['workspace'] {
    return this.courses[0]!.documents.workspace;
  }
  private get caps(): NonNullable<Course['documents']['workspace']['frequencyCaps']> {
    return this.workspace.frequencyCaps ?? [];
  }

  /** Adds passages, one after another, as long as each brings one more message; goes back where that leads nowhere. */
  find(from: number, passages: readonly Passage[], count: number): readonly Passage[] | undefined {
    for (let at = from; at < this.instants.length; at++) {
      for (const way of this.ways) {
        for (const paceMs of this.paces) {
          if (this.tries >= mostTries) return undefined;
          const next = this.added(way, passages, this.base.startMs + this.instants[at]!, paceMs);
          const more = next ? this.countIn(this.storyOf(next) ?? []) : 0;
          if (!next || more <= count || this.isImpossible(next)) continue;
          const found = more > this.rule.atMost ? next : this.find(at, next, more);
          if (found) return found;
        }
      }
    }
    return undefined;
  }

  /** One passage that is enough by itself, at any hour of a week. */
  alone(): readonly Passage[] | undefined {
    for (const way of this.ways) {
      if (way.count <= this.rule.atMost) continue;
      for (let hour = 0; hour < 7 * 24; hour++) {
        const passages = this.added(way, [], this.base.startMs + hour * hourMs, minuteMs);
        const count = passages ? this.countIn(this.storyOf(passages) ?? []) : 0;
        if (passages && count > this.rule.atMost && !this.isImpossible(passages)) return passages;
      }
    }
    return undefined;
  }

  /** The same story without passages, and ends of passages, that it does not need. */
  shortened(passages: readonly Passage[]): readonly Scene[] | undefined {
    let rest = passages;
    const tryWith = (fewer: readonly Passage[]): void => {
      if (this.countIn(this.storyOf(fewer) ?? []) > this.rule.atMost && !this.isImpossible(fewer)) rest = fewer;
    };
    for (const one of passages) {
      tryWith(rest.filter((other) => other !== one));
      const sends = one.scenes.flatMap(({ send }, index) => (send ? [index] : []));
      for (const last of sends.reverse()) {
        const scenes = one.scenes.slice(0, last + 1);
        tryWith(
          rest.map((other) => (other.key === one.key && other.course === one.course ? { ...one, scenes } : other)),
        );
      }
    }
    return this.storyOf(rest);
  }

  /** With one more passage, whose first message that is counted goes out at an instant. */
  private added(way: Way, passages: readonly Passage[], atMs: number, paceMs: number): readonly Passage[] | undefined {
    const { course, isKeyed } = way;
    const same = passages.filter((one) => one.course === course).length;
    if (same > 0 && !isKeyed) return undefined;
    this.tries++;
    const key = `k${same + 1}`;
    const scenes = this.told(way, { ...this.base, startMs: atMs, paceMs, ...(isKeyed && { key }) });
    return scenes && [...passages, { course, key, scenes }];
  }

  /** A way, told so that its first message that is counted goes out at an instant, or near it where it keeps hours of its own. */
  private told(way: Way, telling: Telling): readonly Scene[] | undefined {
    const known = this.known.get(way) ?? new Map<string, readonly Scene[]>();
    this.known.set(way, known);
    const text = JSON.stringify(telling);
    const standing = known.get(text);
    if (standing) return standing;
    const { course, moves, steps, count } = way;
    const aim = telling.startMs;
    const first = tell(course, moves, { startMs: aim, ...(telling.key !== undefined && { key: telling.key }) });
    const counted = first.flatMap(({ send }, index) => (send && steps.has(send.stepId) ? [index] : []));
    const anchor = counted.at(-count);
    if (anchor === undefined) return undefined;
    let scenes = first;
    // Hours that are kept on the way move what comes after them: once more from where that led.
    for (let [turn, startMs] = [0, aim]; turn < 2; turn++) {
      startMs += aim - scenes[anchor]!.atMs;
      scenes = tell(course, moves, { ...telling, startMs });
    }
    known.set(text, scenes);
    return scenes;
  }

  /** Whether passages cannot all be as they are told, one beside the other. */
  private isImpossible(passages: readonly Passage[]): boolean {
    return doDisturb(passages) || isJoined(passages, this.courses);
  }

  private storyOf(passages: readonly Passage[]): readonly Scene[] | undefined {
    const all = passages.flatMap(({ scenes }) => scenes).sort((a, b) => a.atMs - b.atMs);
    const through = throughGate(all, this.courses[0]!.documents);
    return through && all.map((scene) => (scene.send ? asSent(scene, through.get(scene)) : scene));
  }

  /** The most messages of a story that fall together. */
  private countIn(story: readonly Scene[]): number {
    const instants = story
      .filter((scene) => this.courses.some((course) => this.isCounted(course, scene)))
      .map(({ atMs }) => atMs);
    const ends = instants.map((atMs) => addDuration(atMs, this.rule.within, this.workspace.timeZone, 1));
    return Math.max(
      0,
      ...instants.map((atMs, index) => instants.filter((ms) => ms >= atMs && ms < ends[index]!).length),
    );
  }

  private isCounted({ journey }: Course, { send, journeyId }: Scene): boolean {
    const node = send && journeyId === journey.id ? journey.plan.nodes.get(send.stepId) : undefined;
    return node !== undefined && selectedChannels(this.rule.sends, journey.document, node).includes(send!.channel);
  }
}

/** A message as the gate lets it go, or as it keeps it back. */
function asSent({ send, ...scene }: Scene, gone: Sent | undefined): Scene {
  if (!gone) return { ...scene, says: `${scene.says.replace(/^sends/, 'does not send')}: a cap is full` };
  if (gone.channel === send?.channel) return { ...scene, send: gone };
  return { ...scene, says: `sends ${messageWords(gone)} (${gone.step})`, send: gone };
}

/** When a cap may let messages through again, and every day of a week, as long as all is in one stretch of time. */
function instantsWithin(withinMs: number, lengths: readonly number[]): readonly number[] {
  const found = new Set([0]);
  // A set that grows is walked to its end.
  for (const ms of found) {
    for (const length of lengths)
      if (length > 0 && ms + length < withinMs && found.size < mostInstants) found.add(ms + length);
  }
  for (let day = 1; day < 7; day++) if (day * dayMs < withinMs) found.add(day * dayMs);
  return [...found].sort((a, b) => a - b);
}
