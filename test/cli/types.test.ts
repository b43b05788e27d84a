import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aFolder, sojourn } from './run.ts';

describe('sojourn types', () => {
  let folder: string;
  let event: string;
  const types = (...args: string[]): ReturnType<typeof sojourn>['ran'] =>
    sojourn(['types', '--workflows', join(folder, 'workflows'), ...args]).ran;
  beforeEach(() => {
    folder = aFolder();
    cpSync('test/fixtures/home/workflows', join(folder, 'workflows'), { recursive: true });
    mkdirSync(join(folder, 'workflows', 'events'));
    event = join(folder, 'workflows', 'events', 'signed-up.event.json');
    writeFileSync(event, '{ "id": "signed-up", "name": "Signed Up", "properties": { "plan": "text" } }\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('prints types for a server, or for the browser', async () => {
    const server = await types();
    expect(server).toMatchObject({ code: 0, stderr: '' });
    expect(server.stdout).toContain('  "Signed Up": SignedUpProperties;\n');
    expect(server.stdout).toContain('track(call: Track): unknown;');
    expect((await types('--client', 'web')).stdout).toContain('track<Name extends EventName>(event: Name');
  });

  it('writes a file, and tells when the catalogue has changed since', async () => {
    const out = join(folder, 'events.ts');
    expect((await types('--out', out, '--check')).code).toBe(1);
    expect(await types('--out', out)).toEqual({ code: 0, stdout: '', stderr: '' });
    const written = readFileSync(out, 'utf8');
    expect((await types('--out', out, '--check')).code).toBe(0);
    writeFileSync(event, '{ "id": "signed-up", "name": "Signed Up", "properties": { "plan": "number" } }\n');
    expect(await types('--out', out, '--check')).toMatchObject({ code: 1, stderr: expect.stringContaining(out) });
    expect(readFileSync(out, 'utf8')).toBe(written);
  });

  it('says where a catalogue would stand', async () => {
    rmSync(event);
    const { code, stderr } = await types();
    expect(code).toBe(2);
    expect(stderr).toContain('events/<id>.event.json');
  });
});
