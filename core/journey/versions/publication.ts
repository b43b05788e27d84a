import { compileJourney } from '../../definitions.ts';
import type { Problem } from '../../problem.ts';
import { checkDocuments } from '../check.ts';
import type { Documents, Journey } from '../document.ts';
import type { WorkflowFile } from '../read-documents.ts';
import { planChange, type PublicationPlan, type PublishedSoFar } from './plan-change.ts';

/** Something that was done to a journey's versions: a line of its history. */
export interface PublicationRecord {
  readonly journeyId: string;
  /** The version that it made current; of one that was closed or removed, the last one. */
  readonly number: number;
  readonly version: string;
  readonly action: 'published' | 'rolled-back' | 'closed' | 'removed';
  readonly atMs: number;
  readonly by?: string;
  readonly why?: string;
}

/** A journey that is kept otherwise than its document says, until that says something else. */
export interface Holding {
  /** The version that the document says; empty for none. */
  readonly of: string;
  /** The version that is current instead; absent where nobody comes in. */
  readonly as?: string;
}
export type Held = { readonly [journeyId: string]: Holding };

/** What stands published. */
export interface PublicationState extends PublishedSoFar {
  /** As they were published, what is held already in its place; absent where nothing is. */
  readonly files: readonly WorkflowFile[] | undefined;
  readonly held: Held;
  /** Journey → number of its current version. */
  readonly current: { readonly [journeyId: string]: number };
}

/** Who wants it, and why. */
export interface Said {
  readonly by?: string;
  readonly why?: string;
  readonly nowMs: number;
}
export interface PublicationWish extends Said {
  readonly files: readonly WorkflowFile[];
  /** Journeys whose documents are meant, also where they were rolled back or closed. */
  readonly reopened?: ReadonlySet<string>;
  /** Whether journeys that change take in nobody, until they are published again. */
  readonly isDraining?: boolean;
}

/** All that publishing writes. */
export interface DecidedPublication {
  readonly kind: 'publish';
  readonly files: readonly WorkflowFile[];
  readonly documents: Documents;
  readonly held: Held;
  readonly records: readonly PublicationRecord[];
  readonly plan: PublicationPlan;
  /** Warnings. */
  readonly problems: readonly Problem[];
}
/** Documents with errors are not published. */
export interface RefusedPublication {
  readonly kind: 'refused';
  readonly problems: readonly Problem[];
}

/** Checks documents and says what publishing them would write. */
export function decidePublication(
  state: PublicationState,
  wish: PublicationWish,
): DecidedPublication | RefusedPublication {
  const { documents, problems } = checkDocuments(wish.files);
  if (!documents) return { kind: 'refused', problems };
  const held = heldAfter(state, wish, documents);
  return decide(state, withHeld(wish.files, held, state), held, { ...wish, action: 'published' });
}

export interface RollbackOrder extends Said {
  readonly journeyId: string;
  /** The version that becomes current. */
  readonly number: number;
}

/**
 * Makes an earlier version of one journey current; everything else stays as it is published. Its document is held off
 * until it says something else.
 * @throws RangeError for a version that there never was
 */
export function decideRollback(state: PublicationState, order: RollbackOrder): DecidedPublication | RefusedPublication {
  const { journeyId, number } = order;
  const target = state.versions.find((one) => one.journeyId === journeyId && one.number === number);
  if (!target) throw new RangeError(`Journey ${journeyId} has no version ${number}.`);
  const { [journeyId]: standing, ...others } = state.held;
  const of = standing?.of ?? versionIn(state.documents, journeyId);
  const held = target.version === of ? others : { ...others, [journeyId]: { of, as: target.version } };
  const files = replaced(state.files ?? [], journeyId, target.document);
  return decide(state, files, held, { ...order, action: 'rolled-back' });
}

/** Publishes again what is current, as it is; undefined where nothing is. */
export function decideAgain({ files, documents, held }: PublicationState): DecidedPublication | undefined {
  if (!files || !documents) return undefined;
  return { kind: 'publish', files, documents, held, records: [], plan: { journeys: [], others: [] }, problems: [] };
}

function decide(
  state: PublicationState,
  files: readonly WorkflowFile[],
  held: Held,
  { action, by, why, nowMs }: Said & { readonly action: 'published' | 'rolled-back' },
): DecidedPublication | RefusedPublication {
  const { documents, problems } = checkDocuments(files);
  if (!documents) return { kind: 'refused', problems };
  const plan = planChange(state, documents);
  const said = { atMs: nowMs, ...(by !== undefined && { by }), ...(why !== undefined && { why }) };
  const records = plan.journeys.flatMap(({ journeyId, status, from, to }): readonly PublicationRecord[] => {
    if (status === 'unchanged') return [];
    const version = versionIn(to === undefined ? state.documents : documents, journeyId);
    const done = to !== undefined ? action : held[journeyId] ? 'closed' : 'removed';
    return [{ journeyId, number: to ?? from ?? 0, version, action: done, ...said }];
  });
  return { kind: 'publish', files, documents, held, records, plan, problems };
}

const versionIn = (documents: Documents | undefined, journeyId: string): string => {
  const journey = documents?.journeys.find(({ id }) => id === journeyId);
  return journey ? compileJourney(journey).version : '';
};

/** What is held after a publication: what was, as long as its document says the same, and what it closes. */
function heldAfter(state: PublicationState, { reopened, isDraining }: PublicationWish, documents: Documents): Held {
  const kept = Object.entries(state.held).filter(
    ([id, { of }]) => reopened?.has(id) !== true && versionIn(documents, id) === of,
  );
  const drained = (isDraining ? documents.journeys : []).flatMap(({ id }) => {
    const [was, is] = [versionIn(state.documents, id), versionIn(documents, id)];
    return was === '' || was === is || state.held[id]?.of === is ? [] : [[id, { of: is }] as const];
  });
  return Object.fromEntries([...kept, ...drained]);
}

function withHeld(files: readonly WorkflowFile[], held: Held, { versions }: PublicationState): readonly WorkflowFile[] {
  return Object.entries(held).reduce((all, [journeyId, { as }]) => {
    const kept = versions.find((one) => one.journeyId === journeyId && one.version === as);
    return replaced(all, journeyId, kept?.document);
  }, files);
}

/** The files with another document of one journey, or with none. */
function replaced(
  files: readonly WorkflowFile[],
  journeyId: string,
  document: Journey | undefined,
): readonly WorkflowFile[] {
  const path = `journeys/${journeyId}.journey.json`;
  const others = files.filter((file) => file.path !== path);
  if (!document) return others;
  return [...others, { path, text: `${JSON.stringify(document, null, 2)}\n` }].sort((a, b) =>
    a.path < b.path ? -1 : 1,
  );
}
