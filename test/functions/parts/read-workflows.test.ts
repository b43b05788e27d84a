import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readWorkflows } from '../../../functions/parts/read-workflows.ts';

const folders: string[] = [];
/** A folder with these empty documents. */
function aFolder(...paths: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-workflows-'));
  folders.push(folder);
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '{}');
  }
  return folder;
}
afterAll(() => folders.forEach((one) => rmSync(one, { recursive: true, force: true })));
const pathsIn = (folder: string): readonly string[] => readWorkflows(folder).map(({ path }) => path);

describe('reading a workflows folder', () => {
  it('passes over what belongs to tools and to other people, at any depth', () => {
    const folder = aFolder(
      'workspace.json',
      'node_modules/zod/package.json',
      'templates/node_modules/mjml/package.json',
      '.cache/kept.json',
      'journeys/.draft.journey.json',
      'schema/journey.schema.json',
      'journeys/notes.md',
    );
    expect(pathsIn(folder)).toEqual(['workspace.json']);
  });

  it('follows links to files and to folders, and none in a circle', () => {
    const shared = aFolder('welcome/email.mjml', 'vip.segment.json');
    const folder = aFolder('workspace.json', 'segments/new.segment.json');
    symlinkSync(shared, join(folder, 'templates'));
    symlinkSync(join(shared, 'vip.segment.json'), join(folder, 'segments/vip.segment.json'));
    symlinkSync('..', join(folder, 'segments/up'));
    expect(pathsIn(folder)).toEqual([
      'segments/new.segment.json',
      'segments/vip.segment.json',
      'templates/vip.segment.json',
      'templates/welcome/email.mjml',
      'workspace.json',
    ]);
  });

  it('says of a link to nothing, of a pipe and of a folder that is named like a document what they are', () => {
    const folder = aFolder('workspace.json', 'journeys/cart.journey.json/steps.json');
    symlinkSync('nowhere.json', join(folder, 'rules.json'));
    execFileSync('mkfifo', [join(folder, 'segments.json')]);
    expect(readWorkflows(folder).filter(({ unread }) => unread)).toEqual([
      { path: 'journeys/cart.journey.json', text: '', unread: 'folder' },
      { path: 'rules.json', text: '', unread: 'dangling-link' },
      { path: 'segments.json', text: '', unread: 'no-file' },
    ]);
  });
});
