import { Command, CommanderError } from 'commander';
import { checkCommand } from './check.ts';
import { controlCommands } from './control.ts';
import { compileCommand } from './compile.ts';
import { doctorCommand } from './doctor.ts';
import { drawCommand } from './draw.ts';
import { importCommand } from './import.ts';
import { groupCommand } from './group.ts';
import { explainCommand, journeyCommand, profileCommand } from './look.ts';
import { migrateCommand, planCommand, publishCommand, rollbackCommand } from './publish.ts';
import { presetCommand } from './preset.ts';
import { eraseCommand, exportCommand } from './privacy.ts';
import { unmergeCommand } from './unmerge.ts';
import { proveCommand } from './prove.ts';
import { quarantineCommand } from './quarantine.ts';
import { redriveCommand } from './redrive.ts';
import { exitCodes } from './settings.ts';
import { segmentCommand } from './segment.ts';
import { traitCommand } from './trait.ts';
import { startCommand } from './start.ts';
import { typesCommand } from './types.ts';

const program = new Command('sojourn')
  .exitOverride()
  .description('Omnichannel customer journeys in your own AWS account, and on a laptop.')
  .showSuggestionAfterError();
for (const command of [
  startCommand(),
  checkCommand(),
  compileCommand(),
  drawCommand(),
  typesCommand(),
  proveCommand(),
  importCommand(),
  profileCommand(),
  groupCommand(),
  journeyCommand(),
  explainCommand(),
  segmentCommand(),
  traitCommand(),
  presetCommand(),
  exportCommand(),
  eraseCommand(),
  unmergeCommand(),
  quarantineCommand(),
  ...controlCommands(),
  planCommand(),
  publishCommand(),
  rollbackCommand(),
  migrateCommand(),
  redriveCommand(),
  doctorCommand(),
])
  program.addCommand(command.exitOverride());
try {
  await program.parseAsync();
} catch (error) {
  // Words that the command does not know are no problems of a document: 1 is kept for those.
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.couldNotRun;
}
