import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDocuments, fileCodes } from '../../../core/journey/check.ts';
import { ruleCodes } from '../../../core/journey/prove/rule-findings.ts';
import { checks } from '../../../core/journey/checks/registry.ts';
import { stepKinds } from '../../../core/journey/steps/registry.ts';
import { triggerKinds } from '../../../core/journey/triggers.ts';
import { renderProblem } from '../../../core/problem.ts';
import { conditionKinds } from '../../../core/segment/condition-kinds.ts';
import { shapeCodes } from '../../../core/shape.ts';
import { workflowFiles } from './workflow-files.ts';

const root = join(import.meta.dirname, '../../..');
const fixtures = join(root, 'test/fixtures/problems');
// What is past in a fixture is past by then.
const nowMs = Date.parse('2026-11-22T12:00:00Z');
const codes = [...new Set([...fileCodes, ...shapeCodes, ...ruleCodes, ...checks.map(({ code }) => code)])].sort();

describe('the problem that a bad fixture shows', () => {
  it.each(readdirSync(fixtures))('is printed as expected: %s', (code) => {
    const { problems } = checkDocuments(workflowFiles(join(fixtures, code, 'workflows')), nowMs);
    const printed = `${problems.map(renderProblem).join('\n\n')}\n`;
    expect(printed).toBe(readFileSync(join(fixtures, code, 'expected.txt'), 'utf8'));
    expect(problems.map((problem) => problem.code)).toContain(code);
  });

  it('exists for every code', () => {
    expect(readdirSync(fixtures).sort()).toEqual(codes);
  });

  it('never speaks of schemas', () => {
    const printed = codes.map((code) => readFileSync(join(fixtures, code, 'expected.txt'), 'utf8')).join('\n');
    expect(printed).not.toMatch(/must match|exactly one of|schema|invalid input|expected .* received|union/i);
  });
});

describe('the documentation', () => {
  it('has a section for every code, in order', () => {
    const errors = readFileSync(join(root, 'docs/journey-errors.md'), 'utf8');
    const sections = [...errors.matchAll(/^### (\S+)$/gm)].map(([, code]) => code);
    // The command finds this one by compiling templates, which core does not do.
    expect([...sections].sort()).toEqual([...codes, 'template-invalid'].sort());
  });

  it('explains every kind of step, condition and entry', () => {
    const language = readFileSync(join(root, 'docs/journey-json.md'), 'utf8');
    const kinds = [...stepKinds.byKey.keys(), ...conditionKinds.byKey.keys(), ...triggerKinds.byKey.keys()];
    const missing = kinds.filter((kind) => !language.includes(`### \`${kind}\``));
    expect(missing).toEqual([]);
  });
});
