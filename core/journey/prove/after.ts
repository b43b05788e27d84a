import { isHeard, type AbstractEvent } from './facts.ts';
import type { Selector } from './rules.ts';
import { movesTo, search, type Leap } from './search.ts';
import { selectedChannels } from './selects.ts';
import { accept, beginning, entries, isShut, steps, worldKey, type Course, type Move, type World } from './world.ts';

interface State {
  readonly world: World;
  /** Whether what the rule begins with has happened. */
  readonly isAfter: boolean;
  readonly isEntered: boolean;
  readonly isBroken: boolean;
}

/**
 * What a way costs: fewer moves are easier to read, and an event that comes while somebody waits is easier to believe
 * than one in the middle of a touch.
 */
const costs = { move: 1, assumption: 3, inTouch: 8 } as const;

/**
 * A way on which a message of a journey goes out after an event, if there is any. The person begins with nothing known
 * of them, so what is found impossible for them is impossible for everybody, at their first enrollment and at any later.
 */
export function sentAfter(course: Course, event: AbstractEvent, selector: Selector): readonly Move[] | undefined {
  let found: readonly Move[] | undefined;
  search<State, Move>({
    start: { world: beginning, isAfter: false, isEntered: false, isBroken: false },
    key: ({ world, ...flags }) => `${worldKey(world)}${JSON.stringify(flags)}`,
    next: ({ state }) => nextOf(course, state, event, selector),
    visit: (reached) => {
      if (reached.state.isBroken) found = movesTo(reached);
      return found !== undefined;
    },
  });
  return found;
}

function nextOf(course: Course, state: State, event: AbstractEvent, selector: Selector): readonly Leap<State, Move>[] {
  const { world, isAfter, isEntered } = state;
  const arrivals = isAfter ? [] : arriving(course, state, event);
  if (!world.at) {
    if (isEntered) return [];
    const begun = entries(course, world, event).map(({ move, to }) => {
      const isIt = move.kind === 'enter' && isRuled(move.event, event);
      return { move, to: { ...state, world: to, isEntered: true, isAfter: isAfter || isIt }, cost: costs.move };
    });
    return [...arrivals, ...begun];
  }
  const turns = steps(course, world, event).map(({ move, to }): Leap<State, Move> => {
    const isIt = move.kind === 'leave' && isRuled(move.event, event);
    const isBroken = isAfter && move.kind === 'send' && isOut(course, world, move, selector);
    const cost = costs.move + (to.facts.taken.size > world.facts.taken.size ? costs.assumption : 0);
    return { move, to: { ...state, world: to, isAfter: isAfter || isIt, isBroken }, cost };
  });
  return [...arrivals, ...turns];
}

/** Whether an event that moves somebody is the one that the rule begins with. */
const isRuled = (event: AbstractEvent | undefined, rule: AbstractEvent): boolean =>
  event !== undefined && isHeard(event, { event: rule.name, ...(rule.where && { where: rule.where }) }) === true;

/** Whether a message that the rule is about goes out. */
const isOut = (course: Course, world: World, { node }: Extract<Move, { kind: 'send' }>, selector: Selector): boolean =>
  selectedChannels(selector, course.journey.document, node).some((channel) => !isShut(course, world, node, channel));

function arriving(course: Course, state: State, event: AbstractEvent): readonly Leap<State, Move>[] {
  const { at } = state.world;
  const isHold = at === undefined || course.machine.node(at).role === 'hold';
  return accept(course, state.world, event).map((world) => ({
    move: { kind: 'event', event, ...(at && { at }) },
    to: { ...state, world, isAfter: true },
    cost: isHold ? costs.move : costs.inTouch,
  }));
}
