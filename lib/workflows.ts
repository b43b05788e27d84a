import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { compileJourney, type JourneyVersion } from '../core/definitions.ts';
import { checkDocuments } from '../core/journey/check.ts';
import type { Workspace } from '../core/journey/document.ts';
import { CannotDeploy } from './cannot-deploy.ts';

/** What a deployment is made for. */
export interface Workflows {
  /** Senders, zone and rules. */
  readonly workspace: Workspace;
  /** Compiled, in the order of their files. */
  readonly journeys: readonly JourneyVersion[];
}

/** Checks and compiles a folder of documents. @throws CannotDeploy with the first problem in a sentence */
export function readWorkflows(folder: string): Workflows {
  const { documents, problems } = checkDocuments(filesOf(folder));
  if (documents)
    return { workspace: documents.workspace, journeys: documents.journeys.map((document) => compileJourney(document)) };
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [{ file, line, message }] = errors as [(typeof errors)[number]];
  throw new CannotDeploy(
    `${file}:${line}: ${message} (${errors.length} errors in all; "npx sojourn check" shows them.)`,
  );
}

function filesOf(folder: string): readonly { readonly path: string; readonly text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(folder, file).split(sep).join('/'), file }))
    .filter(({ path }) => !path.startsWith('schema/') && /\.(json|mjml|txt|csv)$/.test(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, file }) => ({ path, text: readFileSync(file, 'utf8') }));
}
