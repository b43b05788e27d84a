import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { asked } from './cannot-run.ts';
import { clientOf } from './deployed.ts';
import { consoleAt, figure, type Account, type Finding } from './finding.ts';

/** Each queue has five batches under way at once (`lib/work-queue.ts`); requests and steps come on top. */
const atOnceEach = 5;
/** What an account of some age has by default. */
const usual = 1_000;

/** How many functions may run at once. */
export async function checkLambda(account: Account): Promise<readonly Finding[]> {
  const { AccountLimit } = await asked(
    { doing: 'read the account of Lambda', action: 'lambda:GetAccountSettings' },
    new LambdaClient(clientOf(account)).send(new GetAccountSettingsCommand({})),
  );
  const { UnreservedConcurrentExecutions: free = 0, ConcurrentExecutions: all = free } = AccountLimit ?? {};
  const code = 'lambda-concurrency';
  const needed = account.functions * atOnceEach;
  const is = `${figure(free)} functions may run at once, of ${figure(all)} in the account.`;
  if (free >= needed) return [{ level: 'ok', code, is }];
  const should = `It should be ${figure(Math.max(usual, needed))}: ${account.functions} functions, ${atOnceEach} at once of each, are ${needed}. Until then work waits, and senders are told to come again.`;
  const ask = consoleAt(account, 'servicequotas/home/services/lambda/quotas/L-B99A9384');
  return [{ level: 'raise', code, is, should, ask }];
}
