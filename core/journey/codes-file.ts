import type { Finding } from '../problem.ts';
import { codePattern } from '../values.ts';

/** The codes of a file, one to a line, and what is wrong with its lines. */
export interface CodesFile {
  readonly codes: readonly string[];
  readonly findings: readonly Finding[];
}

/** Reads a file of coupon codes; the end of the last line begins no other. */
export function parseCodes(written: string): CodesFile {
  const lines = written
    .replace(/^\uFEFF/, '')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
  const first = new Map<string, number>();
  const findings = lines.flatMap((code, index): readonly Finding[] => {
    const problem = problemOf(code, first.get(code));
    if (!first.has(code)) first.set(code, index + 1);
    return problem ? [{ ...problem, severity: 'error', path: [index + 1] }] : [];
  });
  return { codes: lines, findings };
}

function problemOf(code: string, firstLine: number | undefined): Pick<Finding, 'code' | 'message'> | undefined {
  if (code.trim() === '') return { code: 'bad-code', message: 'This line is empty; each line is one code.' };
  if (!codePattern.test(code)) {
    const message =
      'A code has at most 64 characters, and no spaces, commas, semicolons or quotes: one code to a line.';
    return { code: 'bad-code', message };
  }
  if (firstLine === undefined) return undefined;
  return {
    code: 'duplicate-code',
    message: `The code "${code}" stands on line ${firstLine} already; each is given once.`,
  };
}
