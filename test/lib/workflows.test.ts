import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CannotDeploy } from '../../lib/cannot-deploy.ts';
import { checkBuilt, compileWorkflows } from '../../lib/workflows.ts';
import { shipped } from './synthesis.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'sojourn-bundles-'));
const dist = { workflows: 'workflows', bundles: 'dist' };
const saying = (does: () => unknown): string => {
  try {
    does();
    return 'nothing';
  } catch (error) {
    expect(error).toBeInstanceOf(CannotDeploy);
    return (error as CannotDeploy).message;
  }
};

it('deploys documents with bundles that were built of them, and with no others', () => {
  const bundles = folder();
  expect(saying(() => checkBuilt(bundles, shipped, dist))).toBe(
    'Nothing is built in dist yet. Build it: npm run build',
  );
  writeFileSync(join(bundles, 'documents.hash'), shipped.hash);
  expect(saying(() => checkBuilt(bundles, shipped, dist))).toBe('nothing');
  expect(saying(() => checkBuilt(bundles, { ...shipped, hash: 'other' }, dist))).toBe(
    'dist was built of other documents than workflows has now. Build it: npm run build',
  );
});

it('says how other documents are built, and where to, so that the usual bundles stay', () => {
  const say = (folders: { readonly workflows: string; readonly bundles: string }) =>
    saying(() => checkBuilt(folder(), shipped, folders));
  expect(say({ workflows: 'trial', bundles: 'dist' })).toBe(
    'Nothing is built in dist yet. Build a folder for them: npm run build -- --workflows trial --out dist/trial\n' +
      '  Deploy that one: -c workflows=trial -c bundles=dist/trial',
  );
  expect(say({ workflows: 'my trial', bundles: 'out' })).toBe(
    "Nothing is built in out yet. Build it: npm run build -- --workflows 'my trial' --out out",
  );
});

it('says that a folder is not there, and shows the first error of one that is, with where all are told', () => {
  expect(saying(() => compileWorkflows('/nowhere/nope', 'nope'))).toBe(
    'There is no folder nope. Name the folder of the documents: -c workflows=workflows',
  );
  const empty = folder();
  expect(saying(() => compileWorkflows(empty, 'trial'))).toBe(
    [
      'trial/workspace.json:1:1  missing-workspace',
      '  There is no workspace.json. It names the time zone, the senders and what makes a person converted.',
      '1 error in all. Tell them: npx sojourn check trial',
    ].join('\n'),
  );
});
