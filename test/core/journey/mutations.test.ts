import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDocuments } from '../../../core/journey/check.ts';
import { renderProblem } from '../../../core/problem.ts';
import { runs } from '../../properties.ts';
import { workflowFiles } from './workflow-files.ts';

const shipped = workflowFiles('workflows');
const documents = shipped.filter(({ path }) => /\.(journey|segment|audience)\.json$|^workspace\.json$/.test(path));

const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    null,
    '',
    0,
    -1,
    1e300,
    [],
    {},
    'P1D',
    'MO',
    '10:00',
    { event: 'X' },
    { segment: 'x' },
    { wait: 'PT1H' },
  ),
);
const oddKey = fc.oneof(
  fc.string(),
  fc.constantFrom('wait', 'send', 'steps', 'when', 'id', '__proto__', 'constructor', 'key'),
);

/** One change somewhere in a value: a part replaced, taken out, added, or a key renamed. */
interface Mutation {
  /** Which of the parts, 0–1. */
  readonly share: number;
  readonly kind: 'replace' | 'remove' | 'add' | 'rename';
  readonly key: string;
  readonly value: unknown;
}
const mutation: fc.Arbitrary<Mutation> = fc.record({
  share: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
  kind: fc.constantFrom('replace', 'remove', 'add', 'rename'),
  key: oddKey,
  value: oddValue,
});

/** A container and one of its keys, for each part of a value. */
function partsOf(value: unknown): readonly (readonly [Record<string, unknown>, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  const container = value as Record<string, unknown>;
  return Object.keys(container).flatMap((key) => [[container, key] as const, ...partsOf(container[key])]);
}

function mutate(document: unknown, { share, kind, key, value: drawn }: Mutation): unknown {
  const value = structuredClone(drawn); // two mutations may draw one object, and change what they put in
  const parts = partsOf(document);
  const [container, at] = parts[Math.floor(share * parts.length)] ?? [];
  if (!container || at === undefined) return value;
  const define = (name: string, part: unknown): void => {
    if (Array.isArray(container)) container.push(part);
    else Object.defineProperty(container, name, { value: part, enumerable: true, configurable: true, writable: true });
  };
  if (kind === 'replace') container[at] = value;
  else if (kind === 'add') define(key, value);
  else {
    const part = container[at];
    if (Array.isArray(container)) container.splice(Number(at), 1);
    else delete container[at];
    if (kind === 'rename') define(key, part);
  }
  return document;
}

/** Every problem stands where its file says. */
function expectPlaces(files: readonly { readonly path: string; readonly text: string }[]): void {
  const { documents: whole, problems } = checkDocuments(files);
  expect(whole === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
  for (const problem of problems) {
    const line = files.find(({ path }) => path === problem.file)?.text.split('\n')[problem.line - 1];
    expect(problem.text).toBe(line?.replace(/\r$/, ''));
    expect(problem.column).toBeGreaterThan(0);
    expect(problem.column - 1 + problem.length).toBeLessThanOrEqual(problem.text.length);
    expect(problem.message).not.toMatch(/undefined|\[object|Invalid input/);
    expect(renderProblem(problem)).toContain(`${problem.line}:${problem.column}  ${problem.code}`);
  }
}

describe('whatever stands in a document', () => {
  it('is checked without a throw, and each problem has its place', () => {
    const picks = fc.tuple(
      fc.nat(documents.length - 1),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(picks, ([index, mutations, isPretty]) => {
        const chosen = documents[index]!;
        const value = mutations.reduce<unknown>(mutate, JSON.parse(chosen.text));
        const text = JSON.stringify(value, undefined, isPretty ? 2 : 0);
        expectPlaces(shipped.map((file) => (file === chosen ? { ...file, text } : file)));
      }),
      runs(4_000),
    );
  });

  it('is checked without a throw when the text is cut or garbled', () => {
    const picks = fc.tuple(
      fc.nat(documents.length - 1),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.string(),
      fc.nat(9),
    );
    fc.assert(
      fc.property(picks, ([index, share, garble, lost]) => {
        const chosen = documents[index]!;
        const at = Math.floor(share * chosen.text.length);
        const text = chosen.text.slice(0, at) + garble + chosen.text.slice(at + lost);
        const { problems } = checkDocuments(shipped.map((file) => (file === chosen ? { ...file, text } : file)));
        for (const problem of problems) expect(problem.line).toBeGreaterThan(0);
      }),
      runs(2_000),
    );
  });
});
