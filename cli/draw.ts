import { Command, Option } from 'commander';
import { writeFileSync } from 'node:fs';
import { layOut } from '../core/journey/draw/layout.ts';
import { toMermaid } from '../core/journey/draw/mermaid.ts';
import { toSvg } from '../core/journey/draw/svg.ts';
import { journeyOf, readChecked } from './read-checked.ts';
import { giveUp, settings } from './settings.ts';

interface Options {
  readonly workflows: string;
  readonly mermaid?: true;
  readonly svg?: true;
  readonly out?: string;
}

/** `sojourn draw`: a journey as a picture, on stdout or into a file. */
export const drawCommand = (): Command =>
  new Command('draw')
    .description('draws a journey as a Mermaid flowchart or as SVG')
    .argument('<journey>', 'id of the journey')
    .addOption(new Option('--mermaid', 'as Mermaid, which is the default').conflicts('svg'))
    .option('--svg', 'as SVG; also where the file ends so')
    .option('--out <file>', 'file to write, instead of stdout')
    .option('--workflows <folder>', 'workflows folder', settings.workflows)
    .action((id: string, options: Options) => {
      const documents = readChecked(options.workflows, '--workflows');
      if (!documents) return;
      const diagram = layOut(journeyOf(documents, id));
      const isSvg = options.svg ?? (!options.mermaid && options.out?.endsWith('.svg') === true);
      const text = isSvg ? toSvg(diagram) : toMermaid(diagram);
      if (options.out === undefined) process.stdout.write(text);
      else write(options.out, text);
    });

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    giveUp(`Cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
