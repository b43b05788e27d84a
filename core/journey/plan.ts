import { compiledOnce, type Compiled } from '../segment/compile-condition.ts';
import type { Journey, Step, Steps } from './document.ts';
import type { HoldWay } from './roles/role.ts';
import { roleOf } from './roles/role-of.ts';

/** One step in the flat plan of a journey; `null` is the journey's end. */
export type PlanNode =
  | { readonly role: 'act'; readonly id: string; readonly step: Step; readonly next: string | null }
  | {
      readonly role: 'choose';
      readonly id: string;
      readonly step: Step;
      readonly ways: { readonly [way: string]: string | null };
    }
  | {
      readonly role: 'hold';
      readonly id: string;
      readonly step: Step;
      readonly ways: { readonly [way in HoldWay]?: string | null };
    }
  | { readonly role: 'end'; readonly id: string; readonly step: Step };

/** A journey as a graph: nested lists flattened, each step knowing what comes next. */
export interface Plan {
  readonly start: string | null;
  readonly nodes: ReadonlyMap<string, PlanNode>;
  /** Conditions that holds watch. */
  readonly watched: readonly Compiled[];
  /** Names of the events that holds wait for. */
  readonly awaited: readonly string[];
  /** Whether some hold's instant follows a trait. */
  readonly isMovable: boolean;
}

/** Flattens a checked journey. Steps without an id are named by their kind and number, in the order of the document. */
export function compilePlan(journey: Journey): Plan {
  const ids = nameSteps(journey.steps);
  const nodes = new Map<string, PlanNode>();
  const add: Add = (steps, next, beyond) => {
    let after: string | null = next;
    let afterNext: string | null = beyond;
    for (const step of steps.toReversed()) {
      const id = ids.get(step)!;
      nodes.set(id, node(step, id, after, afterNext, add));
      [after, afterNext] = [id, after];
    }
    return after;
  };
  const start = add(journey.steps, null, null);
  const holds = [...nodes.values()].flatMap((one) => {
    const { role } = roleOf(one.step);
    return role.role === 'hold' ? [{ step: one.step, role }] : [];
  });
  return {
    start,
    nodes,
    watched: holds.flatMap(({ step, role }) => {
      const condition = role.watches?.(step);
      return condition ? [compiledOnce(condition)] : [];
    }),
    awaited: holds.flatMap(({ step, role }) => {
      const match = role.awaits?.(step);
      return match ? (typeof match.event === 'string' ? [match.event] : match.event) : [];
    }),
    isMovable: holds.some(({ step, role }) => role.isMovable?.(step) === true),
  };
}

/** Adds a list of steps that goes on to `next`, and where its last step passes over that, to `beyond`. */
type Add = (steps: Steps, next: string | null, beyond: string | null) => string | null;

function node(step: Step, id: string, next: string | null, afterNext: string | null, add: Add): PlanNode {
  const { role } = roleOf(step);
  switch (role.role) {
    case 'act':
      return { role: 'act', id, step, next };
    case 'choose': {
      const ways = Object.entries(role.ways(step)).map(([way, steps]) => [way, add(steps, next, afterNext)] as const);
      return { role: 'choose', id, step, ways: Object.fromEntries(ways) };
    }
    case 'hold': {
      const ways = Object.entries(role.ways(step)).map(([way, to]) => {
        if (to === 'next') return [way, next] as const;
        return [way, to === 'after-next' ? afterNext : add(to, next, afterNext)] as const;
      });
      return { role: 'hold', id, step, ways: Object.fromEntries(ways) };
    }
    case 'end':
      return { role: 'end', id, step };
    default:
      return role satisfies never;
  }
}

/** Every step's id, in document order: its own, else its kind and the number of that kind. */
function nameSteps(steps: Steps): ReadonlyMap<Step, string> {
  const all: Step[] = [];
  const collect = (list: Steps): void => {
    for (const step of list) {
      all.push(step);
      innerLists(step).forEach(collect);
    }
  };
  collect(steps);
  const ids = new Map<Step, string>();
  const taken = new Set(all.flatMap((step) => (step.id === undefined ? [] : [step.id])));
  const counts = new Map<string, number>();
  for (const step of all) {
    const kind = roleOf(step).kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    let number = counts.get(kind) ?? 0;
    let id = step.id;
    do number++;
    while (id === undefined && taken.has(`${kind}-${number}`));
    counts.set(kind, number);
    id ??= `${kind}-${number}`;
    ids.set(step, id);
  }
  return ids;
}

/** The lists of steps inside a step. */
export function innerLists(step: Step): readonly Steps[] {
  const { role } = roleOf(step);
  if (role.role === 'choose') return Object.values(role.ways(step));
  if (role.role !== 'hold') return [];
  return Object.values(role.ways(step)).flatMap((way) => (typeof way === 'string' || way === undefined ? [] : [way]));
}

/**
 * The plan nodes that one touch needs: up to the next holds, these included.
 * @param follows the hold that it follows, which is included too; else it begins where the journey does
 */
export function reachableUntilHold(plan: Plan, follows?: string): readonly PlanNode[] {
  const found = new Map<string, PlanNode>();
  const visit = (id: string | null): void => {
    if (id === null || found.has(id)) return;
    const one = plan.nodes.get(id)!;
    found.set(id, one);
    if (one.role === 'act') visit(one.next);
    if (one.role === 'choose' || (one.role === 'hold' && id === follows)) {
      for (const next of Object.values(one.ways)) visit(next ?? null);
    }
  };
  visit(follows ?? plan.start);
  return [...found.values()];
}
