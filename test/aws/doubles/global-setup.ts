import type { TestProject } from 'vitest/node';
import { startDynamodbLocal } from './dynamodb-local.ts';
import { installDoubles } from './install.ts';
import { startMoto } from './moto.ts';

/** Starts both doubles once for the whole run; tests find them by `inject`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const installed = await installDoubles();
  const [dynamodb, moto] = await Promise.all([startDynamodbLocal(installed), startMoto(installed)]);
  project.provide('dynamodb', dynamodb.endpoint);
  project.provide('moto', moto.endpoint);
  project.provide('cfnLint', [installed.python, installed.cfnLint]);
  return async () => {
    await Promise.all([dynamodb.stop(), moto.stop()]);
  };
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Endpoints, on loopback. */
    dynamodb: string;
    moto: string;
    /** Program and first argument of cfn-lint. */
    cfnLint: readonly [string, string];
  }
}
