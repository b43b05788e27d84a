import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { PublicationPlan } from '../core/journey/versions/plan-change.ts';
import type { Held } from '../core/journey/versions/publication.ts';
import { renderProblem, type Problem } from '../core/problem.ts';
import type { MigratedBatch } from '../functions/migrate-enrollments/migrate-enrollments.ts';
import { readWorkflows } from '../functions/parts/read-workflows.ts';
import { holderOf } from '../local/lock.ts';
import { AnswerRefused, connect, type Connection } from './connection.ts';
import { needData, needWorkflows } from './folders.ts';
import type { PlaceOptions } from './place.ts';
import { migratedLines } from './plan-lines.ts';
import { createProgress } from './progress.ts';
import { readPublication } from './publication.ts';
import { exitCodes, giveUp } from './settings.ts';
import { counted } from './words.ts';

export interface PublishOptions extends PlaceOptions {
  readonly inside: 'pin' | 'migrate' | 'drain';
  readonly why?: string;
}
/** What a home answers of documents. */
export interface Answer {
  readonly problems: readonly Problem[];
  readonly plan?: PublicationPlan;
  readonly held?: Held;
}

/** Whoever is signed in to this machine. */
export const user = (): string => userInfo().username;
export const print = (text: string): void => void process.stdout.write(`${text}\n`);
/** A part of the API that is about one journey. */
export const pathOf = (journeyId: string, part: string): string =>
  `/api/journeys/${encodeURIComponent(journeyId)}/${part}`;

/** The documents of the folder, and what is to become of those inside. */
export const wishOf = (
  { workflows, inside, why }: PlaceOptions & Partial<PublishOptions>,
  journeys: readonly string[],
): object => ({
  files: readWorkflows(workflows),
  reopen: journeys,
  drain: inside === 'drain',
  by: user(),
  reason: why,
});

/** Asks what would change; tells errors, and that nothing comes of it then. */
export async function planned(
  home: Connection,
  options: PlaceOptions & Partial<PublishOptions>,
  journeys: readonly string[],
): Promise<Answer> {
  const { workflows } = options;
  needWorkflows(workflows, '--workflows');
  const answer = (await home.post('/api/plans', JSON.stringify(wishOf(options, journeys)))) as Answer;
  const errors = tellErrors(answer.problems, (file) => join(workflows, file));
  if (errors > 0)
    process.stderr.write(
      `The documents in ${workflows} have ${counted(errors, 'error')}: nothing of them is published.\n`,
    );
  return answer;
}

/** Tells errors as `sojourn check` does. @returns how many there are */
function tellErrors(problems: readonly Problem[], placeOf: (file: string) => string = (file) => file): number {
  const errors = problems.filter(({ severity }) => severity === 'error');
  for (const problem of errors)
    process.stderr.write(`${renderProblem({ ...problem, file: placeOf(problem.file) })}\n\n`);
  if (errors.length > 0) process.exitCode = exitCodes.problems;
  return errors.length;
}

/** Batch by batch; those on their way to the next wait are asked once more at the end. */
export async function migrate(home: Connection, journeyId: string): Promise<void> {
  const progress = createProgress('migrate', undefined);
  let [moved, isLong] = [0, false];
  let stayed: MigratedBatch['stayed'] = [];
  for (let round = 1; round <= 2; round++) {
    stayed = [];
    for (let cursor: string | undefined, isOver = false; !isOver; isOver = cursor === undefined) {
      const batch = (await home.post(pathOf(journeyId, 'migrations'), JSON.stringify({ cursor }))) as MigratedBatch;
      moved += batch.moved;
      stayed = [...stayed, ...batch.stayed];
      cursor = batch.next;
      isLong ||= cursor !== undefined;
      if (isLong) progress.update(moved, `${journeyId}: ${counted(moved, 'person', 'people')} moved`);
    }
    if (!stayed.some(({ reason }) => reason === 'under-way')) break;
  }
  if (isLong) progress.done('done');
  print(migratedLines(journeyId, moved, stayed).join('\n'));
}

/** Templates as they are rendered: MJML is compiled here, since it is more than a function should load. */
export async function templatesOf({ workflows }: PlaceOptions): Promise<readonly unknown[] | undefined> {
  const read = await readPublication(workflows, (problem) => process.stderr.write(`${problem}\n`));
  if (!read) process.exitCode = exitCodes.problems;
  return read?.templates;
}

/** Works with a home, and tells in words where it refuses. */
export async function asking(
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
    return;
  }
  await home.close();
}

async function homeOf(options: PlaceOptions, mustRun: boolean): Promise<Connection> {
  if (options.home === 'aws') {
    const { connectToAws } = await import('./aws/control-connection.ts');
    return connectToAws(options).catch(async (error: unknown) => (await giveUpOn(error, options)) as never);
  }
  if (mustRun && !holderOf(options.data))
    giveUp(`No home runs on the data folder ${options.data}. Start it: what the folder says is published then.`);
  needData(options.data);
  return connect(options);
}

/** Tells what can be told in a sentence. @throws whatever else it is */
async function giveUpOn(error: unknown, { home }: PlaceOptions): Promise<void> {
  if (error instanceof AnswerRefused) {
    // The problems are what somebody can do something about: of documents that are not those of the folder.
    if (tellErrors(error.problems) === 0) giveUp(error.message);
    process.stderr.write(`sojourn: ${error.message}\n`);
    return;
  }
  if (home === 'local') throw error;
  const { CannotRun } = await import('./aws/cannot-run.ts');
  if (error instanceof CannotRun) return giveUp(error.message);
  throw error;
}
