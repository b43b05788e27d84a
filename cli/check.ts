import { Command } from 'commander';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { checkDocuments } from '../core/journey/check.ts';
import { capital } from '../core/journey/checks/check.ts';
import type { Workspace } from '../core/journey/document.ts';
import type { WorkflowFile } from '../core/journey/read-documents.ts';
import { parseTemplatePath } from '../core/journey/template-file.ts';
import { renderProblem, type Problem } from '../core/problem.ts';
import { publishTemplates } from '../functions/parts/content/publish-templates.ts';
import { templateProblems } from '../functions/parts/content/template-problems.ts';
import { readWorkflows } from '../functions/parts/read-workflows.ts';
import { needWorkflows } from './folders.ts';
import { exitCodes, giveUp, settings } from './settings.ts';
import { counted } from './words.ts';

/** `sojourn check`: all problems of all documents. */
export const checkCommand = (): Command =>
  new Command('check')
    .description('tells every problem of every document; exit code 0 clean, 1 errors, 2 could not run')
    .argument('[path]', 'workflows folder, or one document in it', settings.workflows)
    .option('--strict', 'warnings count as errors')
    .option('--json', 'problems as JSON')
    .action(async (path: string, options: { strict?: boolean; json?: boolean }) => {
      const { folder, only } = workflowsOf(path);
      const files = readWorkflows(folder);
      if (only !== undefined && !files.some((file) => file.path === only))
        giveUp(`${path} is no document. Documents end in .json, .mjml, .txt or .csv.`);
      const all = [...checkDocuments(files, Date.now()).problems, ...(await problemsOfTemplates(files))];
      const problems = all.filter((problem) => only === undefined || problem.file === only);
      if (options.json) process.stdout.write(`${JSON.stringify({ problems }, null, 2)}\n`);
      else for (const problem of problems) process.stdout.write(`${renderProblem(problem)}\n\n`);
      const errors = problems.filter((problem) => problem.severity === 'error').length;
      const warnings = problems.length - errors;
      const where = problems.some(({ code }) => code === 'missing-workspace') ? ` Looked in ${resolve(folder)}.` : '';
      if (!options.json) process.stdout.write(`${totalOf(errors, warnings)}${where}\n`);
      process.exitCode = errors > 0 || (options.strict && warnings > 0) ? exitCodes.problems : exitCodes.ok;
    });

const totalOf = (errors: number, warnings: number): string =>
  errors + warnings === 0 ? 'No problems.' : capital(`${counted(errors, 'error')}, ${counted(warnings, 'warning')}.`);

/** Compiling asks a workspace for its language alone; the real one may be among what is broken. */
const anyWorkspace: Workspace = {
  name: 'check',
  timeZone: 'UTC',
  locale: 'en',
  currency: 'EUR',
  sender: {},
  conversion: [],
};

/** What only compiling a template shows: its MJML and its Liquid. */
async function problemsOfTemplates(files: readonly WorkflowFile[]): Promise<readonly Problem[]> {
  const templates = files.flatMap(({ path, text, unread }) => {
    const named = parseTemplatePath(path);
    return named && !unread ? [{ ...named, text }] : [];
  });
  const cacheDir = mkdtempSync(join(tmpdir(), 'sojourn-check-'));
  const { problems } = await publishTemplates({ files: templates, workspace: anyWorkspace, cacheDir });
  rmSync(cacheDir, { recursive: true, force: true });
  return templateProblems(templates, problems);
}

/** One document is checked within its folder, because it refers to the others. */
function workflowsOf(given: string): { readonly folder: string; readonly only?: string } {
  const path = resolve(given);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  if (!isFile) {
    needWorkflows(given);
    return { folder: path };
  }
  const inside: string[] = [basename(path)];
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(resolve(folder, 'workspace.json'))) return { folder, only: inside.join('/') };
    inside.unshift(basename(folder));
  }
  return giveUp(`${given} does not lie in a workflows folder: there is no workspace.json above it.`);
}
