import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalHome, testWorkflows } from '../local/home.ts';
import { sojourn, type Ran } from './run.ts';

let local: LocalHome;
const run = (...words: readonly string[]): Promise<Ran> =>
  sojourn([...words, '--data', local.data, '--workflows', testWorkflows]).ran;
beforeAll(async () => {
  local = await LocalHome.open();
  await local.identify('ana', { email: 'ana@privacy.example' });
  await local.track('ana', 'Signed Up', { plan: 'small' });
  await local.settle();
});
afterAll(() => local.close());

describe('sojourn export and erase', () => {
  it('give somebody all that is kept of them, and forget them only where that is meant', async () => {
    const out = join(local.data, '..', `${local.data.split('/').at(-1)!}.json`);
    // Also a file that was there, for everybody to read.
    writeFileSync(out, 'old', { mode: 0o644 });
    expect((await run('export', 'userId:ana', '--out', join(out, 'below'))).stderr).toContain('cannot be written');
    const exported = await run('export', 'userId:ana', '--out', out);
    expect([exported.code, exported.stdout]).toEqual([
      0,
      expect.stringMatching(/^\d+ rows of p_\S+ stand in \S+\.json\.\n$/),
    ]);
    expect(statSync(out).mode & 0o077).toBe(0);
    const { events, profile } = JSON.parse(readFileSync(out, 'utf8')) as {
      readonly [holding: string]: { readonly holds: string; readonly rows: readonly object[] };
    };
    expect(events!.rows).toContainEqual(
      expect.objectContaining({
        name: 'Signed Up',
        properties: { plan: 'small' },
        occurredAt: '2026-03-02T10:00:00.000Z',
      }),
    );
    expect(profile!.holds).toContain('identifiers');
    const unsure = await run('erase', 'userId:ana');
    expect([unsure.code, unsure.stderr]).toEqual([2, expect.stringContaining('Say --yes if that is meant')]);
    const erased = await run('erase', 'userId:ana', '--yes', '--why', 'asked');
    expect([erased.code, erased.stdout]).toEqual([0, expect.stringContaining('is forgotten. Receipt ')]);
    expect(erased.stdout).toMatch(/\n {2}events {10}\d+\n/);
    expect(erased.stdout).not.toContain('lake');
    const after = await run('export', 'userId:ana');
    expect([after.code, after.stderr]).toEqual([2, 'sojourn: There is no person with userId "ana".\n']);
    rmSync(out);
  });
});
