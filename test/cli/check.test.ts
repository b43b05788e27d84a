import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { aFolder, sojourn } from './run.ts';

const folders: string[] = [];
/** The shipped workflows, with some files written over. */
function workflows(files: { readonly [path: string]: string } = {}): string {
  const folder = aFolder();
  folders.push(folder);
  cpSync('workflows', folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  return folder;
}
afterAll(() => folders.forEach((one) => rmSync(one, { recursive: true, force: true })));

describe('sojourn check', () => {
  it('ends with 0 and says so where the shipped documents are as they should be', async () => {
    expect(await sojourn(['check', 'workflows']).ran).toEqual({ code: 0, stdout: 'No problems.\n', stderr: '' });
  });

  it('tells what only compiling a template shows, with its line', async () => {
    const folder = workflows({ 'templates/thank-you-gift/sms.txt': 'Hello\n{% if profile.traits.firstName %}\n' });
    const { code, stdout } = await sojourn(['check', folder]).ran;
    expect(code).toBe(1);
    expect(stdout).toContain('templates/thank-you-gift/sms.txt:2:1  template-invalid');
    expect(stdout).toContain('not closed');
  });

  it('tells the problems of one document by itself, and as JSON', async () => {
    const broken = '{ "id": "curious", "name": "x", "when": { "trait": "room", "iss": "kitchen" } }';
    const folder = workflows({ 'segments/curious.segment.json': broken, 'segments/regulars.segment.json': '{' });
    const { code, stdout } = await sojourn(['check', join(folder, 'segments/curious.segment.json'), '--json']).ran;
    expect(code).toBe(1);
    const { problems } = JSON.parse(stdout) as {
      problems: { file: string; code: string; line: number; column: number }[];
    };
    expect(problems.map(({ file, code: found, line, column }) => ({ file, found, line, column }))).toEqual([
      { file: 'segments/curious.segment.json', found: 'unknown-key', line: 1, column: broken.indexOf('"iss"') + 1 },
    ]);
  });

  it('says which problems are warnings, and counts both kinds', async () => {
    const folder = workflows({
      'segments/curious.segment.json': '{ "id": "curious", "name": "x", "when": { "any": [] } }',
      'segments/regulars.segment.json': '{ "id": "regulars", "name": "x", "when": { "trait": "room" } }',
    });
    const { code, stdout } = await sojourn(['check', folder]).ran;
    expect(code).toBe(1);
    expect(stdout).toContain('segments/curious.segment.json:1:50  never-true (warning)\n');
    expect(stdout).toMatch(/regulars\.segment\.json:1:\d+ {2}missing-test\n/);
    expect(stdout).toMatch(/\n1 error, 1 warning\.\n$/);
    writeFileSync(
      join(folder, 'segments/regulars.segment.json'),
      '{ "id": "regulars", "name": "x", "when": { "any": [] } }',
    );
    const warned = await sojourn(['check', folder]).ran;
    expect(warned.code).toBe(0);
    expect(warned.stdout).toMatch(/\nNo errors, 2 warnings\.\n$/);
    expect((await sojourn(['check', folder, '--strict']).ran).code).toBe(1);
  });

  it('says in a folder without a workspace only that, where it looked, and where there is one', async () => {
    const folder = aFolder();
    folders.push(folder);
    cpSync('workflows', join(folder, 'shop'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{}');
    const { code, stdout } = await sojourn(['check', folder]).ran;
    expect({ code, lines: stdout.split('\n') }).toEqual({
      code: 1,
      lines: [
        'workspace.json:1:1  missing-workspace',
        '  There is no workspace.json. It names the time zone, the senders and what makes a person converted.',
        '  There is one in shop/: did you mean that folder?',
        '',
        `1 error, no warnings. Looked in ${folder}.`,
        '',
      ],
    });
  });

  it('still tells there of a name that is nearly right, and all of a folder that only lacks its workspace', async () => {
    const folder = workflows({ 'journeys/other.json': '{}' });
    renameSync(join(folder, 'workspace.json'), join(folder, 'workspce.json'));
    const { stdout } = await sojourn(['check', folder]).ran;
    expect(stdout.match(/^\S+ {2}\S+$/gm)).toEqual([
      'workspace.json:1:1  missing-workspace',
      'journeys/other.json:1:1  unknown-file',
      'workspce.json:1:1  unknown-file',
    ]);
    for (const name of readdirSync(folder))
      if (name !== 'workspce.json') rmSync(join(folder, name), { recursive: true });
    expect((await sojourn(['check', folder]).ran).stdout).toContain('Did you mean "workspace.json"?');
  });

  it('tells of a folder and of a link to nothing that are named like documents', async () => {
    const folder = workflows();
    rmSync(join(folder, 'segments/regulars.segment.json'));
    mkdirSync(join(folder, 'segments/regulars.segment.json'));
    rmSync(join(folder, 'templates/thank-you-gift/sms.txt'));
    symlinkSync('nowhere', join(folder, 'templates/thank-you-gift/sms.txt'));
    const { code, stdout } = await sojourn(['check', folder]).ran;
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: [
        'segments/regulars.segment.json:1:1  unknown-file',
        '  This is a folder, though its name is that of a file; nothing inside is read.',
        '',
        'templates/thank-you-gift/sms.txt:1:1  unknown-file',
        '  This link leads to no file.',
        '',
        '2 errors, no warnings.\n',
      ].join('\n'),
    });
  });

  it('ends with 2 where there is nothing to check', async () => {
    const { code, stderr } = await sojourn(['check', 'no-such-folder']).ran;
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'sojourn: There is no folder no-such-folder.\n' });
  });
});

describe('words that sojourn does not know', () => {
  it.each([
    [['chekc'], 'Did you mean check?'],
    [['check', '--jsno'], 'Did you mean --json?'],
    [['check', 'workflows', 'more'], 'too many arguments'],
    [['compile'], 'missing required argument'],
    [['compile', 'welcom'], 'Did you mean "welcome"?'],
    [['start', '--clock', 'fats'], 'A clock is real, manual or fast.'],
  ])('end with 2 and a sentence: %j', async (words, sentence) => {
    const { code, stdout, stderr } = await sojourn(words).ran;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
  });
});

describe('sojourn compile', () => {
  it('prints the state machine of a journey, and names the journeys that there are', async () => {
    const { code, stdout } = await sojourn(['compile', 'welcome']).ran;
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { StartAt: string }).StartAt).toBe('Begin');
    const other = await sojourn(['compile', 'welcom']).ran;
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('welcome');
  });
});
