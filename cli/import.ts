import { Command } from 'commander';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseImportMap } from '../core/event/import-map.ts';
import type { ImportMap } from '../core/event/import-schema.ts';
import type { BatchItem } from '../functions/api.ts';
import { AnswerRefused, connect, type Connection } from './connection.ts';
import { needFile } from './folders.ts';
import { changedAt, FileBroken, readSource, sizeOf, type Imported, type Reading } from './import-source.ts';
import { createProgress } from './progress.ts';
import { exitCodes, giveUp, readInstant, settings } from './settings.ts';
import { counted } from './words.ts';

interface ImportOptions {
  readonly map?: string;
  readonly wind?: boolean;
  readonly data: string;
  readonly workflows: string;
  readonly now?: number;
  readonly json?: boolean;
}

/** How far the import of one file has come; kept beside the data, so that a killed import goes on. */
interface Checkpoint {
  readonly resumeLine: number;
  readonly errorBytes: number;
  readonly counts: Counts;
  readonly isDone: boolean;
}
interface Counts {
  lines: number;
  /** Messages, and lines or groups that made none: `accepted` + `duplicate` + `rejected` + `erased`. */
  read: number;
  accepted: number;
  duplicate: number;
  /** Of people who were erased: nothing is kept of them. Absent in a checkpoint of an earlier release. */
  erased?: number;
  /** Of the accepted, those that were set aside as they are not what the catalogue says. */
  quarantined?: number;
  /** The problems together; each stands in the error file. */
  rejected: number;
  problems: { [code: string]: number };
}
const nothing = (): Counts => ({ lines: 0, read: 0, accepted: 0, duplicate: 0, rejected: 0, problems: {} });

/** What became of one file. */
interface Outcome {
  readonly file: string;
  /** An earlier run had brought it to its end; this one did nothing. */
  readonly importedBefore: boolean;
  readonly counts: Counts;
  readonly errors?: string;
}

/** Messages sent to the home at once. */
const portion = 1_000;

/** `sojourn import`: events or people from files, through the same door as live ones. */
export const importCommand = (): Command =>
  new Command('import')
    .description('imports events or people of any age; silent unless --wind; a killed import goes on where it stopped')
    .argument('<file...>', '.ndjson of messages, or .csv with --map; also .gz')
    .option('--map <file>', 'how lines become messages; see docs/importing.md')
    .option('--wind', 'move a manual clock along with the events, and let everything happen as if live')
    .option('--data <folder>', 'data folder of the home', settings.data)
    .option('--workflows <folder>', 'workflows folder', settings.workflows)
    .option(
      '--now <instant>',
      "where an empty home's manual clock begins with --wind; default just before the first event",
      readInstant,
    )
    .option('--json', 'the summary as JSON')
    .action(async (files: string[], options: ImportOptions) => {
      for (const file of files) needFile(file, 'file');
      const map = options.map === undefined ? undefined : readMap(options.map);
      const csv = files.find((file) => !/\.ndjson(\.gz)?$/.test(file));
      if (csv !== undefined && !map)
        giveUp(`${csv} needs --map, which says how its lines become messages; see docs/importing.md.`);
      const startMs = options.now ?? (options.wind ? await firstInstant(files[0]!, map) : undefined);
      const connection = await connect({
        ...options,
        ...(options.wind && { clock: 'manual' as const }),
        ...(startMs !== undefined && { now: startMs }),
      });
      try {
        await importAll(connection, files, map, options);
      } catch (error) {
        if (!(error instanceof AnswerRefused || error instanceof FileBroken)) throw error;
        await connection.close();
        giveUp(error.message);
      } finally {
        await connection.close();
      }
    });

function readMap(path: string): ImportMap {
  needFile(path, 'map');
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    giveUp(`${path} is not JSON: ${(error as Error).message}`);
  }
  const parsed = parseImportMap(json);
  if ('map' in parsed) return parsed.map;
  for (const { path: at, message } of parsed.findings) process.stderr.write(`${path}: ${at.join('.')}: ${message}\n`);
  return giveUp(`The map ${path} has problems.`);
}

