import { Command } from 'commander';
import { renderProblem } from '../core/problem.ts';
import type { ClockKind } from '../local/clock.ts';
import { DocumentsRefused } from '../local/definitions.ts';
import { Home } from '../local/home.ts';
import { FolderInUse } from '../local/lock.ts';
import { HomeServer } from '../local/server.ts';
import { needPlaceForData, needWorkflows } from './folders.ts';
import { createProgress, type Progress } from './progress.ts';
import { exitCodes, giveUp, readClock, readInstant, readPort, readSpeed, settings } from './settings.ts';
import { counted } from './words.ts';

interface StartOptions {
  readonly port: number;
  readonly data: string;
  readonly workflows: string;
  readonly clock?: ClockKind;
  readonly now?: number;
  readonly speed: number;
}

/** `sojourn start`: the embedded home, for use. */
export const startCommand = (): Command =>
  new Command('start')
    .description('starts the embedded home on loopback')
    .option('--port <port>', 'port to listen on; 0 for any', readPort, settings.port)
    .option('--data <folder>', 'where everything is kept', settings.data)
    .option('--workflows <folder>', 'journeys, segments, audiences and templates', settings.workflows)
    .option('--clock <kind>', 'real, manual (stands still until wound) or fast', readClock, settings.clock)
    .option('--now <instant>', "where an empty home's manual or fast clock begins", readInstant)
    .option('--speed <n>', 'how many times faster than real a fast clock runs', readSpeed, 3600)
    .action(async (options: StartOptions) => {
      const home = await openHome(options);
      const server = await listen(home, options.port);
      const stopped = untilStopped();
      printWelcome(home, server, options);
      const stopFast = home.clock.kind === 'fast' ? runFast(home, options.speed) : undefined;
      await stopped;
      stopFast?.();
      await server.close();
      await home.close();
      process.exit(exitCodes.ok);
    });

const report = (what: string, error: unknown): void => {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${JSON.stringify({ level: 'error', doing: what, error: name, message })}\n`);
};

/** Opens a home, or tells in words why it cannot. */
export async function openHome(options: {
  readonly data: string;
  readonly workflows: string;
  readonly clock?: ClockKind | undefined;
  readonly isFrozen?: boolean;
  readonly now?: number;
  readonly port: number;
}): Promise<Home> {
  needWorkflows(options.workflows, '--workflows');
  needPlaceForData(options.data);
  try {
    return await Home.open({
      data: options.data,
      workflows: options.workflows,
      ...(options.clock !== undefined && { clock: options.clock }),
      ...(options.isFrozen && { isFrozen: true }),
      ...(options.now !== undefined && { startMs: options.now }),
      ...(settings.smtpUrl !== undefined && { smtpUrl: settings.smtpUrl }),
      ...(settings.webhookSecret !== undefined && { webhookSecret: settings.webhookSecret }),
      ...(settings.url !== undefined && { baseUrl: settings.url }),
      onProblem: report,
      onFilling: fillingProgress(),
      onRewriting: (bytes) => {
        const megabytes = Math.ceil(bytes / 1e6).toLocaleString('en-GB');
        process.stderr.write(`Writing sojourn.db (${megabytes} MB) anew, as people were erased from it …\n`);
      },
      onFatal: (error) => {
        report('write the data folder', error);
        // Who waits for an answer hears 503 first.
        setTimeout(() => process.exit(exitCodes.couldNotRun), 100);
      },
    });
  } catch (error) {
    if (error instanceof DocumentsRefused) {
      for (const problem of error.problems) process.stderr.write(`${renderProblem(problem)}\n\n`);
      giveUp(`The documents in ${options.workflows} have problems.`);
    }
    if (error instanceof FolderInUse) giveUp(`${error.message} Stop it, or use another folder with --data.`);
    if (isOfFiles(error))
      giveUp(`Cannot use the data folder ${options.data}: ${error.message}. Name another with --data.`);
    throw error;
  }
}

/** The disk's own refusal, such as a folder that may not be written or a file that is no database. */
const isOfFiles = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && /^(E[A-Z]+|ERR_SQLITE_ERROR)$/.test(String(error.code));

/** Shows how far people are filled with what is newly published; few are filled at once, and need no word. */
function fillingProgress(): (people: number, everybody: number) => void {
  let bar: Progress | undefined;
  return (people, everybody) => {
    if (everybody < fewPeople) return;
    bar ??= createProgress('Filling people with what is published', everybody);
    if (people < everybody) return bar.update(people, `${people} of ${everybody}`);
    bar.done(`${people} people are filled with it`);
    bar = undefined;
  };
}
const fewPeople = 1_000;

/** Listens, or tells in words why it cannot. */
export async function listen(home: Home, port: number): Promise<HomeServer> {
  const { writeKey, publicKey, token } = settings;
  try {
    return await HomeServer.listen({
      home,
      port,
      ...(writeKey !== undefined && { writeKey }),
      ...(publicKey !== undefined && { publicKey }),
      ...(token !== undefined && { token }),
      ...(settings.url !== undefined && { hosts: [new URL(settings.url).hostname] }),
      onError: report,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      giveUp(`Port ${port} is taken. Use another one with --port, or 0 for any.`);
    throw error;
  }
}

function printWelcome(home: Home, server: HomeServer, { data }: StartOptions): void {
  const { documents } = home.definitions;
  const problems = home.opened?.problems ?? [];
  const lines = [
    `Sojourn listens on ${server.url} (clock: ${home.clock.kind}, data: ${data})`,
    `${documents.journeys.length} journeys, ${documents.segments.length} segments, ${documents.audiences.length} audiences are published.${problems.length > 0 ? ` ${problems.length} warnings: see sojourn check.` : ''}`,
    ...changedLines(home),
    `Outbox: ${server.url}/outbox?token=${server.token}`,
    `Token:  ${server.token}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What start has published of journeys that stood here in another version. */
const changedLines = ({ opened }: Home): readonly string[] =>
  (opened?.plan.journeys ?? []).flatMap(({ journeyId, status, from, to, inside }) => {
    const people = inside.reduce((sum, one) => sum + one.people, 0);
    const finish = people === 0 ? '' : ` ${counted(people, 'person', 'people')} inside finish on theirs.`;
    if (status === 'changed') return [`Published: ${journeyId}, version ${from} is now version ${to}.${finish}`];
    return status === 'removed' ? [`Removed: ${journeyId}; nobody comes in any more.${finish}`] : [];
  });

/** Winds a fast clock along with real time, a little every 50 ms. */
function runFast(home: Home, speed: number): () => void {
  let isWinding = false;
  const timer = setInterval(() => {
    if (isWinding) return;
    isWinding = true;
    void home.scheduler
      .wind(home.clock.nowMs() + 50 * speed)
      .catch((error: unknown) => report('wind the clock', error))
      .finally(() => (isWinding = false));
  }, 50);
  return () => clearInterval(timer);
}

const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
