import type { Draft } from '../../draft.ts';
import type { Finding, Path } from '../../problem.ts';
import type { ConditionPlace } from '../../segment/parse-condition.ts';
import type {
  Audience,
  EventDocument,
  HolidayCalendar,
  Journey,
  ReferenceTable,
  Segment,
  TemplateFile,
  Workspace,
  WrittenCouponPool,
} from '../document.ts';
import type { EventPlace } from '../event-match.ts';
import type { TraitDocument } from '../../trait/trait-document.ts';
import type { StepPlace } from '../walk.ts';

/** A document as far as it could be read. */
export interface NamedFile<T> {
  /** Relative to the workflows folder. */
  readonly file: string;
  /** The id that the file's name says. */
  readonly fileId: string;
  readonly draft: Draft<T>;
}
/** A document with conditions, which checks ask for most. */
export interface DraftFile<T> extends NamedFile<T> {
  /** All its conditions, those inside others included. */
  readonly conditions: readonly ConditionPlace[];
}
/** A journey with its steps flat, in the order of the file. */
export interface JourneyFile extends DraftFile<Journey> {
  /** Whether all of it could be read: what is missing from a part of it may stand in the rest. */
  readonly isWhole: boolean;
  readonly steps: readonly StepPlace[];
  /** The events it listens for once it was entered. */
  readonly events: readonly EventPlace[];
}
/** Kinds of documents that others name by id. */
export const documentKinds = [
  'segment',
  'audience',
  'journey',
  'coupon',
  'table',
  'event',
  'calendar',
  'trait',
] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** All documents of a workflows folder, as far as they could be read. */
export interface CheckInput {
  /** Undefined when it could not be read: what depends on it is then not checked. */
  readonly workspace: DraftFile<Workspace> | undefined;
  readonly segments: readonly DraftFile<Segment>[];
  readonly audiences: readonly DraftFile<Audience>[];
  readonly journeys: readonly JourneyFile[];
  readonly coupons: readonly NamedFile<WrittenCouponPool>[];
  /** The files of codes in coupons/, by name. */
  readonly codesFiles: readonly string[];
  readonly tables: readonly ReferenceTable[];
  readonly events: readonly NamedFile<EventDocument>[];
  readonly calendars: readonly NamedFile<HolidayCalendar>[];
  readonly traits: readonly DraftFile<TraitDocument>[];
  readonly templates: readonly TemplateFile[];
  /** Every id that a document has, or that its file's name says (a document that could not be read has only that). */
  readonly ids: Readonly<Record<DocumentKind, ReadonlySet<string>>>;
  /** What time it is, where that is known: without it nothing is called past. */
  readonly nowMs?: number;
}

/** What a check has to say: a finding without its code, and the file it is about. */
export interface CheckFinding {
  readonly file: string;
  readonly path: Path;
  readonly at?: 'key' | 'value';
  readonly message: string;
  readonly suggestion?: string;
}

/** One rule about documents. It changes nothing that it is given, and says nothing about parts that are missing. */
export interface Check {
  readonly code: string;
  readonly severity: Finding['severity'];
  check(input: CheckInput): readonly CheckFinding[];
}

/** All documents that hold conditions and are not the workspace. */
const filesWithConditions = ({
  segments,
  audiences,
  journeys,
  traits,
}: CheckInput): readonly DraftFile<Segment | Audience | Journey | TraitDocument>[] => [
  ...segments,
  ...audiences,
  ...journeys,
  ...traits,
];
/** All documents that have an id of their own. */
export const namedFiles = (input: CheckInput): readonly NamedFile<{ readonly id: string }>[] => [
  ...filesWithConditions(input),
  ...input.coupons,
  ...input.events,
  ...input.calendars,
];
/** All documents that hold conditions. */
export const allFiles = (
  input: CheckInput,
): readonly DraftFile<Segment | Audience | Journey | TraitDocument | Workspace>[] => [
  ...(input.workspace ? [input.workspace] : []),
  ...filesWithConditions(input),
];
/** A part of a sentence as its beginning. */
export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
