import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from '../core/definitions.ts';
import { checkDocuments } from '../core/journey/check.ts';
import { renderProblem } from '../core/problem.ts';
import { publishTemplates } from '../functions/parts/content/publish-templates.ts';
import type { Deployable } from '../functions/parts/publication.ts';
import { readWorkflows } from '../functions/parts/read-workflows.ts';
import { counted } from './words.ts';

/** What fits on a screen. */
const mostShown = 5;

/**
 * Checks a folder's documents and compiles their templates.
 * @param tell told of errors as `sojourn check` prints them, and how many there are; of templates also of warnings
 * @returns undefined where the folder has errors
 */
export async function readPublication(
  workflows: string,
  tell: (problem: string) => void,
): Promise<Deployable | undefined> {
  const files = readWorkflows(workflows);
  const { documents, problems } = checkDocuments(files);
  if (!documents) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    for (const problem of errors.slice(0, mostShown))
      tell(`${renderProblem({ ...problem, file: join(workflows, problem.file) })}\n`);
    const others =
      errors.length > mostShown
        ? ` The first ${mostShown} are above; all are told by: npx sojourn check ${workflows}`
        : '';
    tell(`The documents in ${workflows} have ${counted(errors.length, 'error')}.${others}`);
    return undefined;
  }
  const { templates, problems: broken } = await publishTemplates({
    files: documents.templates,
    workspace: documents.workspace,
    cacheDir: '.cache/templates',
  });
  for (const { file, line, message, severity } of broken)
    tell(`${severity} ${join(workflows, file)}${line === undefined ? '' : `:${line}`}: ${message}`);
  if (broken.some(({ severity }) => severity === 'error')) return undefined;
  // A deployment refuses bundles that were built of others.
  return { source: hashOf(documents), files, templates };
}

/** Lays the documents beside the bundles of a deployment: other documents are another bundle, which it sees by its hash. */
export function writePublication(deployable: Deployable, out: string): void {
  const folder = join(out, 'functions', 'publish-definitions');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'documents.json'), JSON.stringify(deployable));
  writeFileSync(join(out, 'documents.hash'), deployable.source);
}
