import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowFile } from '../../core/journey/read-documents.ts';

/**
 * Every file of a workflows folder that `check` reads, with its path inside the folder; links are followed. What is
 * named like a document and cannot be read is among them, and says why: passed over, it would silently not happen.
 */
export const readWorkflows = (folder: string): readonly WorkflowFile[] =>
  below(folder, '', []).toSorted((a, b) => (a.path < b.path ? -1 : 1));

const isRead = (path: string): boolean => !path.startsWith('schema/') && /\.(json|mjml|txt|csv)$/.test(path);
/** Other people's files, and those of tools. */
const isPassedOver = (name: string): boolean => name.startsWith('.') || name === 'node_modules';

/** @param above the real folders this one lies in: a link to one of them would be followed for ever */
function below(folder: string, inside: string, above: readonly string[]): readonly WorkflowFile[] {
  const real = realpathSync(folder);
  if (above.includes(real)) return [];
  const names = readdirSync(folder).filter((name) => !isPassedOver(name));
  return names.flatMap((name): readonly WorkflowFile[] => {
    const [path, file] = [`${inside}${name}`, join(folder, name)];
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory() && !isRead(path)) return below(file, `${path}/`, [...above, real]);
    if (!isRead(path)) return [];
    if (!found) return [{ path, text: '', unread: 'dangling-link' }];
    if (found.isFile()) return [readText(path, file)];
    return [{ path, text: '', unread: found.isDirectory() ? 'folder' : 'no-file' }];
  });
}

function readText(path: string, file: string): WorkflowFile {
  try {
    return { path, text: readFileSync(file, 'utf8') };
  } catch {
    return { path, text: '', unread: 'refused' };
  }
}
