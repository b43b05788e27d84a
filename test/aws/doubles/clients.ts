import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { newAccount, region, type Account, type DoubleConfig, type Doubles } from './accounts.ts';

/** The doubles that the set-up of this run has started. */
export const startedDoubles = (): Doubles => ({ dynamodb: inject('dynamodb'), moto: inject('moto') });

/** A database of DynamoDB Local that nobody else uses: it keeps one per access key, of letters and digits. */
export const aDatabase = (): DoubleConfig => ({
  endpoint: inject('dynamodb'),
  region,
  credentials: { accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`, secretAccessKey: 'test' },
  maxAttempts: 1,
});

/** An account of moto that no other test uses. */
export const anAccount = (): Promise<Account> => newAccount(inject('moto'));

/** Forgets everything of all accounts: only for a test that has the server to itself. */
export async function resetMoto(): Promise<void> {
  await fetch(`${inject('moto')}/moto-api/reset`, { method: 'POST' });
}
