import type { Workspace } from '../../core/journey/document.ts';
import { functionsInTemplate } from '../../lib/deployed-functions.ts';
import { CannotRun } from './cannot-run.ts';
import { checkEmailAccount, checkEmailDomain } from './check-email.ts';
import { checkLambda } from './check-lambda.ts';
import { quotaChecks } from './check-quotas.ts';
import { checkSecret } from './check-secret.ts';
import { checkTextsLimits, checkTextsSpend, checkTextsTier } from './check-texts.ts';
import { countFunctions, outputsOf, type StackName, type Where } from './deployed.ts';
import { examine, type Account, type Check, type Finding } from './finding.ts';

/** In the order in which they are told. */
const checks: readonly (readonly [code: string, check: Check])[] = [
  ['email-sandbox', checkEmailAccount],
  ['email-domain', checkEmailDomain],
  ['texts-sandbox', checkTextsTier],
  ['texts-spend', checkTextsSpend],
  ['texts-origin', checkTextsLimits],
  ['lambda-concurrency', checkLambda],
  ...quotaChecks,
  ['write-keys', checkSecret],
];

/** Looks at an account from all sides. @throws CannotRun where nothing of it can be seen */
export async function examineAccount(where: Where, workspace: Workspace): Promise<readonly Finding[]> {
  const before = { ...where, workspace, outputs: new Map<string, string>(), functions: functionsInTemplate };
  const { outputs, findings } = await findStacks(before);
  const functions = outputs.has('RedriveFunction')
    ? await countFunctions(where).catch(() => functionsInTemplate)
    : functionsInTemplate;
  const account = { ...before, outputs, functions };
  const found = await Promise.all(checks.map(([code, check]) => examine(code, account, check)));
  const all = [...findings, ...found.flat()];
  if (all.every(({ level }) => level === 'unknown'))
    throw new CannotRun('aws-error', 'look at the account', all[0]!.is, 'Nothing of it can be seen.');
  return all;
}

/** What is deployed already; a doctor is asked before the first deployment too. */
async function findStacks(
  account: Account,
): Promise<{ readonly outputs: ReadonlyMap<string, string>; readonly findings: readonly Finding[] }> {
  const outputs = new Map<string, string>();
  const look =
    (stack: StackName): Check =>
    async (where) => {
      for (const [name, value] of await outputsOf(where, stack)) outputs.set(name, value);
      return [{ level: 'ok', code: 'deployment', is: `Sojourn-${where.stage}-${stack} is deployed.` }];
    };
  const stacks = (['Data', 'App'] as const).map((stack) => examine('deployment', account, missing(stack, look(stack))));
  return { findings: (await Promise.all(stacks)).flat(), outputs };
}

const missing =
  (stack: StackName, check: Check): Check =>
  async (account) => {
    try {
      return await check(account);
    } catch (error) {
      if (!(error instanceof CannotRun) || error.code !== 'no-such-stack') throw error;
      const is = `Sojourn-${account.stage}-${stack} is not deployed here.`;
      const should = 'It should be, unless this is what you are about to do; or look at --stage and --region.';
      return [{ level: 'blocked', code: 'deployment', is, should, ask: 'npx cdk deploy --all' }];
    }
  };
