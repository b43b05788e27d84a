import { locate, type Finding, type Problem } from '../problem.ts';
import type { CheckInput, DocumentKind } from './checks/check.ts';
import { checks } from './checks/registry.ts';
import type { Documents } from './document.ts';
import { documentsOf, readFile, type ReadFile, type WorkflowFile } from './read-documents.ts';

/** All that is to be said about a workflows folder. */
export interface CheckedDocuments {
  /** The documents as written; only when there are no errors. */
  readonly documents?: Documents;
  /** In the order of the files, and within a file in its own order. */
  readonly problems: readonly Problem[];
}

/** Codes of problems with files as a whole. */
export const fileCodes = ['invalid-json', 'missing-workspace', 'unknown-file'] as const;

/**
 * Reads and checks the documents of a workflows folder, all at once.
 * @param files every file of the folder, with paths relative to it; those that are no documents are passed over
 */
export function checkDocuments(files: readonly WorkflowFile[]): CheckedDocuments {
  const read = files.map(({ path, text }) => readFile({ path: tidy(path), text }));
  const found = findingsByFile(inputOf(read));
  const ofFiles = read.flatMap((file) => {
    const findings = [...file.findings, ...(found.get(file.source.file) ?? [])];
    const problems = [...file.problems, ...locate(findings, file.source)];
    return problems.sort((left, right) => left.line - right.line || left.column - right.column);
  });
  const hasWorkspace = read.some(({ thing }) => thing.kind === 'workspace');
  const problems = hasWorkspace ? ofFiles : [missingWorkspace, ...ofFiles];
  const documents = problems.some(({ severity }) => severity === 'error') ? undefined : documentsOf(read);
  return documents ? { documents, problems } : { problems };
}

const tidy = (path: string): string => path.replaceAll('\\', '/').replace(/^\.?\//, '');

const missingWorkspace: Problem = {
  code: 'missing-workspace',
  severity: 'error',
  file: 'workspace.json',
  line: 1,
  column: 1,
  length: 0,
  text: '',
  message: 'There is no workspace.json. It names the time zone, the senders and what makes a person converted.',
};

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

function inputOf(files: readonly ReadFile[]): CheckInput {
  const things = files.map(({ thing }) => thing);
  const drafts = {
    segments: things.flatMap((thing) => (thing.kind === 'segment' && thing.draft ? [thing.draft] : [])),
    audiences: things.flatMap((thing) => (thing.kind === 'audience' && thing.draft ? [thing.draft] : [])),
    journeys: things.flatMap((thing) => (thing.kind === 'journey' && thing.draft ? [thing.draft] : [])),
  };
  const idsOf = (
    kind: DocumentKind,
    named: readonly { readonly draft: { readonly id?: string | undefined } }[],
  ): ReadonlySet<string> =>
    new Set([
      ...files.filter(({ thing }) => thing.kind === kind).map(({ fileId }) => fileId),
      ...named.flatMap(({ draft }) => draft.id ?? []),
    ]);
  return {
    ...drafts,
    workspace: things.flatMap((thing) => (thing.kind === 'workspace' && thing.draft ? [thing.draft] : []))[0],
    templates: things.flatMap((thing) => (thing.kind === 'template' ? [thing.template] : [])),
    ids: {
      segment: idsOf('segment', drafts.segments),
      audience: idsOf('audience', drafts.audiences),
      journey: idsOf('journey', drafts.journeys),
    },
  };
}
