import { parse } from 'csv-parse';
import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline, Transform, type Duplex, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { createFolder, type Folder } from '../core/event/import-fold.ts';
import type { ImportMap } from '../core/event/import-schema.ts';
import { idOf } from '../core/hash.ts';
import { isObject, type JsonObject } from '../core/json.ts';

/** What a file gives, message by message or problem by problem. */
export type Imported =
  | { readonly kind: 'message'; readonly message: JsonObject; readonly firstLine: number }
  | {
      readonly kind: 'problem';
      readonly code: string;
      readonly message: string;
      readonly lines: readonly number[];
      readonly records: readonly unknown[];
    };

/** How far a file is read. */
export interface Reading {
  /** Compressed bytes read, for the progress bar. */
  bytes: number;
  /** The line from which a later run has to read on: all that the lines before it gave was taken. */
  resumeLine: number;
  /** Lines read so far, the header not counted. */
  lines: number;
}

/** A file that ends, or becomes unreadable, in the middle. What comes before is imported, and stays so. */
export class FileBroken extends Error {}

/**
 * Reads one file from a line on (1-based, the header not counted).
 * @throws FileBroken in a sentence, where it is no gzip or no CSV to its end
 */
export async function* readSource(
  path: string,
  map: ImportMap | undefined,
  fromLine: number,
  reading: Reading,
): AsyncGenerator<Imported> {
  try {
    const text = openText(path, reading);
    if (!/\.ndjson(\.gz)?$/.test(path)) yield* readCsv(text, map!, fromLine, reading);
    else yield* readNdjson(text, path, fromLine, reading);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code.startsWith('Z_'))
      throw new FileBroken(`${path} is no whole gzip file: it breaks off after line ${reading.lines}. Fetch it again.`);
    if (code.startsWith('CSV_')) throw new FileBroken(`${path} is no CSV to its end: ${message}.`);
    throw error;
  }
}

export const sizeOf = (path: string): number => statSync(path).size;
export const changedAt = (path: string): number => statSync(path).mtimeMs;

function openText(path: string, reading: Reading): Readable {
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      reading.bytes += chunk.length;
      done(null, chunk);
    },
  });
  const file = joined(createReadStream(path), counted);
  return path.endsWith('.gz') ? joined(file, createGunzip()) : file;
}

/** As `pipe`; what breaks the one breaks the other, and so whoever reads it. */
function joined<To extends Duplex>(from: Readable, to: To): To {
  pipeline(from, to, () => {
    // Whoever reads has the error.
  });
  return to;
}

async function* readCsv(text: Readable, map: ImportMap, fromLine: number, reading: Reading): AsyncGenerator<Imported> {
  const folder: Folder = createFolder(map);
  const records = joined(text, parse({ columns: true, bom: true, skip_empty_lines: true, relax_column_count: true }));
  const outcomes = (found: ReturnType<Folder['fold']>): readonly Imported[] =>
    found.map((one) =>
      one.kind === 'message'
        ? { kind: 'message', message: one.message, firstLine: one.firstLine }
        : { kind: 'problem', code: one.code, message: one.message, lines: one.lineNumbers, records: one.records },
    );
  for await (const record of records) {
    reading.lines++;
    if (reading.lines < fromLine) continue;
    const found = outcomes(folder.fold(record as Record<string, string>, reading.lines));
    yield* found;
    reading.resumeLine = folder.resumeLine() ?? reading.lines + 1;
  }
  yield* outcomes(folder.end());
  reading.resumeLine = reading.lines + 1;
}

async function* readNdjson(text: Readable, path: string, fromLine: number, reading: Reading): AsyncGenerator<Imported> {
  const lines = createInterface({ input: text, crlfDelay: Infinity });
  let broken: Error | undefined;
  text.once('error', (error) => {
    broken = error;
    lines.close();
  });
  for await (const line of lines) {
    reading.lines++;
    if (reading.lines < fromLine || line.trim() === '') continue;
    yield readLine(line, path, reading.lines);
    reading.resumeLine = reading.lines + 1;
  }
  if (broken) throw broken;
}

/** A line without a messageId gets one that is the same at the next try. */
function readLine(line: string, path: string, number: number): Imported {
  let body: unknown;
  try {
    body = JSON.parse(line);
  } catch {
    return {
      kind: 'problem',
      code: 'invalid_json',
      message: 'The line is not JSON.',
      lines: [number],
      records: [line],
    };
  }
  if (!isObject(body))
    return {
      kind: 'problem',
      code: 'body_invalid',
      message: 'A line is one JSON object.',
      lines: [number],
      records: [line],
    };
  const type = body['type'] ?? (body['event'] === undefined ? 'identify' : 'track');
  const messageId = body['messageId'] ?? `import-${idOf(path.split('/').at(-1)!, String(number), line)}`;
  return { kind: 'message', message: { ...body, type, messageId } as unknown as JsonObject, firstLine: number };
}
