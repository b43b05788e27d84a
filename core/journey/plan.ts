import { compiledOnce, type Compiled } from '../segment/compile-condition.ts';
import type { Journey, Step, Steps } from './document.ts';
import type { HoldWay, Ways, WayTarget } from './roles/role.ts';
import { roleOf } from './roles/role-of.ts';

/** One step in the flat plan of a journey; `null` is the journey's end. */
export type PlanNode =
  | {
      readonly role: 'act';
      readonly id: string;
      readonly step: Step;
      readonly next: string | null;
      /** Where else it may lead, such as a message that was refused. */
      readonly ways?: { readonly [way: string]: string | null };
    }
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
  const add: Add = (steps, ends) => {
    let { next, beyond } = ends;
    for (const step of steps.toReversed()) {
      const id = ids.get(step) ?? step.id!;
      const { role } = roleOf(step);
      const from = { next, beyond, out: ends.out };
      // What a step unfolds into may leave it early: on to what follows it.
      const first = role.role === 'list' ? add(role.unfold(step, id), { ...from, out: next }) : id;
      if (role.role !== 'list') nodes.set(id, node(step, id, from, add));
      [next, beyond] = [first, next];
    }
    return next;
  };
  const start = add(journey.steps, { next: null, beyond: null, out: null });
  return { start, nodes, ...lookedFor([...nodes.values()]) };
}

/** What people who stand somewhere in a journey are waiting for. */
function lookedFor(nodes: readonly PlanNode[]): Pick<Plan, 'watched' | 'awaited' | 'isMovable'> {
  const watching = nodes.flatMap(({ step }) => {
    const { role } = roleOf(step);
    return role.role === 'hold' || role.role === 'act' ? [{ step, role }] : [];
  });
  return {
    watched: watching.flatMap(({ step, role }) => {
      const condition = role.watches?.(step);
      return condition ? [compiledOnce(condition)] : [];
    }),
    awaited: watching.flatMap(({ step, role }) => [role.awaits?.(step)?.event ?? []].flat()),
    isMovable: watching.some(({ step, role }) => role.role === 'hold' && role.isMovable?.(step) === true),
  };
}

/** Where the steps of a list lead when it is over: on, past the next step, and out of the stretch that they stand in. */
interface Ends {
  readonly next: string | null;
  readonly beyond: string | null;
  readonly out: string | null;
}
/** Adds a list of steps. @returns its first node */
type Add = (steps: Steps, ends: Ends) => string | null;

function node(step: Step, id: string, ends: Ends, add: Add): PlanNode {
  const { role } = roleOf(step);
  const led = (ways: Ways): { readonly [way: string]: string | null } =>
    Object.fromEntries(Object.entries(ways).map(([way, target]) => [way, leadTo(target, id, ends, add)]));
  switch (role.role) {
    case 'act': {
      const ways = role.ways?.(step) ?? {};
      return { role: 'act', id, step, next: ends.next, ...(Object.keys(ways).length > 0 && { ways: led(ways) }) };
    }
    case 'choose':
      return { role: 'choose', id, step, ways: led(role.ways(step)) };
    case 'hold':
      return { role: 'hold', id, step, ways: led(role.ways(step) as Ways) };
    case 'end':
      return { role: 'end', id, step };
    case 'list':
      throw new RangeError(`Step ${id} is no step of its own`);
    default:
      return role satisfies never;
  }
}

function leadTo(target: WayTarget, id: string, ends: Ends, add: Add): string | null {
  if (target === 'next') return ends.next;
  if (target === 'after-next') return ends.beyond;
  if (target === 'out') return ends.out;
  if ('again' in target) return add(target.again, { next: id, beyond: id, out: ends.next });
  return add(target, ends);
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

/** Lists of steps that the document holds inside a step. */
export function innerLists(step: Step): readonly Steps[] {
  const { role } = roleOf(step);
  if (role.role === 'end') return [];
  if (role.role === 'list') return role.inner?.(step) ?? [];
  return Object.values(role.ways?.(step) ?? {}).flatMap((target) =>
    typeof target === 'string' || target === undefined || 'again' in target ? [] : [target],
  );
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
    if (one.role !== 'hold' || id === follows) leadsOf(one).forEach(visit);
  };
  visit(follows ?? plan.start);
  return [...found.values()];
}

/** Where a node leads by the document; `null` is the journey's end. */
export function leadsOf(node: PlanNode): readonly (string | null)[] {
  if (node.role === 'end') return [null];
  const ways = Object.values(node.ways ?? {}).map((to) => to ?? null);
  return node.role === 'act' ? [node.next, ...ways] : ways;
}
