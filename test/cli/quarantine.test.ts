import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aFolder, sojourn, type Ran } from './run.ts';

let folder: string;
beforeEach(() => {
  folder = aFolder();
  cpSync('test/fixtures/home/workflows', join(folder, 'workflows'), { recursive: true });
  mkdirSync(join(folder, 'workflows/events'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const describes = (total: unknown): void =>
  writeFileSync(
    join(folder, 'workflows/events/paid.event.json'),
    JSON.stringify({ id: 'paid', name: 'Paid', validation: 'quarantine', properties: { total } }),
  );
const run = (...args: readonly string[]): Promise<Ran> =>
  sojourn([...args, '--data', join(folder, 'data'), '--workflows', join(folder, 'workflows')]).ran;

it('shows what an import set aside, lets in what a fix has made right, and drops the rest', async () => {
  describes({ type: 'number', required: true });
  const lines = [{}, { total: 'x' }, { total: 1 }].map((properties, index) =>
    JSON.stringify({
      type: 'track',
      userId: 'ana',
      event: 'Paid',
      messageId: `m${index}`,
      properties,
      timestamp: '2025-06-01T00:00:00Z',
    }),
  );
  writeFileSync(join(folder, 'events.ndjson'), lines.join('\n'));
  const imported = await run('import', join(folder, 'events.ndjson'));
  expect(imported.stdout).toContain('3 accepted, 0 known already, 0 rejected\n  of them set aside: 2; look with');
  const seen = await run('quarantine');
  expect(seen.stdout).toMatch(
    /^2 events are set aside\.\n {2}Paid: property_\w+ properties\.total, 1 time set aside, /,
  );
  expect((await run('quarantine', '--event', 'Paid', '--problem', 'property_type')).stdout).toMatch(
    /^2025-06-01T00:00:00\.000Z {2}Paid {2}property_type properties\.total {2}q_\S+\n$/,
  );
  expect(await run('quarantine', '--drop')).toMatchObject({ code: 2 });
  describes('number');
  const replayed = await run('quarantine', '--replay');
  expect(replayed).toMatchObject({
    code: 1,
    stdout: '1 event came in, 0 had come in before, 1 still wrong, 0 refused; 1 set aside.\n',
  });
  expect(await run('quarantine', '--drop', '--event', 'Paid', '--json')).toMatchObject({
    code: 0,
    stdout: JSON.stringify({ dropped: 1, left: 0 }, null, 2) + '\n',
  });
});
