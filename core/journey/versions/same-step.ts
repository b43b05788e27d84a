import { canonicalJson, isObject } from '../../json.ts';
import type { Step } from '../document.ts';
import { innerLists, type Plan, type PlanNode } from '../plan.ts';
import { roleOf } from '../roles/role-of.ts';

/** What a step says itself, whatever stands in the lists inside it. */
export function ownText(step: Step): string {
  const inner = new Set<unknown>(innerLists(step));
  const cut = (value: unknown): unknown => {
    if (inner.has(value)) return 0;
    if (Array.isArray(value)) return value.map(cut);
    return isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cut(part)] as const))
      : value;
  };
  return canonicalJson(cut(step));
}

/** Whether a step has an id of its own; one that is only counted has another once a step is put before it. */
export const isNamed = ({ id, step }: PlanNode): boolean => step.id !== undefined && id.startsWith(step.id);

/** What makes a step the same in two versions: its id and kind, or where it has no id, all that it says. */
export const identityOf = (node: PlanNode): string =>
  isNamed(node) ? `#${node.id} ${roleOf(node.step).kind}` : `=${ownText(node.step)}`;

/** The node of another version that is the same step, under the same id. */
export function sameNode(node: PlanNode, other: Plan): PlanNode | undefined {
  const found = other.nodes.get(node.id);
  return found && identityOf(found) === identityOf(node) ? found : undefined;
}

/** Ids of all nodes that may come after one; its own only where it can come again. */
export function comesAfter(plan: Plan, id: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (from: PlanNode | undefined): void => {
    for (const next of from ? followers(from) : []) {
      if (found.has(next)) continue;
      found.add(next);
      visit(plan.nodes.get(next));
    }
  };
  visit(plan.nodes.get(id));
  return found;
}

function followers(node: PlanNode): readonly string[] {
  const next = node.role === 'act' ? [node.next] : node.role === 'end' ? [] : Object.values(node.ways);
  return next.filter((id) => typeof id === 'string');
}
