import { checkAllButRules, type CheckedDocuments } from '../core/journey/check.ts';
import type { Documents, Journey } from '../core/journey/document.ts';
import { renderProblem } from '../core/problem.ts';
import { closest, didYouMean } from '../core/suggest.ts';
import { readWorkflows } from '../functions/parts/read-workflows.ts';
import { needWorkflows } from './folders.ts';
import { exitCodes, giveUp } from './settings.ts';

/** The documents of a folder; where they have errors, tells them and sets the exit code instead. */
export function readChecked(folder: string, option?: '--workflows'): Documents | undefined {
  // A picture or a state machine is wanted all the more where a rule is broken.
  return readUnproven(folder, option)?.documents;
}

/** The documents of a folder with its rules, whether those hold or not; errors as `readChecked`. */
export function readUnproven(
  folder: string,
  option?: '--workflows',
): (Pick<CheckedDocuments, 'rules'> & { readonly documents: Documents }) | undefined {
  needWorkflows(folder, option);
  const { documents, problems, rules } = checkAllButRules(readWorkflows(folder));
  if (documents) return { documents, ...(rules && { rules }) };
  for (const problem of problems) process.stderr.write(`${renderProblem(problem)}\n\n`);
  process.exitCode = exitCodes.problems;
  return undefined;
}

/** The journey of an id, or the end of the command with a guess. */
export function journeyOf({ journeys }: Documents, id: string): Journey {
  const found = journeys.find((one) => one.id === id);
  if (found) return found;
  const ids = journeys.map((one) => one.id);
  const { suggestion } = didYouMean(closest(id, ids));
  return giveUp(`There is no journey "${id}". ${suggestion ?? `There are: ${ids.join(', ')}.`}`);
}
