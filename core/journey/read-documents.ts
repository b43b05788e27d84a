import type { Finding, Located, Problem } from '../problem.ts';
import { conditionsIn } from '../segment/parse-condition.ts';
import { closest, didYouMean } from '../suggest.ts';
import type { DraftFile, JourneyFile } from './checks/check.ts';
import {
  stages,
  type Audience,
  type Documents,
  type Journey,
  type Segment,
  type TemplateFile,
  type Workspace,
} from './document.ts';
import { readJson } from './locate.ts';
import { parseAudience, parseJourney, parseSegment, parseWorkspace, type Parsed } from './parse.ts';
import { parseTemplate, parseTemplatePath } from './template-file.ts';
import { journeyConditions, journeyEvents, stepsIn } from './walk.ts';

/** A file of a workflows folder. */
export interface WorkflowFile {
  /** Relative to the workflows folder, with `/` between its parts. */
  readonly path: string;
  readonly text: string;
}

/** A document that was read: the draft for the checks, and the whole document if there was nothing to say. */
interface Read<T, File extends DraftFile<T> = DraftFile<T>> {
  readonly draft: File | undefined;
  readonly document: T | undefined;
}
type ReadThing =
  | ({ readonly kind: 'workspace' } & Read<Workspace>)
  | ({ readonly kind: 'segment' } & Read<Segment>)
  | ({ readonly kind: 'audience' } & Read<Audience>)
  | ({ readonly kind: 'journey' } & Read<Journey, JourneyFile>)
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

const documentPath = /^(segments|audiences|journeys)\/([^/]+)\.(segment|audience|journey)\.json$/;
const folders: Readonly<Record<string, string>> = { segment: 'segments', audience: 'audiences', journey: 'journeys' };
const comesLater = /^(traits\/[^/]+\.trait|events\/[^/]+\.event|coupons\/[^/]+\.coupon)\.json$/;
const isIgnored = (path: string): boolean =>
  /^(schema|tables|calendars)\//.test(path) ||
  path === 'rules.json' ||
  /(^|\/)\./.test(path) ||
  !/\.(json|mjml|txt)$/.test(path);

/** Reads one file by what its path says it is. */
export function readFile({ path, text }: WorkflowFile): ReadFile {
  if (path === 'workspace.json') return readWorkspace(path, text);
  const [, folder, id = '', kind = ''] = documentPath.exec(path) ?? [];
  if (folder !== undefined && folders[kind] === folder) return readNamed(kind, { path, text }, id);
  const template = parseTemplatePath(path);
  if (template) return readTemplate({ ...template, text });
  const findings = comesLater.test(path) ? [later] : isIgnored(path) ? [] : [unknownFile(path)];
  return { source: plain(path, text), fileId: '', thing: { kind: 'other' }, findings, problems: [] };
}

const later: Finding = {
  code: 'not-yet',
  severity: 'warning',
  path: [],
  message: 'Documents of this kind come in a later release; this one passes the file over.',
};

/** A file whose parts have no places: findings stand at its first line. */
const plain = (file: string, text: string): Located => ({
  file,
  text,
  spanOf: () => ({ offset: 0, length: (/^[^\r\n]*/.exec(text)?.[0] ?? '').length }),
});

function unknownFile(path: string): Finding {
  const name = path.split('/').at(-1) ?? '';
  const [folder = ''] = path.split('/');
  const kind = Object.keys(folders).find((one) => folders[one] === folder);
  const places: Readonly<Record<string, string>> = {
    templates: 'templates/<id>/ with email.mjml, push.json, sms.txt, webhook.json or in-app.json',
    ...(kind !== undefined && { [folder]: `${folder}/<id>.${kind}.json` }),
  };
  const guess = path.includes('/') ? undefined : closest(name, ['workspace.json', 'rules.json']);
  const place = places[folder] ?? 'one of the folders journeys, segments, audiences and templates';
  return {
    code: 'unknown-file',
    severity: 'error',
    path: [],
    message: `Nothing reads this file. A file here belongs in ${place}.`,
    ...didYouMean(guess),
  };
}

