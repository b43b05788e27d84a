import { judgesEvents } from '../../core/event/catalogue.ts';
import type { compileCatalogue as Compile } from '../../core/event/compile-catalogue.ts';
import type { Documents } from '../../core/journey/document.ts';

let compile: typeof Compile | undefined;

/** Loads how events are judged, which workspaces that do not ask for it do not need: before such documents are compiled. */
export async function loadCatalogue(documents: Pick<Documents, 'workspace' | 'events'>): Promise<void> {
  if (judgesEvents(documents)) await loadJudging();
}
/** The same for documents that are not read yet. */
export async function loadJudging(): Promise<void> {
  compile ??= (await import('../../core/event/compile-catalogue.ts')).compileCatalogue;
}

/** Stands in for it in a bundle. */
export const compileCatalogue: typeof Compile = (documents) => {
  if (!compile) throw new Error('A catalogue was compiled before its code was loaded.');
  return compile(documents);
};
