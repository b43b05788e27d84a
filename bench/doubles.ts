import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Doubles } from '../test/aws/doubles/accounts.ts';
import { startDynamodbLocal } from '../test/aws/doubles/dynamodb-local.ts';
import { installDoubles } from '../test/aws/doubles/install.ts';
import { startMoto } from '../test/aws/doubles/moto.ts';

/** Lends AWS's doubles, and a folder for syntheses; both are gone afterwards. @throws Error where nothing was built */
export async function withDoubles<T>(work: (doubles: Doubles, folder: string) => Promise<T>): Promise<T> {
  if (!existsSync('dist/functions')) throw new Error('There are no bundles: run `npm run build` first.');
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-bench-aws-'));
  const installed = await installDoubles();
  const [dynamodb, moto] = await Promise.all([startDynamodbLocal(installed), startMoto(installed)]);
  try {
    return await work({ dynamodb: dynamodb.endpoint, moto: moto.endpoint }, folder);
  } finally {
    await Promise.all([dynamodb.stop(), moto.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}
