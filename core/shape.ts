import { z } from 'zod';
import { isObject } from './json.ts';
import type { Finding, Path } from './problem.ts';
import { closest, didYouMean } from './suggest.ts';

/** Codes of findings that come from the shape of a document alone: its keys, and what may stand at each. */
export const shapeCodes = [
  'ambiguous-condition',
  'ambiguous-count',
  'ambiguous-key',
  'ambiguous-rule',
  'ambiguous-send',
  'ambiguous-step',
  'ambiguous-trait',
  'ambiguous-trigger',
  'bad-address',
  'bad-code',
  'bad-count',
  'bad-country',
  'bad-currency',
  'bad-date',
  'bad-day',
  'bad-duration',
  'bad-id',
  'bad-instant',
  'bad-locale',
  'bad-path',
  'bad-pattern',
  'bad-percent',
  'bad-time',
  'bad-zone',
  'empty-list',
  'missing-channel',
  'missing-condition',
  'missing-key',
  'missing-postal-address',
  'missing-test',
  'too-deep',
  'unknown-condition',
  'unknown-key',
  'unknown-rule',
  'unknown-trait',
  'unknown-stage',
  'unknown-step',
  'unknown-trigger',
  'unknown-value',
  'wrong-type',
] as const;
export type ShapeCode = (typeof shapeCodes)[number];

/** What is wrong with one value. Travels through zod as the `params` of a custom issue. */
export interface Complaint {
  readonly code: ShapeCode;
  /** What would be right, to follow "must be": `a duration such as "P3D"`. */
  readonly must: string;
  /** The values to guess from. */
  readonly near?: readonly string[];
  /** A whole sentence instead of "… must be …, but it is …". */
  readonly sentence?: string;
  /** Another code when the value is not there at all. */
  readonly missing?: ShapeCode;
}

/** What JSON Schema says of a value; our own tests say it more exactly. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const complain = (payload: z.core.ParsePayload, complaint: Complaint): void => {
  payload.issues.push({ code: 'custom', input: payload.value, params: { ...complaint }, path: [] });
};

/** A schema of one value: what is wrong with it, if anything, and the same for editors. */
export const leaf = (complaintOf: (value: unknown) => Complaint | undefined, json: JsonSchema): z.ZodType =>
  z
    .unknown()
    .check((payload) => {
      const complaint = complaintOf(payload.value);
      if (complaint) complain(payload, complaint);
    })
    .meta(json);

const options = new WeakMap<z.core.$ZodType, readonly z.ZodType[]>();
/** The schemas that a value made by `either` may have; undefined for other schemas. */
export const optionsOf = (schema: z.core.$ZodType): readonly z.ZodType[] | undefined => options.get(schema);

/** A value of one of several shapes: a look at it says which one is meant, and only that one has a say. */
export function either(pick: (value: unknown) => z.ZodType | Complaint, all: readonly z.ZodType[]): z.ZodType {
  const schema = z.unknown().check((payload) => {
    const picked = pick(payload.value);
    if (!(picked instanceof z.ZodType)) return complain(payload, picked);
    const result = picked.safeParse(payload.value);
    if (!result.success) payload.issues.push(...result.error.issues.map((issue) => ({ ...issue, input: undefined })));
  });
  options.set(schema, all);
  return schema;
}

/**
 * Which of several shapes an object is meant to have: that of the key which it has, or almost has; else the first.
 * With the keys of two shapes it has none.
 */
export const byKey =
  (shapes: Readonly<Record<string, z.ZodType>>) =>
  (value: object): z.ZodType | Complaint => {
    const names = Object.keys(shapes);
    const given = Object.keys(value).filter((key) => Object.hasOwn(shapes, key));
    if (new Set(given.map((key) => shapes[key])).size > 1) {
      const both = given.map((key) => `"${key}"`).join(' and ');
      const sentence = `This has ${both} at once. Keep one of them.`;
      return { code: 'ambiguous-key', must: `one of ${names.join(', ')}`, sentence };
    }
    const guessed = Object.keys(value).flatMap((key) => closest(key, names) ?? []);
    return shapes[given[0] ?? guessed[0] ?? names[0]!]!;
  };

/**
 * An object of known keys. Zod asks `error` for the issue's message; we answer with what `findingsOf` needs to write a
 * better one: the known keys, or what the object is.
 */
export const keys = <Shape extends z.core.$ZodLooseShape>(
  noun: string,
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : noun),
  });

/** A list of things. */
export const list = (noun: string, item: z.ZodType): z.ZodType => z.array(item, { error: () => noun });

/** A list with at least one thing in it. */
export const fullList = (noun: string, item: z.ZodType): z.ZodType =>
  z.array(item, { error: () => noun }).check((payload) => {
    const complaint: Complaint = {
      code: 'empty-list',
      must: noun,
      sentence: `This list is empty; it must be ${noun}.`,
    };
    if (payload.value.length === 0) complain(payload, complaint);
  });

/** A map whose keys the marketer names. */
export const map = (noun: string, item: z.ZodType): z.ZodType => z.record(z.string(), item, { error: () => noun });

