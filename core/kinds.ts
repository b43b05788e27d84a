import type { z } from 'zod';
import { withoutBroken } from './draft.ts';
import { isObject } from './json.ts';
import type { Finding, Path } from './problem.ts';
import { inspect, shown, type ShapeCode } from './shape.ts';
import { closest, didYouMean } from './suggest.ts';

/** A kind of thing that is recognised by one of its keys: a step by "wait", a condition by "did". */
export interface Kind {
  readonly key: string;
  readonly schema: z.ZodObject;
}

/** All kinds of one sort of thing, and how to speak of it. */
export interface KindRegistry<K extends Kind> {
  /** As it stands inside a sentence: `step`. */
  readonly noun: string;
  /** With its article: `a step`. */
  readonly aNoun: string;
  readonly unknown: ShapeCode;
  readonly ambiguous: ShapeCode;
  /** One line for those who wrote two kinds in one. */
  readonly onlyOne: string;
  readonly byKey: ReadonlyMap<string, K>;
}

/** A registry of kinds, by their keys. */
export const registryOf = <K extends Kind>(
  words: Omit<KindRegistry<K>, 'byKey'>,
  kinds: readonly K[],
): KindRegistry<K> => ({ ...words, byKey: new Map(kinds.map((kind) => [kind.key, kind])) });

/** A thing as far as it could be read. */
export interface ReadKind<K extends Kind> {
  readonly kind: K;
  /** The thing without its broken keys. */
  readonly value: Record<string, unknown>;
}

/** Collects what reading finds. */
export interface Report {
  readonly findings: Finding[];
  /** Paths of the parts of the document that no check can rely on. */
  readonly broken: Path[];
}

/** Reads the own keys of a thing by its schema. */
export function readKeys(schema: z.ZodType, value: unknown, path: Path, owner: string, report: Report): unknown {
  const { findings, broken } = inspect(schema, value, path, owner);
  if (findings.length === 0) return value;
  report.findings.push(...findings);
  report.broken.push(...broken.map((at) => [...path, ...at]));
  return withoutBroken(value, broken);
}

/**
 * Tells of which kind a thing is by the keys that are there, and reads its own keys.
 * @returns undefined where it is of no kind, or of two; the report then says so
 */
export function readKind<K extends Kind>(
  registry: KindRegistry<K>,
  value: unknown,
  path: Path,
  ownerOf: (kind: K) => string,
  report: Report,
): ReadKind<K> | undefined {
  const refuse = (finding: Pick<Finding, 'code' | 'message'> & Partial<Finding>): undefined => {
    report.findings.push({ severity: 'error', path, ...finding });
    report.broken.push(path);
  };
  if (!isObject(value)) {
    return refuse({ code: 'wrong-type', message: `This must be ${registry.aNoun}, but it is ${shown(value)}.` });
  }
  const found = kindKeys(registry, value);
  const kind = only(found.map((key) => registry.byKey.get(key)!));
  if (found.length === 0) return refuse(unknown(registry, value, path));
  if (!kind) {
    const quoted = found.map((key) => `"${key}"`).join(' and ');
    const message = `This is ${registry.aNoun} with ${quoted} at once. ${registry.onlyOne}`;
    return refuse({ code: registry.ambiguous, path: [...path, found[1]!], at: 'key', message });
  }
  const own = readKeys(kind.schema, value, path, ownerOf(kind), report);
  return isObject(own) ? { kind, value: own } : undefined;
}

const kindKeys = <K extends Kind>(registry: KindRegistry<K>, value: object): readonly string[] =>
  Object.keys(value).filter((key) => registry.byKey.has(key));

/** The kind of a thing that was read before; undefined where that had failed. */
export const kindOf = <K extends Kind>(registry: KindRegistry<K>, value: object): K | undefined =>
  only(kindKeys(registry, value).map((key) => registry.byKey.get(key)!));

/** The kind that has the keys of all others found as keys of its own; there is none where two things were mixed. */
function only<K extends Kind>(kinds: readonly K[]): K | undefined {
  if (kinds.length === 1) return kinds[0];
  const owners = kinds.filter((kind) => kinds.every((other) => Object.hasOwn(kind.schema.shape, other.key)));
  return owners.length === 1 ? owners[0] : undefined;
}

function unknown<K extends Kind>(registry: KindRegistry<K>, value: object, path: Path): Finding {
  const common = { code: registry.unknown, severity: 'error' } as const;
  for (const key of Object.keys(value)) {
    const guess = closest(key, registry.byKey.keys());
    if (guess === undefined) continue;
    const message = `"${key}" is no kind of ${registry.noun}.`;
    return { ...common, path: [...path, key], at: 'key', message, ...didYouMean(guess) };
  }
  const known = [...registry.byKey.keys()].map((key) => `"${key}"`).join(', ');
  return { ...common, path, message: `This is not ${registry.aNoun}: it needs one of the keys ${known}.` };
}
