import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aFolder, sojourn } from './run.ts';

/** The shipped workflows with rules of one's own. */
function folderWith(rules: object): string {
  const folder = aFolder();
  cpSync('workflows', folder, { recursive: true });
  writeFileSync(join(folder, 'rules.json'), JSON.stringify({ rules: [rules] }));
  return folder;
}
const noNews = { id: 'no-news-to-buyers', never: { send: { journey: 'reactivation' } }, after: { conversion: true } };

describe('sojourn prove', () => {
  it('finds that the shipped rules hold for the shipped journeys', async () => {
    const { code, stdout } = await sojourn(['prove']).ran;
    expect(stdout.match(/^\S+: holds/gm)).toEqual([
      'no-acquisition-after-conversion: holds',
      'two-texts-a-week: holds',
      'a-complaint-ends-everything: holds',
      'no-plea-to-members: holds',
    ]);
    expect(stdout).toMatch(/\n4 of 4 rules hold\.\n$/);
    expect(code).toBe(0);
  });

  it('tells the way on which a rule is broken line by line, by the clock of the workspace', async () => {
    const folder = folderWith(noNews);
    const { code, stdout } = await sojourn(['prove', folder]).ran;
    expect(code).toBe(1);
    expect(stdout).toContain('no-news-to-buyers: BROKEN');
    const way = '  Mon 2026-01-05 12:01  Order Completed arrives\n  Mon 2026-01-05 12:02  enters "reactivation"\n';
    expect(stdout).toContain(way);
    expect(stdout).toMatch(/\n0 of 1 rule holds\.\n$/);
    const { code: strict, stdout: checked } = await sojourn(['check', folder]).ran;
    expect(strict).toBe(1);
    expect(checked).toContain('rules.json:1:11  rule-broken');
    expect(checked).toContain(way.replaceAll(/^/gm, '  ').trimEnd());
    rmSync(folder, { recursive: true });
  });

  it('gives proofs as JSON', async () => {
    const folder = folderWith(noNews);
    const { stdout } = await sojourn(['prove', folder, '--json']).ran;
    const { rules } = JSON.parse(stdout) as { rules: { id: string; verdict: string; path: { says: string }[] }[] };
    expect(rules.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(['no-news-to-buyers broken']);
    expect(rules[0]?.path.at(-1)?.says).toMatch(/^sends /);
    rmSync(folder, { recursive: true });
  });

  it('could not run where there are no rules', async () => {
    const folder = folderWith(noNews);
    rmSync(join(folder, 'rules.json'));
    const { code, stderr } = await sojourn(['prove', folder]).ran;
    expect([code, stderr]).toEqual([2, `sojourn: There is no rules.json in ${folder}.\n`]);
    rmSync(folder, { recursive: true });
  });
});
