import { Command, Option } from 'commander';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { clientKinds, clientTypes, type ClientKind } from '../core/event/client-types.ts';
import { readChecked } from './read-checked.ts';
import { exitCodes, giveUp, settings } from './settings.ts';

interface Options {
  readonly workflows: string;
  readonly client: ClientKind;
  readonly out?: string;
  readonly check?: true;
}

/** `sojourn types`: TypeScript for those who send the events of the catalogue, on stdout or into a file. */
export const typesCommand = (): Command =>
  new Command('types')
    .description('makes TypeScript types of the catalogue of events')
    .addOption(new Option('--client <kind>', 'whose track the types fit').choices(clientKinds).default('server'))
    .option('--out <file>', 'file to write, instead of stdout')
    .option('--check', 'write nothing; exit code 1 where the file is not what would be written')
    .option('--workflows <folder>', 'workflows folder', settings.workflows)
    .action(({ workflows, client, out, check }: Options) => {
      if (check && out === undefined) giveUp('--check needs --out <file>: the file to look at.');
      const documents = readChecked(workflows, '--workflows');
      if (!documents) return;
      if (documents.events.length === 0) {
        giveUp(`There is no event in ${workflows}/events. Describe one in ${workflows}/events/<id>.event.json.`);
      }
      const text = clientTypes(documents.events, client);
      if (out === undefined) process.stdout.write(text);
      else if (check) compare(out, text);
      else write(out, text);
    });

function compare(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8').replaceAll('\r\n', '\n') === text) return;
  process.stderr.write(`sojourn: ${file} is not what the catalogue says. Make it anew: sojourn types --out ${file}\n`);
  process.exitCode = exitCodes.problems;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    giveUp(`Cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
