import { Command, Option } from 'commander';
import type { Where } from './aws/deployed.ts';
import type { Moved, WorkLetters } from './aws/move-work.ts';
import type { FactsTask, Redriven } from './aws/redrive.ts';
import { onAws } from './place.ts';
import { createProgress } from './progress.ts';
import { exitCodes, giveUp, readInstant } from './settings.ts';
import { counted } from './words.ts';

interface RedriveOptions extends Where {
  readonly records?: boolean;
  readonly profile?: string;
  readonly since?: number;
  readonly work?: WorkLetters | true;
}

/** `sojourn redrive`: carries out again what was put aside on AWS. */
export const redriveCommand = (): Command =>
  onAws(
    new Command('redrive').description(
      'carries out again what was put aside on AWS; exit code 0 done, 1 some of it failed again, 2 could not run',
    ),
  )
    .option('--records', 'records of the table that the relay could not carry')
    .option('--profile <profileId>', "all facts of one person, from the person's own rows")
    .option('--since <instant>', 'with --profile: only facts from then on', readInstant)
    .addOption(
      new Option(
        '--work [letters]',
        'dead letters of the work queues, back to where they came from; by default both',
      ).choices(['work', 'wake']),
    )
    .action(run);

async function run(options: RedriveOptions): Promise<void> {
  const asked = [options.records, options.profile, options.work].filter((one) => one !== undefined);
  if (asked.length !== 1) giveUp('Say what to redrive: one of --records, --profile <profileId> and --work.');
  if (options.since !== undefined && options.profile === undefined) giveUp('--since goes with --profile.');
  try {
    process.exitCode = (await (options.work === undefined ? facts(options) : work(options, options.work)))
      ? exitCodes.ok
      : exitCodes.problems;
  } catch (error) {
    const { CannotRun } = await import('./aws/cannot-run.ts');
    if (!(error instanceof CannotRun)) throw error;
    giveUp(error.message);
  }
}

/** @returns whether all of it was carried */
async function facts(options: RedriveOptions): Promise<boolean> {
  const { redriveFacts } = await import('./aws/redrive.ts');
  const { profile: profileId, since } = options;
  const task: FactsTask =
    profileId === undefined
      ? { kind: 'records' }
      : { kind: 'profile', profileId, ...(since !== undefined && { since: new Date(since).toISOString() }) };
  const what = task.kind === 'records' ? 'record' : 'fact';
  const progress = createProgress('redrive', undefined);
  const redriven = await redriveFacts(options, task, (carried, failed) =>
    progress.update(carried, `${counted(carried, what)} carried, ${failed} failed`),
  );
  progress.done(`${counted(redriven.carried, what)} carried, ${redriven.failed} failed`);
  if (!redriven.isKnown) giveUp(`There is no person with the profile id "${profileId}".`);
  for (const line of outcomeLines(redriven, task)) process.stdout.write(`${line}\n`);
  return redriven.failed === 0 && !redriven.isStuck;
}

function outcomeLines({ carried, failed, isStuck }: Redriven, { kind }: FactsTask): readonly string[] {
  const what = kind === 'records' ? 'record' : 'fact';
  const still = kind === 'records' ? 'are still in the dead letters' : 'were not taken by the bus';
  return [
    `${counted(carried, what)} carried.`,
    ...(failed > 0
      ? [`${counted(failed, what)} failed and ${still}. The log of the function "redrive" says why.`]
      : []),
    ...(isStuck ? ['Broken off: a whole call carried nothing. Mend the cause, then redrive again.'] : []),
  ];
}

/** @returns whether all of it is back */
async function work(options: RedriveOptions, which: WorkLetters | true): Promise<boolean> {
  const { moveWork } = await import('./aws/move-work.ts');
  const progress = createProgress('redrive', undefined);
  const all = await moveWork(options, which === true ? ['work', 'wake'] : [which], (letters, moved, toMove) =>
    progress.update(moved, `${letters}: ${moved} of ${toMove ?? 'some'} messages moved`),
  );
  progress.done('done');
  for (const one of all) process.stdout.write(`${movedLine(one)}\n`);
  return all.every(({ failure }) => failure === undefined);
}
const movedLine = ({ letters, moved, failure }: Moved): string =>
  `${letters}: ${counted(moved, 'message')} moved back.${failure === undefined ? '' : ` SQS stopped: ${failure}`}`;
