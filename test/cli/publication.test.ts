import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readPublication } from '../../cli/publication.ts';
import { aFolder } from './run.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((one) => rmSync(one, { recursive: true, force: true })));

/** What is told of the shipped workflows with some files written over. */
async function toldOf(files: { readonly [path: string]: string }): Promise<{ folder: string; told: string[] }> {
  const folder = aFolder();
  folders.push(folder);
  cpSync('workflows', folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const told: string[] = [];
  expect(await readPublication(folder, (problem) => told.push(problem))).toBeUndefined();
  return { folder, told };
}

describe('documents that cannot be published', () => {
  it('are told by their errors, as check prints them, and not by their warnings', async () => {
    const { folder, told } = await toldOf({
      'segments/curious.segment.json': '{ "id": "curious", "name": "x", "when": { "any": [] } }',
      'segments/regulars.segment.json': '{ "id": "regulars", "name": "x", "when": { "trait": "room", "iss": "a" } }',
    });
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/segments\/regulars\.segment\.json:1:\d+ {2}unknown-key\n/);
    expect(told[0]).toContain(join(folder, 'segments'));
    expect(told[0]).toContain('Did you mean "is"?');
    expect(told[1]).toBe(`The documents in ${folder} have 1 error.`);
  });

  it('are told by the first five of many errors, and by the command that tells all', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const { folder, told } = await toldOf(
      Object.fromEntries(names.map((name) => [`segments/${name}.segment.json`, '{'])),
    );
    expect(told).toHaveLength(6);
    expect(told.at(-1)).toMatch(/ have \d+ errors\. The first 5 are above; all are told by: npx sojourn check \S+$/);
    expect(told.at(-1)).toContain(folder);
  });

  it('are told by what only compiling a template shows, with the line', async () => {
    const { folder, told } = await toldOf({ 'templates/thank-you-gift/sms.txt': 'Hello\n{% if profile.traits.x %}\n' });
    expect(told).toEqual([
      expect.stringContaining(`error ${join(folder, 'templates/thank-you-gift/sms.txt')}:2: `) as string,
    ]);
  });
});
