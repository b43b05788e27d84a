import { userInfo } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { existsSync } from 'node:fs';
import type { PublicationPlan } from '../core/journey/versions/plan-change.ts';
import type { Held } from '../core/journey/versions/publication.ts';
import { renderProblem, type Problem } from '../core/problem.ts';
import type { MigratedBatch } from '../functions/migrate-enrollments/migrate-enrollments.ts';
import { readWorkflows } from '../functions/parts/read-workflows.ts';
import { holderOf } from '../local/lock.ts';
import type { Where } from './aws/deployed.ts';
import { AnswerRefused, connect, type Connection } from './connection.ts';
import { migratedLines, planLines, publishedLines } from './plan-lines.ts';
import { readPublication } from './publication.ts';
import { onAws } from './redrive.ts';
import { exitCodes, giveUp, settings } from './settings.ts';

interface PlaceOptions extends Where {
  readonly home: 'local' | 'aws';
  readonly data: string;
  readonly workflows: string;
}
interface PublishOptions extends PlaceOptions {
  readonly inside: 'pin' | 'migrate' | 'drain';
  readonly why?: string;
}
/** What a home answers of documents. */
interface Answer {
  readonly problems: readonly Problem[];
  readonly plan?: PublicationPlan;
  readonly held?: Held;
}

const placed = (command: Command): Command =>
  onAws(command)
    .addOption(new Option('--home <home>', 'where it runs').choices(['local', 'aws']).default('local'))
    .option('--data <folder>', 'data folder of the local home', settings.data)
    .option('--workflows <folder>', 'workflows folder', settings.workflows);
const inside = new Option('--inside <policy>', 'what becomes of those inside: pin, migrate or drain')
  .choices(['pin', 'migrate', 'drain'])
  .default('pin');

/** `sojourn plan`: what publishing would change, and for whom. */
export const planCommand = (): Command =>
  placed(
    new Command('plan').description('what publishing the documents would change, and what becomes of those inside'),
  )
    .argument('[journeys...]', 'journeys that were rolled back or closed, and are to follow their documents again')
    .option('--json', 'everything, as JSON')
    .action((journeys: readonly string[], options: PlaceOptions & { readonly json?: boolean }) =>
      asking(options, false, async (home) => {
        const answer = await planned(home, options, journeys);
        const drift = options.home === 'aws' ? await driftOf(home) : [];
        if (options.json)
          return print(JSON.stringify({ ...answer, ...(options.home === 'aws' && { drift }) }, null, 2));
        if (answer.plan) print(planLines(answer.plan, answer.held).join('\n'));
        if (drift.length > 0)
          print(['', 'Otherwise than it was deployed', ...drift.map((line) => `  ${line}`)].join('\n'));
        return undefined;
      }),
    );

/** `sojourn publish`: makes the documents of the folder the current ones. */
export const publishCommand = (): Command =>
  placed(new Command('publish').description('makes the documents of the folder the current ones, while the home runs'))
    .argument('[journeys...]', 'journeys that were rolled back or closed, and are to follow their documents again')
    .addOption(inside)
    .option('--why <text>', 'why, for the history')
    .action((journeys: readonly string[], options: PublishOptions) =>
      asking(options, true, async (home) => {
        const wish = wishOf(options, journeys);
        const { plan } = await planned(home, options, journeys, options.inside === 'drain');
        if (!plan) return;
        const templates = options.home === 'aws' ? await templatesOf(options) : undefined;
        if (options.home === 'aws' && !templates) return;
        const answer = (await home.post('/api/publications', JSON.stringify({ ...wish, templates }))) as Answer;
        if (answer.plan) print(publishedLines(answer.plan, answer.held).join('\n'));
        if (options.inside !== 'migrate') return;
        for (const { journeyId } of plan.journeys.filter(({ status }) => status === 'changed'))
          await migrate(home, journeyId);
      }),
    );

/** `sojourn rollback`: makes an earlier version of one journey the current one. */
export const rollbackCommand = (): Command =>
  placed(new Command('rollback').description('makes an earlier version of a journey the current one'))
    .argument('<journey>', 'id of the journey')
    .option('--to <number>', 'the version; the one before the current one where it is not said', readNumber)
    .option('--why <text>', 'why, for the history')
    .action((journeyId: string, options: PlaceOptions & { readonly to?: number; readonly why?: string }) =>
      asking(options, true, async (home) => {
        const body = JSON.stringify({ number: options.to, by: user(), reason: options.why });
        const { plan, held } = (await home.post(
          `/api/journeys/${encodeURIComponent(journeyId)}/rollback`,
          body,
        )) as Answer;
        if (plan) print(publishedLines(plan, held).join('\n'));
      }),
    );

