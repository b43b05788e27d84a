import { isObject } from './json.ts';
import type { Path } from './problem.ts';

/**
 * A document of which some parts may have failed to parse: every key may be missing, and a broken item of a list is
 * `undefined` (the others keep their index). What is left has the type it says.
 */
export type Draft<T> = T extends readonly (infer Item)[]
  ? readonly (Draft<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Draft<T[Key]> | undefined }
    : T;

/**
 * A copy of a value with the parts at these paths taken out; parts without a broken path in them are shared. A broken
 * key is still a key of its object, without a value.
 */
export function withoutBroken(value: unknown, broken: readonly Path[]): unknown {
  if (broken.length === 0) return value;
  if (broken.some((path) => path.length === 0)) return undefined;
  const within = new Map<string | number, Path[]>();
  for (const [key, ...rest] of broken) {
    const paths = within.get(key!);
    if (paths) paths.push(rest);
    else within.set(key!, [rest]);
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => withoutBroken(item, within.get(index) ?? []));
  }
  if (!isObject(value)) return value;
  const absent = [...within.keys()].filter((key) => !Object.hasOwn(value, key));
  return Object.fromEntries([
    ...Object.entries(value).map(([key, part]) => [key, withoutBroken(part, within.get(key) ?? [])] as const),
    ...absent.map((key) => [key, undefined] as const),
  ]);
}
