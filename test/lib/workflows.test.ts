import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkBuilt } from '../../lib/workflows.ts';
import { shipped } from './synthesis.ts';

it('deploys documents with bundles that were built of them, and with no others', () => {
  const bundles = mkdtempSync(join(tmpdir(), 'sojourn-bundles-'));
  expect(() => checkBuilt(bundles, shipped)).toThrow(/^Nothing is built in \S+ yet. Run "npm run build" first.$/);
  writeFileSync(join(bundles, 'documents.hash'), shipped.hash);
  expect(() => checkBuilt(bundles, shipped)).not.toThrow();
  const changed = { ...shipped, hash: 'other' };
  expect(() => checkBuilt(bundles, changed)).toThrow(
    /^The documents are not those of \S+. Run "npm run build" again.$/,
  );
});
