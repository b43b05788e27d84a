import { kindOf } from '../kinds.ts';
import type { Finding, Located, Problem } from '../problem.ts';
import { conditionsIn } from '../segment/parse-condition.ts';
import type { DraftFile, JourneyFile, NamedFile } from './checks/check.ts';
import { parseCodes } from './codes-file.ts';
import {
  stages,
  type Audience,
  type CouponPool,
  type Documents,
  type EventDocument,
  type HolidayCalendar,
  type Journey,
  type ReferenceTable,
  type Segment,
  type TemplateFile,
  type Workspace,
  type WrittenCouponPool,
} from './document.ts';
import { fileThatIsNone, fileWithoutReader, type Unread } from './file-without-reader.ts';
import { readJson } from './locate.ts';
import {
  parseAudience,
  parseCalendar,
  parseCoupon,
  parseEvent,
  parseJourney,
  parseSegment,
  parseTrait,
  parseWorkspace,
  type Parsed,
} from './parse.ts';
import type { TraitDocument } from '../trait/trait-document.ts';
import { traitKinds } from '../trait/trait-kinds.ts';
import { plainText } from './plain-text.ts';
import { parseRules, type Rules } from './prove/rules.ts';
import { parseTable } from './table-file.ts';
import { parseTemplate, parseTemplatePath } from './template-file.ts';
import { journeyConditions, journeyEvents, stepsIn } from './walk.ts';

/** A file of a workflows folder. */
export interface WorkflowFile {
  /** Relative to the workflows folder, with `/` between its parts. */
  readonly path: string;
  readonly text: string;
  /** Why there is no text. */
  readonly unread?: Unread;
}

/** A document that was read: the draft for the checks, and the whole document if there was nothing to say. */
interface Read<T, File extends NamedFile<T> = NamedFile<T>> {
  readonly draft: File | undefined;
  readonly document: T | undefined;
}
type ReadThing =
  | ({ readonly kind: 'workspace' } & Read<Workspace, DraftFile<Workspace>>)
  | ({ readonly kind: 'segment' } & Read<Segment, DraftFile<Segment>>)
  | ({ readonly kind: 'audience' } & Read<Audience, DraftFile<Audience>>)
  | ({ readonly kind: 'journey' } & Read<Journey, JourneyFile>)
  | ({ readonly kind: 'coupon' } & Read<WrittenCouponPool>)
  | ({ readonly kind: 'event' } & Read<EventDocument>)
  | ({ readonly kind: 'calendar' } & Read<HolidayCalendar>)
  | ({ readonly kind: 'trait' } & Read<TraitDocument, DraftFile<TraitDocument>>)
  | { readonly kind: 'table'; readonly table: ReferenceTable | undefined }
  | { readonly kind: 'codes'; readonly name: string; readonly codes: readonly string[] }
  | ({ readonly kind: 'rules' } & Read<Rules>)
  | { readonly kind: 'template'; readonly template: TemplateFile }
  | { readonly kind: 'other' };

/** A file with what it holds, and what reading it found. */
export interface ReadFile {
  readonly source: Located;
  /** The id that the file's name says; empty for files that are not named by an id. */
  readonly fileId: string;
  readonly thing: ReadThing;
  readonly findings: readonly Finding[];
  /** What is wrong with the text itself. */
  readonly problems: readonly Problem[];
}

type ReadValue = Pick<ReadFile, 'thing' | 'findings'>;
/** How a document that is named by its id is read; `value` is undefined where its text is no JSON. */
type Reader = (file: string, fileId: string, value: unknown) => ReadValue;
const readers: readonly (readonly [RegExp, Reader])[] = [
  [/^segments\/([^/]+)\.segment\.json$/, readSegment],
  [/^audiences\/([^/]+)\.audience\.json$/, readAudience],
  [/^journeys\/([^/]+)\.journey\.json$/, readJourney],
  [/^coupons\/([^/]+)\.coupon\.json$/, readBeside('coupon', parseCoupon)],
  [/^events\/([^/]+)\.event\.json$/, readBeside('event', parseEvent)],
  [/^calendars\/([^/]+)\.json$/, readBeside('calendar', parseCalendar)],
  [/^traits\/([^/]+)\.trait\.json$/, readTrait],
];

/** Reads one file by what its path says it is. */
export function readFile({ path, text, unread }: WorkflowFile): ReadFile {
  const read = readText(path, text);
  // It keeps its name, so that what refers to it is not told of as well.
  return unread ? { ...read, findings: [fileThatIsNone(unread)], problems: [] } : read;
}

function readText(path: string, text: string): ReadFile {
  for (const [pattern, read] of readers) {
    const [, id] = pattern.exec(path) ?? [];
    if (id !== undefined) return readNamed(read, { path, text }, id);
  }
  if (path === 'workspace.json') return readNamed(readWorkspace, { path, text }, '');
  if (path === 'rules.json') return readNamed(readBeside('rules', parseRules), { path, text }, '');
  const template = parseTemplatePath(path);
  if (template) return readTemplate({ ...template, text });
  const source = plainText(path, text);
  const [, table] = /^tables\/([^/]+)\.csv$/.exec(path) ?? [];
  if (table !== undefined) {
    const { findings, ...thing } = parseTable(table, text);
    return { source, fileId: table, thing: { kind: 'table', ...thing }, findings, problems: [] };
  }
  const [, name] = /^coupons\/([^/]+\.(?:csv|txt))$/.exec(path) ?? [];
  if (name !== undefined) {
    const { codes, findings } = parseCodes(text);
    return { source, fileId: '', thing: { kind: 'codes', name, codes }, findings, problems: [] };
  }
  return { source, fileId: '', thing: { kind: 'other' }, findings: fileWithoutReader(path), problems: [] };
}

