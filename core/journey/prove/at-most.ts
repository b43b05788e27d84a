import type { Journey } from '../document.ts';
import type { PlanNode } from '../plan.ts';
import { defaultUseBy } from '../roles/send.ts';
import { roleOf } from '../roles/role-of.ts';
import { messagesOf, roundsOf } from './machine.ts';
import { longestHoldMs } from './clock.ts';
import { movesTo, search, type Leap } from './search.ts';
import { leastMs, mostMs } from './span.ts';
import { beginning, endings, entries, isShut, steps, worldKey, type Course, type Move, type World } from './world.ts';

interface State {
  readonly world: World;
  /** Messages so far that the rule is about. */
  readonly count: number;
  /** Entries since the first of them; counted only where the journey says how long to stay away. */
  readonly returns: number;
  /** Has just sent the last message: another trigger may still find them inside. */
  readonly isLeaving: boolean;
}
/** Which messages are counted, in which stretch of time. */
export interface Counting {
  readonly within: string;
  /** The channels on which what a step sends is counted. */
  channelsOf(course: Course, node: PlanNode): readonly string[];
  /** Whether somebody may stand still for any time, as under a pause: then `again` keeps no two messages apart. */
  readonly isLate: boolean;
}
/** How many messages of one journey may fall into a stretch of time. */
export interface Burst {
  readonly count: number;
  /** On which way; empty for none. */
  readonly moves: readonly Move[];
  /** How many of them on that way; with keys that are fewer. */
  readonly each: number;
  /** So many people's ways at once as there are keys: each key enters by itself. */
  readonly copies: number;
}

/** Breaks ties: of ways that take the same time the one with fewer moves. A day has 86,400,000 of the other unit. */
const effort = 1 / 4_096;

/**
 * The most messages of a journey that may reach one person in a stretch of time, at most `most` of them. Between two
 * messages lies at least what the document says on the way from one to the other: waits in full, all else in no time.
 */
export function mostWithin(course: Course, counting: Counting, most: number): Burst {
  const { entry } = course.journey.document;
  const isKeyed = entry.key !== undefined || 'api' in entry.on;
  const once = isKeyed
    ? burstOf(course, counting, most, { again: 'never', restarts: false })
    : burstOf(course, counting, most, { again: entry.again ?? 'always', restarts: entry.meanwhile === 'restart' });
  if (!isKeyed || once.count >= most || once.count === 0) return once;
  return { ...once, count: most, copies: Math.ceil(most / once.count) };
}

function burstOf(course: Course, counting: Counting, most: number, { again, restarts }: Return): Burst {
  const withinMs = mostMs(counting.within) + graceMs(course.journey, counting.within);
  const stay = typeof again === 'object' ? leastMs(again.after) : 0;
  // Whoever is restarted has entered just now.
  const lead = restarts || counting.isLate ? 0 : Math.max(0, stay - longestMs(course));
  let best: Burst = { count: 0, each: 0, moves: [], copies: 1 };
  search<State, Move>({
    start: { world: beginning, count: 0, returns: 0, isLeaving: false },
    key: ({ world, ...rest }) => `${worldKey(world)}${JSON.stringify(rest)}`,
    next: ({ state, cost }) => nextOf(course, counting, state, { cost, again, restarts, stay, lead }),
    visit: (reached) => {
      if (reached.cost >= withinMs) return true;
      const { count } = reached.state;
      if (count > best.count) best = { count, each: count, moves: movesTo(reached), copies: 1 };
      return best.count >= most;
    },
  });
  return best;
}
/** How a person may come in another time. */
interface Return {
  readonly again: NonNullable<Journey['entry']['again']>;
  readonly restarts: boolean;
}
interface Pace extends Return {
  readonly cost: number;
  readonly stay: number;
  readonly lead: number;
}

function nextOf(course: Course, counting: Counting, state: State, pace: Pace): readonly Leap<State, Move>[] {
  const { world, count } = state;
  const mayComeBack = pace.again !== 'never' || pace.restarts;
  const ending = mayComeBack && count > 0 ? endings(course, world) : [];
  const turns = [...steps(course, world), ...ending].flatMap(
    ({ move, to, leastMs: ms }): readonly Leap<State, Move>[] => {
      const isOut = move.kind === 'send' && counts(course, world, move, counting);
      const isLeaving = move.kind === 'send' && !to.at;
      const cost = (count > 0 ? ms : 0) + effort;
      const passed = { move, to: { ...state, world: to, isLeaving }, cost };
      if (!isOut) return [passed];
      const counted = { ...passed, to: { ...passed.to, count: count + 1 } };
      // The stretch of time may begin with any message: also with a later one than this.
      return count === 0 ? [counted, passed] : [counted];
    },
  );
  return [...entering(course, state, pace), ...turns];
}

/** Ways in: the first, one after the end, and one that restarts whoever is inside. */
function entering(
  course: Course,
  state: State,
  { cost, again, restarts, stay, lead }: Pace,
): readonly Leap<State, Move>[] {
  const { world, count, returns, isLeaving } = state;
  const isFirst = world === beginning;
  const isRestart = (world.at !== undefined || isLeaving) && restarts;
  if (!isFirst && !isRestart && (world.at !== undefined || again === 'never')) return [];
  // The n-th entry after the first message lies so long after it at least; a restart asks for no time between.
  const isCounted = !isFirst && !isRestart && stay > 0 && count > 0;
  const waitMs = isCounted ? Math.max(0, lead + returns * stay - cost) : 0;
  return entries(course, world).map(({ move, to }) => ({
    move: move.kind === 'enter' && isRestart ? { ...move, restarts: world.at ?? ('gone' as const) } : move,
    to: { world: to, count, returns: isCounted ? returns + 1 : returns, isLeaving: false },
    cost: waitMs + effort,
  }));
}

const counts = (
  course: Course,
  world: World,
  { node }: Extract<Move, { kind: 'send' }>,
  { channelsOf }: Counting,
): boolean => channelsOf(course, node).some((channel) => !isShut(course, world, node, channel));

/** How long an enrollment lasts at most by its document; Infinity where that is not written. */
function longestMs({ journey }: Course): number {
  let sum = 0;
  for (const node of journey.plan.nodes.values()) {
    if (node.role === 'hold') sum += longestHoldMs(node.step);
    const useBy = 'useBy' in node.step ? node.step.useBy : undefined;
    if (messagesOf(node).length > 0) sum += mostMs(useBy ?? defaultUseBy);
    // A list that is walked again would have to be counted as often.
    if (roundsOf(node)) return Infinity;
  }
  return sum;
}

/** An hour where days and hours are compared, of which a clock change makes one longer or shorter. */
function graceMs({ plan, document }: Course['journey'], within: string): number {
  const waits = [...plan.nodes.values()].flatMap(({ step }) => {
    const { role } = roleOf(step);
    return role.role === 'hold' ? (role.lasts?.(step) ?? []) : [];
  });
  const { again } = document.entry;
  const all = [...waits, within, ...(typeof again === 'object' ? [again.after] : [])];
  const isOfDays = all.every((text) => !text.includes('T'));
  const isOfHours = all.every((text) => text.startsWith('PT'));
  return isOfDays || isOfHours ? 0 : 3_600_000;
}
