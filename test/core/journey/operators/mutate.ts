import {
  isThing,
  lineOf,
  partAt,
  placesIn,
  type DocumentSet,
  type Part,
  type Place,
  type Thing,
} from './document-set.ts';
import type { Random } from './random.ts';

/** Where the one problem of a mutated set must stand. */
export interface Expected {
  readonly file: string;
  readonly line: number;
}
/** Makes one mistake in a set of documents; undefined where the set has no place for it. */
export type Operator = (set: DocumentSet, random: Random) => Expected | undefined;
export type Operators = Readonly<Record<string, Operator>>;
export type Where = (place: Place) => boolean;

export const expectedAt = (set: DocumentSet, file: string, path: Place['path']): Expected => ({
  file,
  line: lineOf(set, file, path),
});

/** One of the places that a question is true of. */
export const somewhere = (set: DocumentSet, random: Random, where: Where): Place | undefined =>
  random.pick(placesIn(set).filter(where));

/** The object at a path. */
export function thingAt(set: DocumentSet, file: string, path: Place['path'] = []): Thing {
  const part = partAt(set, file, path);
  if (!isThing(part)) throw new Error(`No object at ${path.join('.')} of ${file}.`);
  return part;
}

const write = (set: DocumentSet, { file, path }: Pick<Place, 'file' | 'path'>, value: Part): void => {
  const owner = partAt(set, file, path.slice(0, -1)) as Record<string, Part>;
  owner[String(path.at(-1))] = value;
};

/** Puts another value somewhere; the problem stands at it. */
export const replace =
  (where: Where, by: Part | ((old: Part) => Part)): Operator =>
  (set, random) => {
    const place = somewhere(set, random, where);
    if (!place) return undefined;
    write(set, place, typeof by === 'function' ? by(place.value) : by);
    return expectedAt(set, place.file, place.path);
  };

/** Changes an object somewhere; the problem stands at a path below it, or at the object. */
export const change =
  (where: Where, by: (thing: Thing, random: Random) => void, at: Place['path'] = []): Operator =>
  (set, random) => {
    const place = somewhere(set, random, (one) => isThing(one.value) && where(one));
    if (!place || !isThing(place.value)) return undefined;
    by(place.value, random);
    return expectedAt(set, place.file, [...place.path, ...at]);
  };

/** Takes a key away; the problem stands at the object that lacks it. */
export const without = (where: Where, key: string): Operator =>
  change(where, (thing) => {
    delete thing[key];
  });

/** Misspells a key, which keeps its place among the others; the problem stands at it. */
export const rename = (where: Where, key: string, to: string): Operator =>
  change(
    where,
    (thing) => {
      const entries = Object.entries(thing);
      for (const name of Object.keys(thing)) delete thing[name];
      for (const [name, value] of entries) thing[name === key ? to : name] = value;
    },
    [to],
  );

/** Rewrites a text file; the problem stands on a line of it. */
export const rewrite =
  (file: string, by: (text: string) => string, line: number): Operator =>
  (set) => {
    const old = set.get(file);
    if (typeof old !== 'string') return undefined;
    set.set(file, by(old));
    return { file, line };
  };

const isIn = (folder: string, file: string): boolean => file.startsWith(`${folder}/`);
/** A step that has a key. */
export const step =
  (key: string): Where =>
  ({ file, path, value }) =>
    isIn('journeys', file) && typeof path.at(-1) === 'number' && isThing(value) && key in value && !('when' in value);
/** A condition that has a key. */
export const condition =
  (key: string): Where =>
  ({ path, value }) =>
    isThing(value) &&
    key in value &&
    (['when', 'not'].includes(String(path.at(-1))) || ['all', 'any'].includes(String(path.at(-2))));
/** A place at the end of a path in the documents of a folder (or in a file). */
export const at =
  (folder: string, ...path: Place['path']): Where =>
  (place) =>
    (place.file === folder || isIn(folder, place.file)) && place.path.join('/') === path.join('/');
