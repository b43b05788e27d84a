import type { readingOf as Readings } from '../../core/trait/compute-trait.ts';

let readings: typeof Readings | undefined;

/** Loads how computed traits are read, 9 KB that workspaces without any do not need: before such documents are compiled. */
export async function loadTraitReadings({ traits = [] }: { readonly traits?: readonly unknown[] }): Promise<void> {
  if (traits.length > 0) await loadReadings();
}
/** The same for documents that are not read yet. */
export async function loadReadings(): Promise<void> {
  readings ??= (await import('../../core/trait/compute-trait.ts')).readingOf;
}

/** Stands in for them in a bundle. */
export const readingOf: typeof Readings = (document, table) => {
  if (!readings) throw new Error('A computed trait was compiled before its readings were loaded.');
  return readings(document, table);
};