/** `sojourn migrate`: moves those inside earlier versions of a journey to the current one. */
export const migrateCommand = (): Command =>
  placed(new Command('migrate').description('moves those inside earlier versions of a journey to the current one'))
    .argument('<journey>', 'id of the journey')
    .action((journeyId: string, options: PlaceOptions) => asking(options, true, (home) => migrate(home, journeyId)));

const user = (): string => userInfo().username;
const print = (text: string): void => void process.stdout.write(`${text}\n`);

function readNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('A version is a whole number from 1 on.');
  return number;
}

const wishOf = (
  { workflows, ...options }: PlaceOptions & Partial<PublishOptions>,
  journeys: readonly string[],
): object => ({
  files: readWorkflows(workflows),
  reopen: journeys,
  drain: options.inside === 'drain',
  by: user(),
  reason: options.why,
});

/** Asks what would change; tells errors, and that nothing comes of it then. */
async function planned(
  home: Connection,
  options: PlaceOptions,
  journeys: readonly string[],
  isDraining = false,
): Promise<Answer> {
  if (!existsSync(options.workflows)) giveUp(`There is no folder ${options.workflows}. Name it with --workflows.`);
  const wish = { ...wishOf(options, journeys), drain: isDraining };
  const answer = (await home.post('/api/plans', JSON.stringify(wish))) as Answer;
  const errors = answer.problems.filter(({ severity }) => severity === 'error');
  for (const problem of errors) process.stderr.write(`${renderProblem(problem)}\n\n`);
  if (errors.length > 0) process.exitCode = exitCodes.problems;
  return answer;
}

/** Batch by batch; those on their way to the next wait are asked once more at the end. */
async function migrate(home: Connection, journeyId: string): Promise<void> {
  const path = `/api/journeys/${encodeURIComponent(journeyId)}/migrations`;
  let moved = 0;
  let stayed: MigratedBatch['stayed'] = [];
  for (let round = 1; round <= 2; round++) {
    stayed = [];
    for (let cursor: string | undefined, isOver = false; !isOver; isOver = cursor === undefined) {
      const batch = (await home.post(path, JSON.stringify({ cursor }))) as MigratedBatch;
      moved += batch.moved;
      stayed = [...stayed, ...batch.stayed];
      cursor = batch.next;
    }
    if (!stayed.some(({ reason }) => reason === 'under-way')) break;
  }
  print(migratedLines(journeyId, moved, stayed).join('\n'));
}

/** Templates as they are rendered: MJML is compiled here, since it is more than a function should load. */
async function templatesOf({ workflows }: PlaceOptions): Promise<readonly unknown[] | undefined> {
  const read = await readPublication(workflows, (problem) => process.stderr.write(`${problem}\n`));
  if (!read) process.exitCode = exitCodes.problems;
  return read?.templates;
}

async function driftOf(home: Connection): Promise<readonly string[]> {
  return ((await home.get('/api/drift')) as { readonly lines: readonly string[] }).lines;
}

/** Works with a home, and tells in words where it refuses. */
async function asking(
  options: PlaceOptions,
  mustRun: boolean,
  work: (home: Connection) => Promise<void>,
): Promise<void> {
  const home = await homeOf(options, mustRun);
  try {
    await work(home);
  } catch (error) {
    await home.close();
    await giveUpOn(error, options);
  }
  await home.close();
}

async function homeOf(options: PlaceOptions, mustRun: boolean): Promise<Connection> {
  if (options.home === 'aws') {
    const { connectToAws } = await import('./aws/control-connection.ts');
    return connectToAws(options).catch((error: unknown) => giveUpOn(error, options));
  }
  if (mustRun && !holderOf(options.data))
    giveUp(`No home runs on the data folder ${options.data}. Start it: what the folder says is published then.`);
  if (!existsSync(options.data)) giveUp(`There is no data folder ${options.data}. Name it with --data.`);
  return connect(options);
}

/** Tells what can be told in a sentence. @throws whatever else it is */
async function giveUpOn(error: unknown, { home }: PlaceOptions): Promise<never> {
  if (error instanceof AnswerRefused) return giveUp(error.message);
  if (home === 'local') throw error;
  const { CannotRun } = await import('./aws/cannot-run.ts');
  if (error instanceof CannotRun) return giveUp(error.message);
  throw error;
}