/** One value, or a list of them. */
export const oneOrMany = (noun: string, one: z.ZodType): z.ZodType => {
  const many = fullList(noun, one);
  return either((value) => (Array.isArray(value) ? many : one), [one, many]);
};

/** Adds a rule about a whole object, which speaks only when all its keys are in order. */
export const ruled = <Schema extends z.ZodObject>(
  schema: Schema,
  complaintOf: (value: z.output<Schema>) => Complaint | undefined,
): Schema =>
  schema.check((payload) => {
    if (payload.issues.length > 0) return;
    const complaint = complaintOf(payload.value);
    if (complaint) complain(payload, complaint);
  });

/** What a schema found: findings, and the paths of the parts that no check can rely on. */
export interface Inspection {
  readonly findings: readonly Finding[];
  /** Relative to the value that was inspected. */
  readonly broken: readonly Path[];
}
const sound: Inspection = { findings: [], broken: [] };

/**
 * Reads one thing by its schema.
 * @param owner the thing in the marketer's words, as it stands inside a sentence: `step "nudge"`
 */
export function inspect(schema: z.ZodType, value: unknown, path: Path, owner: string): Inspection {
  const result = schema.safeParse(value);
  if (result.success) return sound;
  const findings: Finding[] = [];
  const broken: Path[] = [];
  const misspelt = new Set<string>();
  const issues = result.error.issues.map((issue) => ({ issue, at: pathOf(issue.path) }));
  for (const { issue, at } of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    for (const key of issue.keys) {
      const guess = meant(key, issue.message.split(' '), valueAt(value, at));
      findings.push(unknownKey({ root: path, at, owner }, key, issue.message.split(' '), guess));
      broken.push([...at, key]);
      if (guess === undefined) continue;
      // The key that was meant is there, though broken: nothing is to say that it is missing.
      broken.push([...at, guess]);
      misspelt.add(JSON.stringify([...at, guess]));
    }
  }
  for (const { issue, at } of issues) {
    if (issue.code === 'unrecognized_keys' || misspelt.has(JSON.stringify(at))) continue;
    const place = { root: path, at, owner };
    const complaint = issue.code === 'custom' ? (issue.params as Complaint) : wrongType(issue.message);
    const bad = valueAt(value, at);
    if (bad === undefined) findings.push(missingKey(place, complaint));
    else {
      findings.push(badValue(place, complaint, bad));
      broken.push(at);
    }
  }
  return { findings, broken };
}

const pathOf = (path: readonly PropertyKey[]): Path => path.map((key) => (typeof key === 'symbol' ? String(key) : key));

/** The key that a misspelt one was meant to be: none that is there already. */
const meant = (key: string, known: readonly string[], object: unknown): string | undefined =>
  closest(
    key,
    known.filter((name) => !isObject(object) || !Object.hasOwn(object, name)),
  );

interface Place {
  readonly root: Path;
  readonly at: Path;
  readonly owner: string;
}

const wrongType = (must: string): Complaint => ({ code: 'wrong-type', must });

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((part, key) => {
    if (Array.isArray(part)) return part[Number(key)];
    return isObject(part) && Object.hasOwn(part, key) ? part[key] : undefined;
  }, value);

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** `step "nudge"`, or `"variants.percent" of step "nudge"`. */
function nameOf({ at, owner }: Pick<Place, 'at' | 'owner'>): string {
  const names = at.filter((key) => typeof key === 'string');
  return names.length === 0 ? owner : `"${names.join('.')}" of ${owner}`;
}

/** A value as a sentence shows it: short. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (isObject(value)) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 56)}…"` : text;
}

/** A finding about a key that a thing does not have. */
function unknownKey(
  { root, at, owner }: Place,
  key: string,
  known: readonly string[],
  guess: string | undefined,
): Finding {
  const choice = guess === undefined ? ` Its keys are ${known.filter((name) => name !== '$schema').join(', ')}.` : '';
  return {
    code: 'unknown-key',
    severity: 'error',
    path: [...root, ...at, key],
    at: 'key',
    message: `${capital(nameOf({ at, owner }))} has no key "${key}".${choice}`,
    ...didYouMean(guess),
  };
}

function missingKey({ root, at, owner }: Place, complaint: Complaint): Finding {
  const key = at.at(-1);
  const parent = nameOf({ at: at.slice(0, -1), owner });
  return {
    code: complaint.missing ?? 'missing-key',
    severity: 'error',
    path: [...root, ...at.slice(0, -1)],
    message: `${capital(parent)} needs the key "${key}": ${complaint.must}.`,
  };
}

function badValue({ root, at, owner }: Place, complaint: Complaint, value: unknown): Finding {
  const sentence = `${capital(nameOf({ at, owner }))} must be ${complaint.must}, but it is ${shown(value)}.`;
  const guess = typeof value === 'string' && complaint.near ? closest(value, complaint.near) : undefined;
  return {
    code: complaint.code,
    severity: 'error',
    path: [...root, ...at],
    message: complaint.sentence ?? sentence,
    ...didYouMean(guess),
  };
}
