import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compileJourney, hashOf, type JourneyVersion } from '../core/definitions.ts';
import { checkDocuments } from '../core/journey/check.ts';
import type { Workspace } from '../core/journey/document.ts';
import { readWorkflows } from '../functions/parts/read-workflows.ts';
import { CannotDeploy } from './cannot-deploy.ts';
import type { Settings } from './settings.ts';

/** What a deployment is made for. */
export interface Workflows {
  /** Senders, zone and rules. */
  readonly workspace: Workspace;
  /** Compiled, in the order of their files. */
  readonly journeys: readonly JourneyVersion[];
  /** Names all that the documents say. */
  readonly hash: string;
}

/**
 * Checks and compiles a folder of documents.
 * @param named the folder as whoever deploys named it
 * @throws CannotDeploy where there is no such folder, or with the first error in a sentence
 */
export function compileWorkflows(folder: string, named = folder): Workflows {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new CannotDeploy(
      `There is no folder ${named}. Name the folder of the documents: ${option('workflows', 'workflows')}`,
    );
  const { documents, problems } = checkDocuments(readWorkflows(folder));
  if (documents) {
    const journeys = documents.journeys.map((document) => compileJourney(document));
    return { workspace: documents.workspace, journeys, hash: hashOf(documents) };
  }
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [{ file, line, column, code, message, suggestion }] = errors as [(typeof errors)[number]];
  throw new CannotDeploy(
    [
      `${join(named, file)}:${line}:${column}  ${code}`,
      ...[message, ...(suggestion === undefined ? [] : [suggestion])].map((text) => `  ${text}`),
      `${errors.length === 1 ? '1 error' : `${errors.length} errors`} in all. Tell them: npx sojourn check ${quoted(named)}`,
    ].join('\n'),
  );
}

/** The folders of one deployment, as they were named. */
export type Folders = Pick<Settings, 'workflows' | 'bundles'>;

/**
 * Holds bundles to the documents: machines of one and published rules of the other would part people from their steps.
 * @throws CannotDeploy where nothing was built yet, or was built of other documents
 */
export function checkBuilt(bundles: string, { hash }: Workflows, folders: Folders): void {
  const file = join(bundles, 'documents.hash');
  if (!existsSync(file)) throw new CannotDeploy(`Nothing is built in ${folders.bundles} yet. ${howToBuild(folders)}`);
  if (readFileSync(file, 'utf8') !== hash)
    throw new CannotDeploy(
      `${folders.bundles} was built of other documents than ${folders.workflows} has now. ${howToBuild(folders)}`,
    );
}

const usual: Folders = { workflows: 'workflows', bundles: 'dist' };

/** Other documents than the usual ones get a folder of their own, so that those of the usual ones stay. */
function howToBuild({ workflows, bundles }: Folders): string {
  if (workflows === usual.workflows && bundles === usual.bundles) return 'Build it: npm run build';
  const isShared = bundles === usual.bundles;
  const out = isShared ? join(usual.bundles, basename(workflows)) : bundles;
  const build = `npm run build -- --workflows ${quoted(workflows)} --out ${quoted(out)}`;
  return isShared
    ? `Build a folder for them: ${build}\n  Deploy that one: ${option('workflows', workflows)} ${option('bundles', out)}`
    : `Build it: ${build}`;
}

const option = (name: string, value: string): string => `-c ${quoted(`${name}=${value}`)}`;
/** As a shell takes it for one word. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