function readNamed(read: Reader, { path, text }: WorkflowFile, fileId: string): ReadFile {
  const source = readJson(path, text);
  const { thing, findings } = read(path, fileId, source.value);
  return { source, fileId, thing, findings: source.value === undefined ? [] : findings, problems: source.problems };
}

/** What a parser makes of a value; nothing of a text that is no JSON. */
function parsedBy<T>(
  parse: (value: unknown) => Parsed<T>,
  file: string,
  fileId: string,
  value: unknown,
): {
  readonly named: NamedFile<T> | undefined;
  readonly document: T | undefined;
  readonly findings: readonly Finding[];
} {
  if (value === undefined) return { named: undefined, document: undefined, findings: [] };
  const { draft, document, findings } = parse(value);
  return { named: draft && { file, fileId, draft }, document, findings };
}

function readBeside<Kind extends 'coupon' | 'event' | 'calendar' | 'rules', T>(
  kind: Kind,
  parse: (value: unknown) => Parsed<T>,
): (...of: Parameters<Reader>) => {
  readonly thing: { readonly kind: Kind } & Read<T>;
  readonly findings: readonly Finding[];
} {
  return (file, fileId, value) => {
    const { named, document, findings } = parsedBy(parse, file, fileId, value);
    return { thing: { kind, draft: named, document }, findings };
  };
}

function readWorkspace(...[file, fileId, value]: Parameters<Reader>): ReadValue {
  const { named, document, findings } = parsedBy(parseWorkspace, file, fileId, value);
  const conditions = stages.flatMap((stage) => conditionsIn(named?.draft.stages?.[stage], ['stages', stage]));
  return { thing: { kind: 'workspace', draft: named && { ...named, conditions }, document }, findings };
}

function readSegment(...[file, fileId, value]: Parameters<Reader>): ReadValue {
  const { named, document, findings } = parsedBy(parseSegment, file, fileId, value);
  const draft = named && { ...named, conditions: conditionsIn(named.draft.when, ['when']) };
  return { thing: { kind: 'segment', draft, document }, findings };
}

function readAudience(...[file, fileId, value]: Parameters<Reader>): ReadValue {
  const { named, document, findings } = parsedBy(parseAudience, file, fileId, value);
  const draft = named && { ...named, conditions: conditionsIn(named.draft.when, ['when']) };
  return { thing: { kind: 'audience', draft, document }, findings };
}

function readTrait(...[file, fileId, value]: Parameters<Reader>): ReadValue {
  const { named, document, findings } = parsedBy(parseTrait, file, fileId, value);
  const asked = (named && kindOf(traitKinds, named.draft)?.conditions?.(named.draft)) ?? [];
  const conditions = asked.flatMap(({ condition, path }) => conditionsIn(condition, path));
  return { thing: { kind: 'trait', draft: named && { ...named, conditions }, document }, findings };
}

function readJourney(...[file, fileId, value]: Parameters<Reader>): ReadValue {
  const { named, document, findings } = parsedBy(parseJourney, file, fileId, value);
  const steps = stepsIn(named?.draft.steps, ['steps']);
  const draft = named && {
    ...named,
    isWhole: findings.length === 0,
    steps,
    conditions: journeyConditions(named.draft, steps),
    events: journeyEvents(named.draft, steps),
  };
  return { thing: { kind: 'journey', draft, document }, findings };
}

function readTemplate(template: TemplateFile): ReadFile {
  const { file, text } = template;
  const thing = { kind: 'template', template } as const;
  if (!file.endsWith('.json')) return { source: plainText(file, text), fileId: '', thing, findings: [], problems: [] };
  const source = readJson(file, text);
  const findings = source.value === undefined ? [] : parseTemplate(template.channel, source.value);
  return { source, fileId: '', thing, findings, problems: source.problems };
}

/** The whole documents of files that had no errors; undefined where one is missing. */
export function documentsOf(files: readonly ReadFile[]): Documents | undefined {
  const whole = <T>(of: (thing: ReadThing) => T | undefined): readonly T[] =>
    files.map(({ thing }) => of(thing)).filter((one) => one !== undefined);
  const [workspace] = whole((thing) => (thing.kind === 'workspace' ? thing.document : undefined));
  const codes = new Map(whole((thing) => (thing.kind === 'codes' ? ([thing.name, thing.codes] as const) : undefined)));
  return (
    workspace && {
      workspace,
      segments: whole((thing) => (thing.kind === 'segment' ? thing.document : undefined)),
      audiences: whole((thing) => (thing.kind === 'audience' ? thing.document : undefined)),
      journeys: whole((thing) => (thing.kind === 'journey' ? thing.document : undefined)),
      coupons: whole((thing) => (thing.kind === 'coupon' ? thing.document : undefined)).map((pool) =>
        withCodes(pool, codes),
      ),
      tables: whole((thing) => (thing.kind === 'table' ? thing.table : undefined)),
      events: whole((thing) => (thing.kind === 'event' ? thing.document : undefined)),
      calendars: whole((thing) => (thing.kind === 'calendar' ? thing.document : undefined)).map((calendar) => ({
        ...calendar,
        id: calendar.id.toUpperCase(),
      })),
      traits: whole((thing) => (thing.kind === 'trait' ? thing.document : undefined)),
      templates: whole((thing) => (thing.kind === 'template' ? thing.template : undefined)),
    }
  );
}

/** A pool with the codes of the file that it names. */
function withCodes({ codes, ...pool }: WrittenCouponPool, files: ReadonlyMap<string, readonly string[]>): CouponPool {
  if (codes === undefined) return pool;
  return { ...pool, codes: typeof codes === 'string' ? (files.get(codes) ?? []) : codes };
}
