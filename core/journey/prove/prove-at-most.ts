import type { Documents, FrequencyCap } from '../document.ts';
import type { PlanNode } from '../plan.ts';
import { mostWithin, type Burst, type Counting } from './at-most.ts';
import { groupKey, mostThroughCaps, type Group } from './capacity.ts';
import { isCovered } from './gate.ts';
import { meetingOf, type Way } from './meeting.ts';
import type { AtMostRule } from './rules.ts';
import { purposeOf, selectedChannels, topicOf } from './selects.ts';
import { timesIn } from './span.ts';
import { tell } from './story.ts';
import type { Verdict } from './verdict.ts';
import type { Course } from './world.ts';

/** Decides whether no more messages than a rule allows can come together, all journeys taken as one. */
export function proveAtMost(rule: AtMostRule, courses: readonly Course[], documents: Documents): Verdict {
  const supplies = new Supplies(rule, courses, documents.workspace.frequencyCaps ?? []);
  if (supplies.groups.length === 0) return { kind: 'holds', why: 'No journey sends such a message.' };
  const most = rule.atMost + 1;
  if (supplies.mostByCaps(most) < most) return { kind: 'holds', why: supplies.whyByCaps() };
  const usual = supplies.most(most, false);
  if (usual >= most) {
    const story = meetingOf(rule, supplies.ways(most), courses);
    return story ? { kind: 'broken', story } : { kind: 'undecided', why: whyNot, story: supplies.example(most) };
  }
  const why = supplies.whyByAll(usual);
  return { kind: 'holds', why, ...(supplies.most(most, true) >= most && { unless: late }) };
}

const late =
  'Unless a pause or an outage keeps somebody inside for days: their next passage may then follow sooner than "again" says.';
const whyNot =
  'The waits and the caps allow so many, but no way was found on which they come: that depends on clock changes, on when the person comes back, or on how the journeys meet.';

/** What each journey can send in the stretch of time that a rule names, by the caps that count it. */
class Supplies {
  readonly groups: readonly Group[];
  private readonly rule: AtMostRule;
  private readonly courses: readonly Course[];
  private readonly caps: readonly FrequencyCap[];
  private readonly known = new Map<string, readonly OfJourney[]>();

  constructor(rule: AtMostRule, courses: readonly Course[], caps: readonly FrequencyCap[]) {
    this.rule = rule;
    this.courses = courses;
    this.caps = caps;
    const all = courses.flatMap((course) =>
      [...course.journey.plan.nodes.values()].flatMap((node) =>
        this.selected(course, node).map((channel) => this.groupOf(course, node, channel)),
      ),
    );
    this.groups = [...new Map(all.map((group) => [groupKey(group), group])).values()];
  }

  /** No more messages than these can come together, `most` of them or more. */
  most(most: number, isLate: boolean): number {
    const sum = (group?: Group): number => this.bursts(most, isLate, group).reduce((all, { count }) => all + count, 0);
    return mostThroughCaps(this.caps, this.rule.within, { groups: this.groups, total: sum(), of: sum }, most);
  }

  /** The same, were there no end of messages. */
  mostByCaps(most: number): number {
    return mostThroughCaps(this.caps, this.rule.within, { groups: this.groups, total: most, of: () => most }, most);
  }

  whyByCaps(): string {
    const alone = this.caps.find(
      (cap, index) =>
        cap.atMost <= this.rule.atMost &&
        timesIn(this.rule.within, cap.within) === 1 &&
        this.groups.every((group) => group.includes(index)),
    );
    return alone
      ? `A cap of the workspace lets no more than ${alone.atMost} within ${alone.within} through.`
      : `The caps of the workspace together let no more than ${this.mostByCaps(this.rule.atMost + 1)} through.`;
  }
  whyByAll(count: number): string {
    const uncapped = this.bursts(this.rule.atMost + 1, false).reduce((all, burst) => all + burst.count, 0);
    return uncapped > count
      ? `The caps of the workspace and the waits together let no more than ${count} through.`
      : `No more than ${count} can come together.`;
  }

  /** Ways on which messages go out: those with many, those with one, and those of one group. */
  ways(most: number): readonly Way[] {
    const ways = [undefined, ...this.groups].flatMap((group) =>
      [most, 1].flatMap((count) =>
        this.bursts(count, false, group)
          .filter(({ each }) => each > 0)
          .map((burst) => this.wayOf(burst, group)),
      ),
    );
    const sorted = ways.sort((a, b) => b.count - a.count);
    return [...new Map(sorted.map((way) => [`${way.course.journey.id} ${JSON.stringify(way.moves)}`, way])).values()];
  }
  private wayOf({ course, moves, each }: OfJourney, group: Group | undefined): Way {
    const { entry } = course.journey.document;
    const nodes = [...course.journey.plan.nodes.values()].filter(
      (node) => this.counted(course, node, group).length > 0,
    );
    return {
      course,
      moves,
      count: each,
      steps: new Set(nodes.map(({ id }) => id)),
      isKeyed: entry.key !== undefined || 'api' in entry.on,
    };
  }

  /** The way with the most messages, whatever caps say. */
  example(most: number): ReturnType<typeof tell> {
    const [first] = [...this.bursts(most, false)].sort((a, b) => b.count - a.count);
    return first ? tell(first.course, first.moves, { startMs: Date.UTC(2026, 0, 5, 10) }) : [];
  }

  private bursts(most: number, isLate: boolean, group?: Group): readonly OfJourney[] {
    const key = `${most} ${isLate} ${group ? groupKey(group) : 'all'}`;
    const known = this.known.get(key);
    if (known) return known;
    const counting: Counting = {
      within: this.rule.within,
      isLate,
      channelsOf: (course, node) => this.counted(course, node, group),
    };
    const bursts = this.courses.map((course) => ({ course, ...mostWithin(course, counting, most) }));
    this.known.set(key, bursts);
    return bursts;
  }

  /** The channels on which a step sends what the rule is about, of one group or of all. */
  private counted(course: Course, node: PlanNode, group: Group | undefined): readonly string[] {
    return this.selected(course, node).filter(
      (channel) => !group || groupKey(this.groupOf(course, node, channel)) === groupKey(group),
    );
  }
  private selected({ journey }: Course, node: PlanNode): readonly string[] {
    return selectedChannels(this.rule.sends, journey.document, node);
  }

  /** The caps that count a message. */
  private groupOf({ journey }: Course, node: PlanNode, channel: string): Group {
    const topic = topicOf(node);
    const isMarketing = purposeOf(journey.document) === 'marketing';
    const message = { channel, isMarketing, ...(topic !== undefined && { topic }) };
    return this.caps.flatMap((cap, index) => (isCovered(cap, message) ? [index] : []));
  }
}
interface OfJourney extends Burst {
  readonly course: Course;
}