/** An empty home's clock begins just before what is imported. */
async function firstInstant(file: string, map: ImportMap | undefined): Promise<number | undefined> {
  for await (const one of readSource(file, map, 1, { bytes: 0, lines: 0, resumeLine: 1 })) {
    const time = one.kind === 'message' ? one.message['timestamp'] : undefined;
    if (typeof time === 'string') return Date.parse(time) - 1_000;
  }
  return undefined;
}

async function importAll(
  connection: Connection,
  files: readonly string[],
  map: ImportMap | undefined,
  options: ImportOptions,
): Promise<void> {
  const folder = join(options.data, 'imports');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const totalBytes = files.reduce((sum, file) => sum + sizeOf(file), 0);
  const progress = createProgress(options.wind ? 'Winding' : 'Importing', totalBytes);
  let doneBytes = 0;
  const all: Outcome[] = [];
  for (const file of files) {
    const one = new FileImport(connection, file, map, options, folder);
    all.push(
      await one.run((bytes, lines) =>
        progress.update(doneBytes + bytes, `${basename(file)}, line ${lines.toLocaleString('en')}`),
      ),
    );
    doneBytes += sizeOf(file);
  }
  const totals = (await connection.get('/local/totals')) as Totals;
  progress.done(
    counted(
      all.reduce((sum, one) => sum + one.counts.lines, 0),
      'line',
    ),
  );
  process.stdout.write(
    options.json ? `${JSON.stringify({ files: all, home: totals }, null, 2)}\n` : inWords(all, totals),
  );
  process.exitCode = exitCodes.ok;
}

type Totals = {
  readonly people: number;
  readonly events: readonly ({ readonly name: string; readonly count: number } & {
    readonly [value: string]: number | string;
  })[];
};

const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 2 });

function outcomeInWords({ file, importedBefore, counts, errors }: Outcome): readonly string[] {
  const { lines, read, accepted, duplicate, quarantined = 0, erased = 0, rejected, problems } = counts;
  return [
    importedBefore
      ? `${file}: imported before, to its end; nothing is new`
      : `${file}: ${counted(lines, 'line')}, ${counted(read, 'message')}: ${number(accepted)} accepted, ${number(duplicate)} known already, ${number(rejected)} rejected${erased === 0 ? '' : `, ${number(erased)} of people who were erased`}`,
    ...(quarantined === 0 ? [] : [`  of them set aside: ${number(quarantined)}; look with "sojourn quarantine"`]),
    ...Object.entries(problems).map(([code, n]) => `  ${code}: ${number(n)}`),
    ...(errors === undefined ? [] : [`  what was left out, and why: ${errors}`]),
  ];
}

function inWords(files: readonly Outcome[], totals: Totals): string {
  const lines = files.flatMap(outcomeInWords);
  const events = totals.events.map(({ name, count, ...value }) => {
    const worth = Object.entries(value).map(([property, sum]) => `, ${property} ${number(Number(sum))}`);
    return `  ${name}: ${number(count)}${worth.join('')}`;
  });
  return `${[...lines, `The home now knows ${counted(totals.people, 'person', 'people')}${events.length === 0 ? '.' : ':'}`, ...events].join('\n')}\n`;
}

/** The import of one file, in portions, each acknowledged before the next. */
class FileImport {
  readonly errorFile: string;
  private readonly connection: Connection;
  private readonly file: string;
  private readonly map: ImportMap | undefined;
  private readonly options: ImportOptions;
  private readonly checkpointFile: string;
  private readonly counts = nothing();
  private errorBytes = 0;
  private waiting: { line: string; firstLine: number }[] = [];

