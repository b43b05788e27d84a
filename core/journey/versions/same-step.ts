import type { JourneyVersion } from '../../definitions.ts';
import { canonicalJson, isObject } from '../../json.ts';
import type { Journey, Step, Steps } from '../document.ts';
import { innerLists, leadsOf, type Plan, type PlanNode } from '../plan.ts';
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

/** Ids that a document gives its steps; the others are counted, and change once a step is put before theirs. */
export function namedIn({ steps }: Journey): ReadonlySet<string> {
  const collect = (list: Steps): readonly string[] =>
    list.flatMap((step) => [...(step.id === undefined ? [] : [step.id]), ...innerLists(step).flatMap(collect)]);
  return new Set(collect(steps));
}

/** The step of the document that a node is, or is a part of: `chase.1-wait` is one of `chase`. */
const stepIdOf = (nodeId: string): string => nodeId.split('.')[0] ?? nodeId;

/** What makes a step the same in two versions: its id and kind, or where its document gives it none, all that it says. */
export const identityOf = ({ id, step }: PlanNode, named: ReadonlySet<string>): string =>
  named.has(stepIdOf(id)) ? `#${id} ${roleOf(step).kind}` : `=${ownText(step)}`;

/** A version of a journey, as far as its steps are compared. */
export type Steppable = Pick<JourneyVersion, 'plan' | 'document'>;

/** Whether a node of one version is the same step under its id in another. */
export function isSame(id: string, from: Steppable, to: Steppable): boolean {
  const [node, other] = [from.plan.nodes.get(id), to.plan.nodes.get(id)];
  return (
    node !== undefined &&
    other !== undefined &&
    identityOf(node, namedIn(from.document)) === identityOf(other, namedIn(to.document))
  );
}

/** Ids of all nodes that may come after one; its own only where it can come again. */
export function comesAfter({ nodes }: Plan, id: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (from: PlanNode | undefined): void => {
    for (const next of from ? leadsOf(from) : []) {
      if (next === null || found.has(next)) continue;
      found.add(next);
      visit(nodes.get(next));
    }
  };
  visit(nodes.get(id));
  return found;
}