const draftOf = <T>(file: string, fileId: string, { draft }: Parsed<T>): Omit<DraftFile<T>, 'conditions'> | undefined =>
  draft && { file, fileId, draft };

function readWorkspace(path: string, text: string): ReadFile {
  const source = readJson(path, text);
  const parsed = source.value === undefined ? nothing : parseWorkspace(source.value);
  const draft = draftOf(path, '', parsed);
  const conditions = stages.flatMap((stage) => conditionsIn(draft?.draft.stages?.[stage], ['stages', stage]));
  const thing = { kind: 'workspace', draft: draft && { ...draft, conditions }, document: parsed.document } as const;
  return { source, fileId: '', thing, findings: parsed.findings, problems: source.problems };
}

const nothing = { draft: undefined, document: undefined, findings: [] } as const;

function readNamed(kind: string, { path, text }: WorkflowFile, fileId: string): ReadFile {
  const source = readJson(path, text);
  const read = kind === 'segment' ? readSegment : kind === 'audience' ? readAudience : readJourney;
  const { thing, findings } =
    source.value === undefined ? { thing: unread(kind), findings: [] } : read(path, fileId, source.value);
  return { source, fileId, thing, findings, problems: source.problems };
}

const unread = (kind: string): ReadThing => ({
  kind: kind === 'segment' || kind === 'audience' ? kind : 'journey',
  draft: undefined,
  document: undefined,
});

type ReadValue = Pick<ReadFile, 'thing' | 'findings'>;

function readSegment(file: string, fileId: string, value: unknown): ReadValue {
  const parsed = parseSegment(value);
  const draft = draftOf(file, fileId, parsed);
  const whole = draft && { ...draft, conditions: conditionsIn(draft.draft.when, ['when']) };
  return { thing: { kind: 'segment', draft: whole, document: parsed.document }, findings: parsed.findings };
}

function readAudience(file: string, fileId: string, value: unknown): ReadValue {
  const parsed = parseAudience(value);
  const draft = draftOf(file, fileId, parsed);
  const whole = draft && { ...draft, conditions: conditionsIn(draft.draft.when, ['when']) };
  return { thing: { kind: 'audience', draft: whole, document: parsed.document }, findings: parsed.findings };
}

function readJourney(file: string, fileId: string, value: unknown): ReadValue {
  const parsed = parseJourney(value);
  const draft = draftOf(file, fileId, parsed);
  const steps = stepsIn(draft?.draft.steps, ['steps']);
  const whole = draft && {
    ...draft,
    steps,
    conditions: journeyConditions(draft.draft, steps),
    events: journeyEvents(draft.draft, steps),
  };
  return { thing: { kind: 'journey', draft: whole, document: parsed.document }, findings: parsed.findings };
}

function readTemplate(template: TemplateFile): ReadFile {
  const { file, text } = template;
  const thing = { kind: 'template', template } as const;
  if (!file.endsWith('.json')) return { source: plain(file, text), fileId: '', thing, findings: [], problems: [] };
  const source = readJson(file, text);
  const findings = source.value === undefined ? [] : parseTemplate(template.channel, source.value);
  return { source, fileId: '', thing, findings, problems: source.problems };
}

/** The whole documents of files that had no errors; undefined where one is missing. */
export function documentsOf(files: readonly ReadFile[]): Documents | undefined {
  const whole = <T>(of: (thing: ReadThing) => T | undefined): readonly T[] =>
    files.map(({ thing }) => of(thing)).filter((one) => one !== undefined);
  const [workspace] = whole((thing) => (thing.kind === 'workspace' ? thing.document : undefined));
  return (
    workspace && {
      workspace,
      segments: whole((thing) => (thing.kind === 'segment' ? thing.document : undefined)),
      audiences: whole((thing) => (thing.kind === 'audience' ? thing.document : undefined)),
      journeys: whole((thing) => (thing.kind === 'journey' ? thing.document : undefined)),
      coupons: [],
      tables: [],
      events: [],
      calendars: [],
      templates: whole((thing) => (thing.kind === 'template' ? thing.template : undefined)),
    }
  );
}