  constructor(
    connection: Connection,
    file: string,
    map: ImportMap | undefined,
    options: ImportOptions,
    folder: string,
  ) {
    this.connection = connection;
    this.file = file;
    this.map = map;
    this.options = options;
    const identity = createHash('sha256')
      .update(JSON.stringify([resolve(file), sizeOf(file), changedAt(file), map ?? null, options.wind === true]))
      .digest('hex')
      .slice(0, 12);
    this.checkpointFile = join(folder, `${basename(file)}.${identity}.json`);
    this.errorFile = join(folder, `${basename(file)}.${identity}.errors.ndjson`);
  }

  async run(onProgress: (bytes: number, lines: number) => void): Promise<Outcome> {
    const standing = this.readCheckpoint();
    if (standing) {
      Object.assign(this.counts, standing.counts);
      this.errorBytes = standing.errorBytes;
      if (standing.isDone) return this.outcome(true);
    }
    // What was written after the last checkpoint will be written again.
    if (existsSync(this.errorFile)) truncateSync(this.errorFile, this.errorBytes);
    const fromLine = standing?.resumeLine ?? 1;
    const reading: Reading = { bytes: 0, lines: 0, resumeLine: fromLine };
    for await (const one of readSource(this.file, this.map, fromLine, reading)) {
      if (this.waiting.length >= portion) {
        await this.send();
        this.counts.lines = reading.lines;
        this.writeCheckpoint(reading.resumeLine, false);
      }
      this.take(one);
      onProgress(reading.bytes, reading.lines);
    }
    await this.send();
    this.counts.lines = reading.lines;
    this.writeCheckpoint(reading.resumeLine, true);
    return this.outcome(false);
  }

  private outcome(importedBefore: boolean): Outcome {
    const counts = importedBefore ? nothing() : this.counts;
    return { file: this.file, importedBefore, counts, ...(this.errorBytes > 0 && { errors: this.errorFile }) };
  }

  private take(one: Imported): void {
    if (one.kind === 'message') this.waiting.push({ line: JSON.stringify(one.message), firstLine: one.firstLine });
    else this.refuse(one.code, one.message, one.lines, one.records);
  }

  private refuse(code: string, message: string, lines: readonly number[], records: readonly unknown[]): void {
    this.counts.read++;
    this.counts.rejected++;
    this.counts.problems[code] = (this.counts.problems[code] ?? 0) + 1;
    const line = `${JSON.stringify({ code, message, lines, records })}\n`;
    appendFileSync(this.errorFile, line, { mode: 0o600 });
    this.errorBytes += Buffer.byteLength(line);
  }

  private async send(): Promise<void> {
    if (this.waiting.length === 0) return;
    const sending = this.waiting;
    this.waiting = [];
    const body = sending.map(({ line }) => line).join('\n');
    const { results } = (await this.connection.post(`/local/import${this.options.wind ? '?wind=true' : ''}`, body)) as {
      results: readonly BatchItem[];
    };
    results.forEach((result, index) => {
      if (result.status !== 'rejected') {
        this.counts.read++;
        this.counts[result.status] = (this.counts[result.status] ?? 0) + 1;
        if (result.quarantined && result.status === 'accepted')
          this.counts.quarantined = (this.counts.quarantined ?? 0) + 1;
        return;
      }
      const { line, firstLine } = sending[index]!;
      this.refuse(result.error?.code ?? 'rejected', result.error?.message ?? '', [firstLine], [JSON.parse(line)]);
    });
  }

  private readCheckpoint(): Checkpoint | undefined {
    if (!existsSync(this.checkpointFile)) return undefined;
    return JSON.parse(readFileSync(this.checkpointFile, 'utf8')) as Checkpoint;
  }
  private writeCheckpoint(resumeLine: number, isDone: boolean): void {
    const checkpoint: Checkpoint = { resumeLine, errorBytes: this.errorBytes, counts: this.counts, isDone };
    writeFileSync(this.checkpointFile, JSON.stringify(checkpoint), { mode: 0o600 });
  }
}
