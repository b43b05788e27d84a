import { isObject, type Json } from '../../../core/json.ts';
import { guardText } from './liquid-tags.ts';
import type { DateSettings } from './format-date.ts';
import type { CompileTemplate } from './liquid-engine.ts';

/** Renders one JSON value in which every string was a template. */
export type RunJson = (scope: object, settings: DateSettings) => Json;

const wholeOutput = /^\s*\{\{(?:(?!\}\})[\s\S])*\}\}\s*$/;

/** Compiles the strings of a JSON value; a string that is exactly one output keeps the type of its value. */
export function compileJson(value: Json, compile: CompileTemplate): RunJson {
  if (typeof value === 'string') {
    const isWhole = wholeOutput.test(value);
    // A value alone may be null or empty: JSON can say so, and nothing is printed blank.
    const run = isWhole ? compile(value.trim(), 'typed') : compile(guardText(value, 'text'), 'plain');
    return (scope, settings) => asJson(run(scope, settings));
  }
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => compileJson(item, compile));
    return (scope, settings) => items.map((item) => item(scope, settings));
  }
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => [key, compileJson(item as Json, compile)] as const);
    return (scope, settings) => Object.fromEntries(entries.map(([key, item]) => [key, item(scope, settings)]));
  }
  return () => value;
}

const asJson = (value: unknown): Json => (value === undefined ? null : (value as Json));

/** The fields that a JSON template has; the `free` ones may be absent and hold any JSON, the others hold text. */
export interface FieldShape {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly free: readonly string[];
}

/** The fields of a JSON template, or what is wrong with it. */
export function readFields(
  text: string,
  shape: FieldShape,
): { readonly fields: { readonly [name: string]: Json } } | { readonly problem: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return { problem: `This is not JSON: ${error instanceof Error ? error.message : 'unreadable'}.` };
  }
  if (!isObject(parsed)) return { problem: 'This must be a JSON object.' };
  const known = [...shape.required, ...shape.optional, ...shape.free];
  const unknown = Object.keys(parsed).find((key) => !known.includes(key));
  if (unknown !== undefined) return { problem: `"${unknown}" is not known here. Known are ${known.join(', ')}.` };
  const missing = shape.required.find((key) => parsed[key] === undefined);
  if (missing !== undefined) return { problem: `The "${missing}" is missing.` };
  const notText = Object.keys(parsed).find((key) => !shape.free.includes(key) && typeof parsed[key] !== 'string');
  if (notText !== undefined) return { problem: `"${notText}" must be a text.` };
  return { fields: parsed as { readonly [name: string]: Json } };
}
