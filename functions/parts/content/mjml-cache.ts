import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompileAnswer } from './compile-mjml.ts';
import type { MjmlSource } from './mjml-to-liquid.ts';

/** Part of every key: raise it with each change in what the compiler writes; a test holds it to MJML's own version. */
export const compilerVersion = 'mjml-5.4.1/1';
const compilerFile = fileURLToPath(new URL('./compile-mjml.ts', import.meta.url));
const timeoutMs = 60_000;
const largestAnswerBytes = 256 * 1024 * 1024;

const keyOf = (source: MjmlSource): string =>
  createHash('sha256')
    .update(JSON.stringify([compilerVersion, source.body, source.preheader, source.locale]))
    .digest('hex');

/**
 * Compiles each source, or takes it from the cache folder. All that are missing are compiled in one short-lived process.
 * @returns one answer per source, in the same order
 */
export async function compileAll(sources: readonly MjmlSource[], cacheDir: string): Promise<readonly CompileAnswer[]> {
  const files = sources.map((source) => join(cacheDir, `${keyOf(source)}.json`));
  const cached = await Promise.all(files.map(readAnswer));
  const missing = sources.filter((_, index) => cached[index] === undefined);
  if (missing.length === 0) return cached.filter((answer) => answer !== undefined);
  const fresh = await runCompiler(missing);
  await mkdir(cacheDir, { recursive: true, mode: 0o700 });
  const answers: CompileAnswer[] = [];
  for (const [index, file] of files.entries()) {
    const known = cached[index];
    const answer = known ?? fresh.shift() ?? { failed: 'The compiler gave no answer.' };
    if (!known && 'compiled' in answer) await writeAnswer(file, answer);
    answers.push(answer);
  }
  return answers;
}

async function readAnswer(file: string): Promise<CompileAnswer | undefined> {
  try {
    const answer = JSON.parse(await readFile(file, 'utf8')) as CompileAnswer;
    return 'compiled' in answer ? answer : undefined;
  } catch {
    // Absent or cut short: it is compiled again.
    return undefined;
  }
}

/** Written beside and renamed, so that a reader never meets half a file. */
async function writeAnswer(file: string, answer: CompileAnswer): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(answer), { mode: 0o600 });
  await rename(draft, file);
}

function runCompiler(sources: readonly MjmlSource[]): Promise<CompileAnswer[]> {
  return new Promise((resolve, reject) => {
    const options = { timeout: timeoutMs, maxBuffer: largestAnswerBytes, env: { PATH: process.env['PATH'] ?? '' } };
    const child = execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', compilerFile],
      options,
      (error, stdout, stderr) => {
        if (error) reject(new Error(`The email templates could not be compiled. ${stderr.trim()}`, { cause: error }));
        else resolve(JSON.parse(stdout) as CompileAnswer[]);
      },
    );
    // A process that died before reading is reported by its exit, not by the pipe.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(JSON.stringify(sources));
  });
}
