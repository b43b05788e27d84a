import { Command } from 'commander';
import { existsSync } from 'node:fs';
import { compileJourney } from '../core/definitions.ts';
import { checkDocuments } from '../core/journey/check.ts';
import { compileStateMachine } from '../core/journey/compile.ts';
import { renderProblem } from '../core/problem.ts';
import { closest, didYouMean } from '../core/suggest.ts';
import { readWorkflows } from '../functions/parts/read-workflows.ts';
import { exitCodes, giveUp, settings } from './settings.ts';

/** `sojourn compile`: a journey's state machine, on stdout. */
export const compileCommand = (): Command =>
  new Command('compile')
    .description('prints the state machine of a journey, in the Amazon States Language')
    .argument('<journey>', 'id of the journey')
    .option('--workflows <folder>', 'workflows folder', settings.workflows)
    .action((id: string, options: { workflows: string }) => {
      if (!existsSync(options.workflows)) giveUp(`There is no folder ${options.workflows}.`);
      const { documents, problems } = checkDocuments(readWorkflows(options.workflows));
      if (!documents) {
        for (const problem of problems) process.stderr.write(`${renderProblem(problem)}\n\n`);
        process.exitCode = exitCodes.problems;
        return;
      }
      const journey = documents.journeys.find((one) => one.id === id);
      if (!journey) {
        const ids = documents.journeys.map((one) => one.id);
        const { suggestion } = didYouMean(closest(id, ids));
        giveUp(`There is no journey "${id}". ${suggestion ?? `There are: ${ids.join(', ')}.`}`);
      }
      process.stdout.write(`${JSON.stringify(compileStateMachine(compileJourney(journey)), null, 2)}\n`);
    });
