import type { JourneyVersion } from '../../definitions.ts';
import type { Enrollment } from '../../enrollment/enrollment.ts';
import type { Plan } from '../plan.ts';
import { comesAfter, identityOf, sameNode } from './same-step.ts';

/** Why somebody stays with the version under which they came. */
export type StayReason =
  /** The step at which they stand is not there any more. */
  | 'step-removed'
  /** Under its id stands another kind of step, or a step without an id has changed. */
  | 'step-replaced'
  /** Steps that they have had come after it now. */
  | 'would-repeat'
  /** They are on their way from one hold to the next. */
  | 'under-way';

/** Where an enrollment goes on in another version; else why it stays. */
export type Fit =
  | { readonly kind: 'moves'; readonly stepId: string }
  | { readonly kind: 'stays'; readonly reason: StayReason; readonly stepIds: readonly string[] };

const stays = (reason: StayReason, ...stepIds: readonly string[]): Fit => ({ kind: 'stays', reason, stepIds });

/** Whether an enrollment has done nothing yet. */
const isUntouched = ({ cursor, path, hold }: Enrollment): boolean =>
  cursor.visit === 0 && path.length === 0 && hold === undefined;

/**
 * Where a person goes on when an enrollment moves from one version to another: at the same step, as long as they do not
 * come to a step again that they have had. Who has done nothing yet begins the new version.
 */
export function fitIn(row: Enrollment, from: JourneyVersion, to: JourneyVersion): Fit {
  if (isUntouched(row)) return { kind: 'moves', stepId: to.plan.start ?? '' };
  const { stepId } = row.cursor;
  const place = placeIn(stepId, from.plan, to.plan);
  if (place.kind === 'stays') return place;
  // A touch is under way, or its message is being handed over: it comes to a hold within a minute.
  if (!row.hold) return stays('under-way', stepId);
  const again = repeated(row, from.plan, to.plan);
  return again.length > 0 ? stays('would-repeat', ...again) : place;
}

/** What becomes of those who stand at a step, as far as the documents alone say it. */
export function placeIn(stepId: string, from: Plan, to: Plan): Fit {
  const node = from.nodes.get(stepId);
  if (!node || !to.nodes.has(stepId)) return stays('step-removed', stepId);
  return sameNode(node, to) ? { kind: 'moves', stepId } : stays('step-replaced', stepId);
}

/** Steps on the person's path that come again in the new version, and would not have in the old one. */
function repeated({ cursor, path }: Enrollment, from: Plan, to: Plan): readonly string[] {
  const identities = (plan: Plan): ReadonlyMap<string, string> =>
    new Map([...comesAfter(plan, cursor.stepId)].map((id) => [identityOf(plan.nodes.get(id)!), id]));
  const [before, after] = [identities(from), identities(to)];
  const had = path.map((id) => {
    const node = from.nodes.get(id) ?? to.nodes.get(id);
    return node ? identityOf(node) : id;
  });
  return [...new Set(had.filter((one) => after.has(one) && !before.has(one)).map((one) => after.get(one)!))];
}
