import { Command } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../core/journey/document.ts';
import { parseWorkspace } from '../core/journey/parse.ts';
import type { Where } from './aws/deployed.ts';
import type { Finding, Level } from './aws/finding.ts';
import { onAws } from './place.ts';
import { exitCodes, giveUp, settings } from './settings.ts';

interface DoctorOptions extends Where {
  readonly workflows: string;
  readonly json?: boolean;
}

/** `sojourn doctor`: what an account has, and what to raise. */
export const doctorCommand = (): Command =>
  onAws(
    new Command('doctor').description(
      'reads quotas and sandboxes of an AWS account and says what to raise; exit code 0 all is well, 1 something is not, 2 could not run',
    ),
  )
    .option('--workflows <folder>', 'workflows folder, for its senders', settings.workflows)
    .option('--json', 'findings as JSON')
    .action(run);

async function run(options: DoctorOptions): Promise<void> {
  const workspace = readWorkspace(options.workflows);
  try {
    const { examineAccount } = await import('./aws/doctor.ts');
    const region = options.region ?? process.env['AWS_REGION'];
    const findings = await examineAccount({ stage: options.stage, ...(region && { region }) }, workspace);
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ findings }, null, 2)}\n`
        : `${findings.map(linesOf).join('\n')}\n${totalOf(findings)}\n`,
    );
    process.exitCode = findings.every(({ level }) => level === 'ok') ? exitCodes.ok : exitCodes.problems;
  } catch (error) {
    const { CannotRun } = await import('./aws/cannot-run.ts');
    if (!(error instanceof CannotRun)) throw error;
    giveUp(error.message);
  }
}

function readWorkspace(folder: string): Workspace {
  const file = join(folder, 'workspace.json');
  if (!existsSync(file)) giveUp(`There is no ${file}. Name the folder with --workflows.`);
  const { document } = parseWorkspace(parsed(file));
  return document ?? giveUp(`${file} has problems. "npx sojourn check" shows them.`);
}
function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch {
    return giveUp(`${file} is not JSON. "npx sojourn check" shows where.`);
  }
}

const indent = ' '.repeat(10);
const linesOf = ({ level, code, is, should, ask }: Finding): string =>
  [`${level.padEnd(10)}${is}  (${code})`, should, ask === undefined ? undefined : `Where: ${ask}`]
    .filter((line) => line !== undefined)
    .join(`\n${indent}`);

const words: Readonly<Record<Level, string>> = { blocked: 'blocked', raise: 'to raise', unknown: 'unknown', ok: 'ok' };
function totalOf(findings: readonly Finding[]): string {
  const counts = (Object.keys(words) as Level[]).map(
    (level) => [findings.filter((one) => one.level === level).length, words[level]] as const,
  );
  return `${counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ')}.`;
}
