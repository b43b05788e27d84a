import type { z } from 'zod';
import type { Finding, Path } from '../problem.ts';
import { checkReferences, error } from './import-references.ts';
import { ImportMap } from './import-schema.ts';

/** Reads an import map from its JSON; all findings at once, in the order of the document. */
export function parseImportMap(json: unknown): { readonly map: ImportMap } | { readonly findings: readonly Finding[] } {
  const parsed = ImportMap.safeParse(json);
  if (!parsed.success) return { findings: parsed.error.issues.flatMap((issue) => shapeFindings(issue, json)) };
  const findings = checkReferences(parsed.data);
  return findings.length > 0 ? { findings } : { map: parsed.data };
}

type Issue = z.core.$ZodIssue;

/** Says what is wrong with a shape; of a message that fits no form, what keeps it from being the form it resembles. */
function shapeFindings(issue: Issue, json: unknown): Finding[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const last = path.at(-1) ?? 'the map';
  if (path.length > 0 && valueAt(json, path) === undefined) {
    return [error('missing-key', path.slice(0, -1), `"${last}" is missing.`, 'key')];
  }
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => error('unknown-key', [...path, key], `"${key}" means nothing here.`, 'key'));
    case 'invalid_union': {
      // Only the list of messages has no sentence of its own: [0] is oneOf, [1] is a message.
      if (!(path[0] === 'messages' && path.length === 2)) return [error('wrong-value', path, issue.message)];
      const isOneOf = !issue.errors[0]?.some((inner) => inner.path.length === 0 && inner.code === 'unrecognized_keys');
      const inner = issue.errors[isOneOf ? 0 : 1] ?? [];
      return inner.flatMap((each) => shapeFindings({ ...each, path: [...issue.path, ...each.path] }, json));
    }
    case 'invalid_type':
      return [error('wrong-value', path, `"${last}" should be ${article(issue.expected)}.`)];
    case 'invalid_value':
      return [error('wrong-value', path, `"${last}" should be one of ${issue.values.map(String).join(', ')}.`)];
    case 'too_small':
      return [error('wrong-value', path, `"${last}" should have or be at least ${issue.minimum}.`)];
    case 'too_big':
      return [error('wrong-value', path, `"${last}" should be at most ${issue.maximum}.`)];
    case 'custom':
      return [error('wrong-value', path, issue.message)];
    default:
      return [error('wrong-value', path, `"${last}" has a value that cannot be used here.`)];
  }
}

const valueAt = (json: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    json,
  );

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
const article = (expected: string): string => typeNames[expected] ?? `a ${expected}`;
