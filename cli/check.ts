import { Command } from 'commander';
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { checkDocuments } from '../core/journey/check.ts';
import { renderProblem } from '../core/problem.ts';
import { readWorkflows } from '../local/definitions.ts';
import { exitCodes, giveUp, settings } from './settings.ts';

/** `sojourn check`: all problems of all documents. */
export const checkCommand = (): Command =>
  new Command('check')
    .description('tells every problem of every document; exit code 0 clean, 1 errors, 2 could not run')
    .argument('[path]', 'workflows folder, or one document in it', settings.workflows)
    .option('--strict', 'warnings count as errors')
    .option('--json', 'problems as JSON')
    .action((path: string, options: { strict?: boolean; json?: boolean }) => {
      if (!existsSync(path)) giveUp(`There is no ${path}.`);
      const { folder, only } = workflowsOf(resolve(path));
      const problems = checkDocuments(readWorkflows(folder)).problems.filter(
        (problem) => only === undefined || problem.file === only,
      );
      if (options.json) process.stdout.write(`${JSON.stringify({ problems }, null, 2)}\n`);
      else for (const problem of problems) process.stdout.write(`${renderProblem(problem)}\n\n`);
      const errors = problems.filter((problem) => problem.severity === 'error').length;
      const warnings = problems.length - errors;
      if (!options.json)
        process.stdout.write(problems.length === 0 ? 'No problems.\n' : `${errors} errors, ${warnings} warnings.\n`);
      process.exitCode = errors > 0 || (options.strict && warnings > 0) ? exitCodes.problems : exitCodes.ok;
    });

/** One document is checked within its folder, because it refers to the others. */
function workflowsOf(path: string): { readonly folder: string; readonly only?: string } {
  if (!/\.(json|mjml|txt)$/.test(path)) return { folder: path };
  const inside: string[] = [basename(path)];
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(resolve(folder, 'workspace.json'))) return { folder, only: inside.join('/') };
    inside.unshift(basename(folder));
  }
  return giveUp(`${path} does not lie in a workflows folder: there is no workspace.json above it.`);
}
