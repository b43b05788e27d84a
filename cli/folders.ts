import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { giveUp } from './settings.ts';

/** The option that names a folder, for the sentence about one that cannot be used. */
type FolderOption = '--workflows' | '--data';

/** Ends the command with a sentence unless there is a folder of documents that can be read. */
export function needWorkflows(path: string, option?: FolderOption): void {
  needFolder(path, 'folder', option);
}

/** Ends the command with a sentence unless there is a data folder. */
export function needData(path: string): void {
  needFolder(path, 'data folder', '--data');
}

/** Ends the command with a sentence where something else than a folder stands in the place of a data folder to be made. */
export function needPlaceForData(path: string): void {
  if (existsSync(path)) needData(path);
}

function needFolder(path: string, what: string, option: FolderOption | undefined): void {
  const found = statSync(path, { throwIfNoEntry: false });
  const named = option ? ` Name it with ${option}.` : '';
  if (!found) giveUp(`There is no ${what} ${path}.${named}`);
  if (!found.isDirectory()) giveUp(`${path} is no folder.${named || guessAt(path)}`);
  if (!canRead(path)) giveUp(`The ${what} ${path} may not be read. Whoever owns it can allow it.`);
}

/** One document was named where all of them count. */
const guessAt = (file: string): string =>
  existsSync(join(dirname(file), 'workspace.json'))
    ? ` Did you mean ${dirname(file)}?`
    : ' Name a workflows folder: there is a workspace.json in it.';

/** Ends the command with a sentence unless there is a file that can be read, more than once and to its end. */
export function needFile(path: string, what: 'file' | 'map'): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) giveUp(`There is no ${what} ${path}.`);
  if (found.isDirectory()) giveUp(`${path} is a folder. Name the ${what} in it.`);
  if (!found.isFile()) giveUp(`${path} is no file that keeps what it holds. Save it into one first.`);
  if (!canRead(path)) giveUp(`The ${what} ${path} may not be read. Whoever owns it can allow it.`);
}

function canRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
