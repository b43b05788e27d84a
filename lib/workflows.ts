import { compileJourney, type JourneyVersion } from '../core/definitions.ts';
import { checkDocuments } from '../core/journey/check.ts';
import type { Workspace } from '../core/journey/document.ts';
import { readWorkflows } from '../functions/parts/read-workflows.ts';
import { CannotDeploy } from './cannot-deploy.ts';

/** What a deployment is made for. */
export interface Workflows {
  /** Senders, zone and rules. */
  readonly workspace: Workspace;
  /** Compiled, in the order of their files. */
  readonly journeys: readonly JourneyVersion[];
}

/** Checks and compiles a folder of documents. @throws CannotDeploy with the first problem in a sentence */
export function compileWorkflows(folder: string): Workflows {
  const { documents, problems } = checkDocuments(readWorkflows(folder));
  if (documents)
    return { workspace: documents.workspace, journeys: documents.journeys.map((document) => compileJourney(document)) };
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [{ file, line, message }] = errors as [(typeof errors)[number]];
  throw new CannotDeploy(
    `${file}:${line}: ${message} (${errors.length} errors in all; "npx sojourn check" shows them.)`,
  );
}
