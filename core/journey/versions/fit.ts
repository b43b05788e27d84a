import type { JourneyVersion } from '../../definitions.ts';
import type { Enrollment } from '../../enrollment/enrollment.ts';
import { comesAfter, identityOf, isSame, namedIn, type Steppable } from './same-step.ts';

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
  const place = placeIn(stepId, from, to);
  if (place.kind === 'stays') return place;
  // A touch is under way, or its message is being handed over: it comes to a hold within a minute.
  if (!row.hold) return stays('under-way', stepId);
  const again = repeated(row, from, to);
  return again.length > 0 ? stays('would-repeat', ...again) : place;
}

/** What becomes of those who stand at a step, as far as the documents alone say it. */
export function placeIn(stepId: string, from: Steppable, to: Steppable): Fit {
  if (!from.plan.nodes.has(stepId) || !to.plan.nodes.has(stepId)) return stays('step-removed', stepId);
  return isSame(stepId, from, to) ? { kind: 'moves', stepId } : stays('step-replaced', stepId);
}

/** Steps on the person's path that come again in the new version, and would not have in the old one. */
function repeated({ cursor, path }: Enrollment, from: Steppable, to: Steppable): readonly string[] {
  const named = { from: namedIn(from.document), to: namedIn(to.document) };
  const identities = ({ plan }: Steppable, ids: ReadonlySet<string>): ReadonlyMap<string, string> =>
    new Map([...comesAfter(plan, cursor.stepId)].map((id) => [identityOf(plan.nodes.get(id)!, ids), id]));
  const [before, after] = [identities(from, named.from), identities(to, named.to)];
  const had = path.map((id) => {
    const [old, now] = [from.plan.nodes.get(id), to.plan.nodes.get(id)];
    if (old) return identityOf(old, named.from);
    // Of a version before the last: nothing is known of it but its id.
    return now ? identityOf(now, named.to) : id;
  });
  return [...new Set(had.filter((one) => after.has(one) && !before.has(one)).map((one) => after.get(one)!))];
}
