import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aFolder, sojourn } from './run.ts';

describe('sojourn draw', () => {
  it('draws a shipped journey as Mermaid on stdout', async () => {
    const { code, stdout } = await sojourn(['draw', 'welcome']).ran;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^flowchart TD\n/);
    expect(stdout).toContain('two-days<br>Wait 2 days.');
  });

  it('draws it as SVG into a file that ends so', async () => {
    const folder = aFolder();
    const file = join(folder, 'welcome.svg');
    expect(await sojourn(['draw', 'welcome', '--out', file]).ran).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(file, 'utf8')).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
    rmSync(folder, { recursive: true });
  });

  it('guesses at a journey that is not there', async () => {
    const { code, stderr } = await sojourn(['draw', 'welcom']).ran;
    expect(code).toBe(2);
    expect(stderr).toBe('sojourn: There is no journey "welcom". Did you mean "welcome"?\n');
  });
});
