import { locate, type Finding, type Problem } from '../problem.ts';
import { documentKinds, type CheckInput, type DocumentKind } from './checks/check.ts';
import { checks } from './checks/registry.ts';
import type { Documents } from './document.ts';
import { ruleFindings } from './prove/rule-findings.ts';
import type { Rules } from './prove/rules.ts';
import { documentsOf, readFile, type ReadFile, type WorkflowFile } from './read-documents.ts';
import { tableCodes } from './table-file.ts';

/** All that is to be said about a workflows folder. */
export interface CheckedDocuments {
  /** The documents as written; only when there are no errors. */
  readonly documents?: Documents;
  /** What must hold of them, where the folder says so. */
  readonly rules?: Rules;
  /** In the order of the files, and within a file in its own order. */
  readonly problems: readonly Problem[];
}

/** Codes of problems with files as a whole, and with lines of those that are no JSON. */
export const fileCodes = ['invalid-json', 'missing-workspace', 'unknown-file', ...tableCodes] as const;

/**
 * Reads and checks the documents of a workflows folder, all at once; once nothing else is wrong, its rules are proven.
 * @param files every file of the folder, with paths relative to it; those that are no documents are passed over
 * @param nowMs where it is known: what lies before it is told
 */
export function checkDocuments(files: readonly WorkflowFile[], nowMs?: number): CheckedDocuments {
  const { read, found, documents, rules, problems: others } = readAndCheck(files, nowMs);
  if (!documents || !rules) return { problems: others, ...(documents && { documents }) };
  const ofRules = [...(found.get('rules.json') ?? []), ...ruleFindings(documents, rules)];
  const problems = problemsOf(read, new Map([...found, ['rules.json', ofRules]]));
  return problems.some(isError) ? { problems } : { documents, rules, problems };
}

/** The same, whether its rules hold or not. */
export function checkAllButRules(files: readonly WorkflowFile[]): CheckedDocuments {
  const { documents, rules, problems } = readAndCheck(files);
  return { problems, ...(documents && { documents }), ...(rules && { rules }) };
}

interface Checked extends CheckedDocuments {
  readonly read: readonly ReadFile[];
  readonly found: ReadonlyMap<string, readonly Finding[]>;
}

function readAndCheck(files: readonly WorkflowFile[], nowMs?: number): Checked {
  const read = files.map((file) => readFile({ ...file, path: tidy(file.path) }));
  const found = findingsByFile({ ...inputOf(read), ...(nowMs !== undefined && { nowMs }) });
  const problems = problemsOf(read, found);
  const documents = problems.some(isError) ? undefined : documentsOf(read);
  if (!documents) return { read, found, problems };
  const rules = read.flatMap(({ thing }) => (thing.kind === 'rules' && thing.document ? [thing.document] : []))[0];
  return { read, found, problems, documents, ...(rules && { rules }) };
}

const isError = ({ severity }: Problem): boolean => severity === 'error';

/** What reading and checking found, file by file. */
function problemsOf(read: readonly ReadFile[], found: ReadonlyMap<string, readonly Finding[]>): readonly Problem[] {
  const ofFiles = read.flatMap((file) => {
    const findings = [...file.findings, ...(found.get(file.source.file) ?? [])];
    const problems = [...file.problems, ...locate(findings, file.source)];
    return problems.sort((left, right) => left.line - right.line || left.column - right.column);
  });
  if (read.some(({ thing }) => thing.kind === 'workspace')) return ofFiles;
  // Where nothing is a document the folder is another one: that nothing reads its files is no news then, a typo is.
  const isAnother = read.every(({ thing }) => thing.kind === 'other');
  return [missingWorkspace(read), ...(isAnother ? ofFiles.filter(({ suggestion }) => suggestion) : ofFiles)];
}

const tidy = (path: string): string => path.replaceAll('\\', '/').replace(/^\.?\//, '');

const missingWorkspace = (read: readonly ReadFile[]): Problem => ({
  code: 'missing-workspace',
  severity: 'error',
  file: 'workspace.json',
  line: 1,
  column: 1,
  length: 0,
  text: '',
  message: 'There is no workspace.json. It names the time zone, the senders and what makes a person converted.',
  ...isIn(read),
});
/** A folder further down that has one, the nearest. */
function isIn(read: readonly ReadFile[]): Pick<Problem, 'suggestion'> {
  const folders = read.flatMap(({ source: { file } }) => /^(.+)\/workspace\.json$/.exec(file)?.[1] ?? []);
  const [nearest] = folders.toSorted((left, right) => left.split('/').length - right.split('/').length);
  return nearest === undefined ? {} : { suggestion: `There is one in ${nearest}/: did you mean that folder?` };
}

function findingsByFile(input: CheckInput): ReadonlyMap<string, readonly Finding[]> {
  const byFile = new Map<string, Finding[]>();
  for (const { code, severity, check } of checks) {
    for (const { file, ...finding } of check(input)) {
      const findings = byFile.get(file);
      const whole = { code, severity, ...finding };
      if (findings) findings.push(whole);
      else byFile.set(file, [whole]);
    }
  }
  return byFile;
}

type Thing = ReadFile['thing'];
type ThingOf<Kind extends Thing['kind']> = Extract<Thing, { readonly kind: Kind }>;
const isOf =
  <Kind extends Thing['kind']>(kind: Kind) =>
  (thing: Thing): thing is ThingOf<Kind> =>
    thing.kind === kind;
const drafted = <T>(read: readonly { readonly draft: T | undefined }[]): readonly T[] =>
  read.flatMap(({ draft }) => draft ?? []);

function inputOf(files: readonly ReadFile[]): CheckInput {
  const things = files.map(({ thing }) => thing);
  return {
    workspace: drafted(things.filter(isOf('workspace')))[0],
    segments: drafted(things.filter(isOf('segment'))),
    audiences: drafted(things.filter(isOf('audience'))),
    journeys: drafted(things.filter(isOf('journey'))),
    coupons: drafted(things.filter(isOf('coupon'))),
    codesFiles: things.filter(isOf('codes')).map(({ name }) => name),
    tables: things.filter(isOf('table')).flatMap(({ table }) => table ?? []),
    events: drafted(things.filter(isOf('event'))),
    calendars: drafted(things.filter(isOf('calendar'))),
    traits: drafted(things.filter(isOf('trait'))),
    templates: things.filter(isOf('template')).map(({ template }) => template),
    ids: idsOf(files),
  };
}

/** The ids of documents: what they say, and what the names of their files say. */
function idsOf(files: readonly ReadFile[]): CheckInput['ids'] {
  const of = (kind: DocumentKind): ReadonlySet<string> =>
    new Set(files.filter(({ thing }) => thing.kind === kind).flatMap((file) => [file.fileId, ...idIn(file.thing)]));
  // This cast is of a record with every kind as its keys.
  return Object.fromEntries(documentKinds.map((kind) => [kind, of(kind)])) as CheckInput['ids'];
}
const idIn = (thing: Thing): readonly string[] =>
  'draft' in thing && thing.draft && 'id' in thing.draft.draft ? [thing.draft.draft.id ?? []].flat() : [];
