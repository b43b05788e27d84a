import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileJourney, hashOf, type JourneyVersion } from '../core/definitions.ts';
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
  /** Names all that the documents say. */
  readonly hash: string;
}

/** Checks and compiles a folder of documents. @throws CannotDeploy with the first problem in a sentence */
export function compileWorkflows(folder: string): Workflows {
  const { documents, problems } = checkDocuments(readWorkflows(folder));
  if (documents) {
    const journeys = documents.journeys.map((document) => compileJourney(document));
    return { workspace: documents.workspace, journeys, hash: hashOf(documents) };
  }
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [{ file, line, message }] = errors as [(typeof errors)[number]];
  throw new CannotDeploy(
    `${file}:${line}: ${message} (${errors.length} errors in all; "npx sojourn check" shows them.)`,
  );
}

/**
 * Holds bundles to the documents: machines of one and published rules of the other would part people from their steps.
 * @throws CannotDeploy where nothing was built yet, or was built of other documents
 */
export function checkBuilt(bundles: string, { hash }: Workflows): void {
  const file = join(bundles, 'documents.hash');
  if (!existsSync(file)) throw new CannotDeploy(`Nothing is built in ${bundles} yet. Run "npm run build" first.`);
  if (readFileSync(file, 'utf8') !== hash)
    throw new CannotDeploy(`The documents are not those of ${bundles}. Run "npm run build" again.`);
}
