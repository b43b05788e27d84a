import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { aFolder, sojourn } from './run.ts';

const folders: string[] = [];
const folder = (): string => {
  folders.push(aFolder());
  return folders.at(-1)!;
};
afterAll(() => folders.forEach((one) => rmSync(one, { recursive: true, force: true })));

interface Summary {
  readonly files: readonly { readonly importedBefore: boolean; readonly counts: Counts; readonly errors?: string }[];
  readonly home: { readonly people: number; readonly events: readonly object[] };
}
interface Counts {
  readonly lines: number;
  readonly read: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly problems: { readonly [code: string]: number };
}

const order = (messageId: string, properties: object = {}): string =>
  JSON.stringify({ type: 'track', userId: 'u1', event: 'Order Completed', messageId, properties });
const mixed = [order('m1'), order('m1'), 'nonsense', '', '[1]', '{"type":"track","userId":"u1"}', '{"event":"X"}'];

/** A data folder with a file in it, and ways to import that. */
function importing(lines: readonly string[]): {
  readonly write: (lines: readonly string[]) => void;
  readonly asWords: () => Promise<string>;
  readonly asJson: () => Promise<Summary>;
} {
  const path = folder();
  const file = join(path, 'a.ndjson');
  const write = (now: readonly string[]): void => writeFileSync(file, `${now.join('\n')}\n`);
  write(lines);
  const run = async (...more: readonly string[]): Promise<string> =>
    (await sojourn(['import', file, '--data', join(path, 'data'), ...more]).ran).stdout;
  return { write, asWords: () => run(), asJson: async () => JSON.parse(await run('--json')) as Summary };
}

describe('the summary of an import', () => {
  it('adds up, and says of a file that was imported before that nothing is new', async () => {
    const { asJson } = importing(mixed);
    const first = await asJson();
    const problems = { invalid_json: 1, body_invalid: 1, event_missing: 1, identity_missing: 1 };
    expect(first.files[0]).toMatchObject({
      importedBefore: false,
      counts: { lines: 7, read: 6, accepted: 1, duplicate: 1, rejected: 4, problems },
    });
    const again = await asJson();
    const nothing = { lines: 0, read: 0, accepted: 0, duplicate: 0, rejected: 0, problems: {} };
    expect(again.files[0]).toMatchObject({ importedBefore: true, counts: nothing, errors: first.files[0]!.errors });
    expect(again.home).toEqual(first.home);
  });

  it('counts what a changed file held before as known already, also where its size is the same', async () => {
    const { write, asJson } = importing([order('m1'), order('m2')]);
    await asJson();
    write([order('m1'), order('m3')]);
    expect((await asJson()).files[0]?.counts).toMatchObject({ lines: 2, read: 2, accepted: 1, duplicate: 1 });
  });

  it('is told in words that fit the numbers', async () => {
    const { write, asWords } = importing([order('m1')]);
    expect(await asWords()).toMatch(
      /a\.ndjson: 1 line, 1 message: 1 accepted, 0 known already, 0 rejected\nThe home now knows 1 person:\n {2}Order Completed: 1\n$/,
    );
    expect(await asWords()).toMatch(/a\.ndjson: imported before, to its end; nothing is new\n/);
    write([order('m1'), order('m2', { revenue: 12.5 })]);
    expect(await asWords()).toContain('Order Completed: 2, revenue 12.5\n');
  });
});
