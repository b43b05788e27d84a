import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { aFolder, sojourn } from './run.ts';

const folder = aFolder();
const at = (name: string): string => join(folder, name);
mkdirSync(at('data'));
mkdirSync(at('broken'));
mkdirSync(at('shop'));
writeFileSync(at('shop/workspace.json'), '{}');
writeFileSync(at('shop/rules.json'), '{ "rules": [] }');
writeFileSync(at('shop/notes.md'), '');
writeFileSync(at('notes.md'), '');
writeFileSync(at('people.csv.gz'), 'not compressed');
writeFileSync(at('map.json'), '[');
writeFileSync(at('broken/sojourn.db'), 'This is no database, however long it is.'.repeat(100));
execFileSync('mkfifo', [at('pipe.ndjson')]);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const noFolder = `${at('notes.md')} is no folder.`;
const byData = `${noFolder} Name it with --data.`;
const byWorkflows = `${noFolder} Name it with --workflows.`;

describe('a path that is not what a command needs ends it with 2 and a sentence', () => {
  it.each<[readonly string[], string]>([
    [['prove', at('nowhere')], `There is no folder ${at('nowhere')}.`],
    [['prove', at('notes.md')], `${noFolder} Name a workflows folder: there is a workspace.json in it.`],
    [['prove', at('shop/rules.json')], `${at('shop/rules.json')} is no folder. Did you mean ${at('shop')}?`],
    [
      ['check', at('notes.md')],
      `${at('notes.md')} does not lie in a workflows folder: there is no workspace.json above it.`,
    ],
    [
      ['check', at('shop/notes.md')],
      `${at('shop/notes.md')} is no document. Documents end in .json, .mjml, .txt or .csv.`,
    ],
    [['compile', 'welcome', '--workflows', at('notes.md')], byWorkflows],
    [['draw', 'welcome', '--workflows', at('notes.md')], byWorkflows],
    [['start', '--workflows', at('notes.md'), '--data', at('new')], byWorkflows],
    [['start', '--data', at('notes.md')], byData],
    [['plan', '--data', at('notes.md')], byData],
    [['plan', '--data', at('data'), '--workflows', at('notes.md')], byWorkflows],
    [['pause', 'welcome', '--data', at('notes.md')], byData],
    [['profile', 'userId:ana', '--data', at('notes.md')], byData],
    [['import', folder, '--data', at('new')], `${folder} is a folder. Name the file in it.`],
    [
      ['import', at('pipe.ndjson'), '--data', at('new')],
      `${at('pipe.ndjson')} is no file that keeps what it holds. Save it into one first.`,
    ],
    [['import', at('notes.md'), '--map', folder, '--data', at('new')], `${folder} is a folder. Name the map in it.`],
    [['import', at('notes.md'), '--map', at('map.json'), '--data', at('new')], `${at('map.json')} is not JSON: `],
  ])('%j', async (words, sentence) => {
    const { code, stdout, stderr } = await sojourn(words).ran;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`sojourn: ${sentence}`);
    expect(stderr.split('\n')).toHaveLength(2);
  });

  it('names the data folder where the disk refuses it', async () => {
    const { code, stderr } = await sojourn(['start', '--data', at('notes.md/inside')]).ran;
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^sojourn: Cannot use the data folder .*notes\.md\/inside: .*ENOTDIR.* Name another with --data\.\n$/,
    );
  });

  it.each([
    ['PORT', 'abc', 'PORT is "abc"; a port is a whole number from 0 to 65535.'],
    ['SOJOURN_CLOCK', 'fats', 'SOJOURN_CLOCK is "fats"; a clock is real, manual or fast.'],
  ])('so does a variable that says nothing: %s=%s', async (name, value, sentence) => {
    const { code, stderr } = await sojourn(['start', '--data', at('new')], { [name]: value }).ran;
    expect({ code, stderr }).toEqual({ code: 2, stderr: `sojourn: ${sentence}\n` });
  });
});
