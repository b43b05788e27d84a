import { Command } from 'commander';
import { checkCommand } from './check.ts';
import { compileCommand } from './compile.ts';
import { importCommand } from './import.ts';
import { explainCommand, journeyCommand, profileCommand } from './look.ts';
import { startCommand } from './start.ts';

const program = new Command('sojourn')
  .description('Omnichannel customer journeys in your own AWS account, and on a laptop.')
  .showSuggestionAfterError();
for (const command of [
  startCommand(),
  checkCommand(),
  compileCommand(),
  importCommand(),
  profileCommand(),
  journeyCommand(),
  explainCommand(),
])
  program.addCommand(command);
await program.parseAsync();
