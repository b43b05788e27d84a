import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { FileBroken, readSource, type Reading } from '../../cli/import-source.ts';
import { parseImportMap } from '../../core/event/import-map.ts';
import { aFolder } from './run.ts';

const folder = aFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('does not pass a line before all its messages are taken, so that a kill between two of them loses none', async () => {
  const message = (event: string): object => ({
    type: 'track',
    event,
    messageId: { text: `${event}-{no}` },
    timestamp: { column: 'at' },
    userId: { column: 'no' },
  });
  const parsed = parseImportMap({
    name: 'Two messages a line',
    columns: { no: 'text', at: 'instant' },
    messages: [message('A'), message('B')],
  });
  if (!('map' in parsed)) throw new Error(JSON.stringify(parsed.findings));
  const file = join(folder, 'a.csv');
  writeFileSync(file, 'no,at\n1,2026-01-01T10:00:00Z\n2,2026-01-01T10:00:00Z\n');
  const reading: Reading = { bytes: 0, lines: 0, resumeLine: 1 };
  const seen: (readonly [event: unknown, resumeLine: number])[] = [];
  for await (const one of readSource(file, parsed.map, 1, reading))
    if (one.kind === 'message') seen.push([one.message['messageId'], reading.resumeLine]);
  // A line's group is complete when the next begins.
  expect(seen).toEqual([
    ['A-1', 1],
    ['B-1', 1],
    ['A-2', 2],
    ['B-2', 2],
  ]);
  expect(reading.resumeLine).toBe(3);
});

const lines = Array.from({ length: 5_000 }, (_, index) => `{ "event": "A", "userId": "u${index}" }`).join('\n');
const whole = gzipSync(`${lines}\n`);
const map = parseImportMap({
  name: 'People',
  columns: { no: 'text' },
  messages: [{ type: 'identify', messageId: { text: 'm-{no}' }, userId: { column: 'no' }, timestamp: { now: true } }],
});

it.each([
  ['that is no gzip', 'a.ndjson.gz', Buffer.from('no gzip'), /a\.ndjson\.gz is no whole gzip file/],
  ['that breaks off', 'b.ndjson.gz', whole.subarray(0, whole.length / 2), /breaks off after line \d+\. Fetch it again/],
  ['whose quotes never end', 'c.csv', Buffer.from('no\n"1\n2\n'), /c\.csv is no CSV to its end: .*quote/i],
])('tells of a file %s', async (_, name, body, sentence) => {
  const file = join(folder, name);
  writeFileSync(file, body);
  const reading: Reading = { bytes: 0, lines: 0, resumeLine: 1 };
  const read = async (): Promise<void> => {
    for await (const one of readSource(file, 'map' in map ? map.map : undefined, 1, reading)) expect(one).toBeDefined();
  };
  await expect(read()).rejects.toThrow(FileBroken);
  await expect(read()).rejects.toThrow(sentence);
});
