/** A part of a document while a test takes it to pieces: anything that JSON can say. */
export type Part = null | boolean | number | string | Part[] | { [key: string]: Part };
/** An object of a document. */
export type Thing = { [key: string]: Part };
/** The files of a workflows folder by path: documents as values, everything else as text. */
export type DocumentSet = Map<string, Part>;

export const isThing = (part: Part | undefined): part is Thing =>
  typeof part === 'object' && part !== null && !Array.isArray(part);

/** Where a part stands. */
export interface Place {
  readonly file: string;
  readonly path: readonly (string | number)[];
  readonly value: Part;
}

/** Every part of the documents that are JSON, in the order of the files. */
export function placesIn(set: DocumentSet): readonly Place[] {
  const found: Place[] = [];
  const visit = (file: string, path: Place['path'], value: Part): void => {
    found.push({ file, path, value });
    if (typeof value !== 'object' || value === null) return;
    for (const [key, part] of Object.entries(value)) {
      visit(file, [...path, Array.isArray(value) ? Number(key) : key], part);
    }
  };
  for (const [file, value] of set) if (typeof value !== 'string') visit(file, [], value);
  return found;
}

/** The part at a path; throws where there is none. */
export function partAt(set: DocumentSet, file: string, path: Place['path']): Part {
  let part = set.get(file)!;
  for (const key of path) {
    if (typeof part !== 'object' || part === null) throw new Error(`Nothing at ${path.join('.')}.`);
    part = (part as Record<string, Part>)[String(key)]!;
  }
  return part;
}

/** A file as it stands on disk, one key or item to a line. */
export const textOf = (value: Part): string =>
  typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);

/** The line on which a part begins: found with a mark in its place, and not with the code under test. */
export function lineOf(set: DocumentSet, file: string, path: Place['path']): number {
  const mark = '\u2603 here';
  const copy: DocumentSet = new Map([[file, structuredClone(set.get(file)!)]]);
  if (path.length === 0) return 1;
  const owner = partAt(copy, file, path.slice(0, -1)) as Record<string, Part>;
  owner[String(path.at(-1))] = mark;
  return (
    textOf(copy.get(file)!)
      .split('\n')
      .findIndex((line) => line.includes(mark)) + 1
  );
}
