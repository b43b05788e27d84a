import { Command } from 'commander';
import { compileJourney } from '../core/definitions.ts';
import { compileStateMachine } from '../core/journey/compile.ts';
import { journeyOf, readChecked } from './read-checked.ts';
import { settings } from './settings.ts';

/** `sojourn compile`: a journey's state machine, on stdout. */
export const compileCommand = (): Command =>
  new Command('compile')
    .description('prints the state machine of a journey, in the Amazon States Language')
    .argument('<journey>', 'id of the journey')
    .option('--workflows <folder>', 'workflows folder', settings.workflows)
    .action((id: string, options: { workflows: string }) => {
      const documents = readChecked(options.workflows, '--workflows');
      if (!documents) return;
      const machine = compileStateMachine(compileJourney(journeyOf(documents, id)));
      process.stdout.write(`${JSON.stringify(machine, null, 2)}\n`);
    });
