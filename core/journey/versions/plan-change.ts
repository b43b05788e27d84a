import { compileJourney, type JourneyVersion } from '../../definitions.ts';
import type { Documents, Journey } from '../document.ts';
import { documentChanges } from './document-changes.ts';
import { placeIn, type StayReason } from './fit.ts';
import { journeyChanges } from './journey-changes.ts';

/** How many people stand at a step of a version. */
export interface Standing {
  readonly journeyId: string;
  readonly version: string;
  readonly stepId: string;
  readonly people: number;
}
/** A version of a journey that has been published before. */
export interface KnownVersion {
  readonly journeyId: string;
  readonly version: string;
  readonly number: number;
  readonly document: Journey;
}

/** What would become of those at one step if they were moved. */
export interface MovePlan extends Standing {
  /** Of the version that they are in. */
  readonly number: number;
  /** Absent where they go on at the same step of the new version. */
  readonly stays?: StayReason;
}
export interface JourneyPlan {
  readonly journeyId: string;
  readonly name: string;
  readonly status: 'new' | 'changed' | 'unchanged' | 'removed';
  /** The number that is current now; absent for a journey that is not entered. */
  readonly from?: number;
  /** The number that publishing makes current; absent for one that is removed. */
  readonly to?: number;
  /** Whether that version has been published before. */
  readonly isKnown: boolean;
  /** In words. */
  readonly changes: readonly string[];
  /** People inside, by version and step; what a move would make of them. */
  readonly inside: readonly MovePlan[];
}
/** What publishing documents would do. */
export interface PublicationPlan {
  readonly journeys: readonly JourneyPlan[];
  /** What changes beside the journeys, a line each. */
  readonly others: readonly string[];
}

/** What is known of a home before something is published in it. */
export interface PublishedSoFar {
  /** What is current now; absent where nothing is. */
  readonly documents: Documents | undefined;
  readonly versions: readonly KnownVersion[];
  readonly inside: readonly Standing[];
}

/** Compares documents with what is published: journeys in their order, then those that are removed. */
export function planChange({ documents: before, versions, inside }: PublishedSoFar, next: Documents): PublicationPlan {
  const old = new Map((before?.journeys ?? []).map((journey) => [journey.id, journey]));
  const ids = new Set(next.journeys.map(({ id }) => id));
  const plan = (was: Journey | undefined, is: Journey | undefined): JourneyPlan => {
    const { id } = (is ?? was)!;
    const known = versions.filter(({ journeyId }) => journeyId === id);
    return planJourney(
      was,
      is,
      known,
      inside.filter(({ journeyId }) => journeyId === id),
    );
  };
  return {
    journeys: [
      ...next.journeys.map((journey) => plan(old.get(journey.id), journey)),
      ...[...old.values()].filter(({ id }) => !ids.has(id)).map((journey) => plan(journey, undefined)),
    ],
    others: before ? documentChanges(before, next) : [],
  };
}

function planJourney(
  was: Journey | undefined,
  is: Journey | undefined,
  known: readonly KnownVersion[],
  inside: readonly Standing[],
): JourneyPlan {
  const numberOf = (version: string): number | undefined => known.find((one) => one.version === version)?.number;
  const [from, to] = [was, is].map((journey) => journey && compileJourney(journey));
  const next = Math.max(0, ...known.map(({ number }) => number)) + 1;
  const standing = to && numberOf(to.version);
  return {
    journeyId: (is ?? was)!.id,
    name: (is ?? was)!.name,
    status: !is ? 'removed' : !was ? 'new' : from?.version === to?.version ? 'unchanged' : 'changed',
    ...(from && { from: numberOf(from.version) ?? 1 }),
    ...(to && { to: standing ?? next }),
    isKnown: standing !== undefined,
    changes: was && is ? journeyChanges(was, is) : [],
    inside: inside.map((one) => moveOf(one, known, to)),
  };
}

function moveOf(standing: Standing, known: readonly KnownVersion[], to: JourneyVersion | undefined): MovePlan {
  const pinned = known.find(({ version }) => version === standing.version);
  const found = { ...standing, number: pinned?.number ?? 0 };
  if (!to || !pinned || to.version === standing.version) return found;
  const fit = placeIn(standing.stepId, compileJourney(pinned.document), to);
  return fit.kind === 'stays' ? { ...found, stays: fit.reason } : found;
}
