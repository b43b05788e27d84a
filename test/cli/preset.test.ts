import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { documentsOfPreset, presetIds, presetsFolder } from '../../cli/preset.ts';
import { checkDocuments } from '../../core/journey/check.ts';
import { aWorkspace } from '../builders.ts';
import { aFolder, sojourn } from './run.ts';

const folder = aFolder();
afterAll(() => rmSync(folder, { recursive: true }));

/** Documents as files of a workflows folder. */
const filesOf = (id: string) =>
  documentsOfPreset(id).map((path) => ({ path, text: readFileSync(join(presetsFolder, id, path), 'utf8') }));
const workspace = { path: 'workspace.json', text: JSON.stringify(aWorkspace()) };

describe('presets', () => {
  it.each(presetIds())('%s has no problem, alone in a workspace', (id) => {
    expect(checkDocuments([workspace, ...filesOf(id)]).problems).toEqual([]);
    const page = readFileSync(join(presetsFolder, id, 'README.md'), 'utf8');
    for (const part of [/^# /, /\*\*Change\*\*/, /\*\*Not for\*\*|\*\*On fairness\.\*\*/]) expect(page).toMatch(part);
  });

  it('have no problem all together', () => {
    const files = presetIds().flatMap(filesOf);
    const byPath = new Map(files.map((file) => [file.path, file]));
    expect(checkDocuments([workspace, ...byPath.values()]).problems).toEqual([]);
    // Of two presets with one document, either is the same.
    for (const { path, text } of files) expect(byPath.get(path)!.text, path).toBe(text);
  });

  it('are listed, told of, and copied into a folder where they do not stand yet', async () => {
    const workflows = join(folder, 'workflows');
    mkdirSync(join(workflows, 'segments'), { recursive: true });
    writeFileSync(join(workflows, 'workspace.json'), workspace.text);
    const mine = join(workflows, 'segments', 'at-risk.segment.json');
    writeFileSync(mine, '{}');
    const { ran: list } = sojourn(['preset']);
    expect((await list).stdout).toMatch(/^at-risk {13}At risk: /);
    const { ran: told } = sojourn(['preset', 'at-risk']);
    expect((await told).stdout).toContain('Documents\n  segments/at-risk.segment.json\n');
    const { ran: added } = sojourn(['preset', 'at-risk', '--add', '--workflows', workflows]);
    expect((await added).stdout).toContain('stay as they are:\n  segments/at-risk.segment.json\n');
    expect(readFileSync(mine, 'utf8')).toBe('{}');
    cpSync(join(presetsFolder, 'at-risk', 'segments'), join(workflows, 'segments'), { recursive: true });
    const { ran: checked } = sojourn(['check', workflows]);
    expect((await checked).code).toBe(0);
    const { ran: unknown } = sojourn(['preset', 'at-rsik']);
    expect((await unknown).stderr).toBe('sojourn: There is no preset "at-rsik". Did you mean "at-risk"?\n');
  });
});
