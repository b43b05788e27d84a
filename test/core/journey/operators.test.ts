import { describe, expect, inject, it } from 'vitest';
import { checkDocuments, fileCodes } from '../../../core/journey/check.ts';
import { checks } from '../../../core/journey/checks/registry.ts';
import type { Problem } from '../../../core/problem.ts';
import { shapeCodes } from '../../../core/shape.ts';
import { times } from '../../properties.ts';
import { checkOperators } from './operators/check-operators.ts';
import { textOf, type DocumentSet } from './operators/document-set.ts';
import { fileOperators } from './operators/file-operators.ts';
import { randomOf } from './operators/random.ts';
import { shapeOperators } from './operators/shape-operators.ts';
import { validDocuments } from './operators/valid-documents.ts';

const nowMs = Date.parse('2026-11-22T12:00:00Z');
const operators = { ...shapeOperators, ...fileOperators, ...checkOperators };
/** A share that the issue names. */
const leastShare = 0.98;

const problemsOf = (set: DocumentSet): readonly Problem[] =>
  checkDocuments(
    [...set].map(([path, value]) => ({ path, text: textOf(value) })),
    nowMs,
  ).problems;
const said = ({ code, file, line, message }: Problem): string => `${code} ${file}:${line} ${message}`;

/** What is wrong with how one mistake is told; undefined where its code and its line are exact and no other error is told. */
function missOf(code: string, seed: number): string | undefined {
  const set = validDocuments(seed);
  const expected = operators[code]?.(set, randomOf(seed + 1));
  if (!expected) return `${seed}: there is no place for this mistake`;
  const problems = problemsOf(set);
  const isTold = problems.some((one) => one.code === code && one.file === expected.file && one.line === expected.line);
  const others = problems.filter((one) => one.severity === 'error' && one.code !== code);
  if (isTold && others.length === 0) return undefined;
  const found = (isTold ? others : problems).map(said).join('\n  ');
  return `${seed}: expected ${code} ${expected.file}:${expected.line}, found\n  ${found}`;
}

const seeds = (full: number): readonly number[] => {
  const begin = inject('seed') % 1_000_000_000;
  return Array.from({ length: times(full) }, (_, index) => begin + index * 7);
};

describe('random documents', () => {
  it('about which nothing is to be said are told nothing about', () => {
    for (const seed of seeds(400)) expect(problemsOf(validDocuments(seed)).map(said), `seed ${seed}`).toEqual([]);
  });

  it('hold every code as one mistake', () => {
    const codes = new Set([...shapeCodes, ...fileCodes, ...checks.map(({ code }) => code)]);
    expect(Object.keys(operators).sort()).toEqual([...codes].sort());
  });

  it.each(Object.keys(operators))('with one mistake are told it, where it is, and no other error: %s', (code) => {
    const all = seeds(100);
    const misses = all.flatMap((seed) => missOf(code, seed) ?? []);
    expect(misses.length / all.length, misses.slice(0, 3).join('\n')).toBeLessThanOrEqual(1 - leastShare);
  });
});
