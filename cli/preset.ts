import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { closest, didYouMean } from '../core/suggest.ts';
import { needWorkflows } from './folders.ts';
import { rows } from './look-lines.ts';
import { giveUp, settings } from './settings.ts';
import { counted } from './words.ts';

/** Where the presets lie that come with Sojourn: each a folder of documents, with a page about it. */
export const presetsFolder = join(import.meta.dirname, '../presets');
const page = 'README.md';

/** Ids of the presets. */
export const presetIds = (): readonly string[] =>
  readdirSync(presetsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
/** Its documents, by their paths below a workflows folder. */
export const documentsOfPreset = (id: string): readonly string[] =>
  readdirSync(join(presetsFolder, id), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.json'))
    .toSorted();
const pageOf = (id: string): string => readFileSync(join(presetsFolder, id, page), 'utf8');
const titleOf = (id: string): string => /^# (.+)$/m.exec(pageOf(id))?.[1] ?? id;

/** `sojourn preset`: documents to begin with, which are one's own from then on. */
export const presetCommand = (): Command =>
  new Command('preset')
    .description('segments, traits and audiences to begin with: lists them, tells of one, adds it to the folder')
    .argument('[id]', 'a preset; all are listed without one')
    .option('--add', 'copies its documents into the workflows folder, to be changed')
    .option('--workflows <folder>', 'workflows folder', settings.workflows)
    .action((id: string | undefined, { add, workflows }: { readonly add?: boolean; readonly workflows: string }) => {
      const ids = presetIds();
      if (id === undefined) return print(ids.map((one) => `${one.padEnd(20)}${titleOf(one)}`));
      if (!ids.includes(id)) {
        const { suggestion = '' } = didYouMean(closest(id, ids));
        giveUp(`There is no preset "${id}". ${suggestion || `There are ${ids.join(', ')}.`}`);
      }
      if (add) return copy(id, workflows);
      return print([pageOf(id).trim(), '', 'Documents', ...rows(documentsOfPreset(id))]);
    });

const print = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);

/** Nothing of one's own is written over: whoever has changed a preset keeps what they made of it. */
function copy(id: string, workflows: string): void {
  needWorkflows(workflows, '--workflows');
  const all = documentsOfPreset(id);
  const standing = all.filter((path) => existsSync(join(workflows, path)));
  const added = all.filter((path) => !standing.includes(path));
  for (const path of added) cpSync(join(presetsFolder, id, path), join(workflows, path));
  print([
    `${id}: ${counted(added.length, 'document')} added to ${workflows}.`,
    ...rows(added),
    ...(standing.length > 0 ? ['These were there already, and stay as they are:', ...rows(standing)] : []),
    `sojourn check ${workflows} says whether all fit together; sojourn segment <id> --preview whom they are about.`,
  ]);
}
