import { aStack, anError, type Answering, type AskedOf, type StandInAnswer } from './stand-in.ts';

/** What an account answers when it is looked at. */
export interface FakeAccount {
  readonly email?: object;
  readonly identity?: StandInAnswer;
  readonly tier?: string;
  readonly spend?: readonly [enforced: number, most: number];
  readonly limits?: readonly object[];
  readonly concurrency?: number;
  /** Service → quotas by name and code. */
  readonly quotas?: Readonly<Record<string, readonly object[]>>;
  readonly defaults?: Readonly<Record<string, readonly object[]>>;
  readonly secret?: string;
  /** Operations that this shell may not call. */
  readonly denied?: RegExp;
}

const key = 'ab'.repeat(32);
const quota = (QuotaName: string, QuotaCode: string, Value: number): object => ({ QuotaName, QuotaCode, Value });
/** An account in which all is well. */
export const wellAccount = {
  email: {
    ProductionAccessEnabled: true,
    SendingEnabled: true,
    EnforcementStatus: 'HEALTHY',
    SendQuota: { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 120 },
  },
  identity: {
    body: {
      VerifiedForSendingStatus: true,
      DkimAttributes: { Status: 'SUCCESS' },
      MailFromAttributes: { MailFromDomain: 'mail.shop.example', MailFromDomainStatus: 'SUCCESS' },
    },
  },
  tier: 'PRODUCTION',
  spend: [500, 500],
  limits: [
    { Name: 'PHONE_NUMBERS', Used: 0, Max: 25 },
    { Name: 'SENDER_IDS', Used: 1, Max: 1 },
    { Name: 'POOLS', Used: 1, Max: 25 },
  ],
  concurrency: 1_000,
  quotas: {
    states: [
      quota('Open executions', 'L-11111111', 1_000_000),
      quota('StartExecution throttle token bucket size', 'L-33333333', 800),
      quota('StartExecution throttle token refill rate per second', 'L-22222222', 150),
    ],
    events: [quota('PutEvents', 'L-9B653E91', 2_400), quota('Invocations', 'L-5540C5E3', 4_500)],
    dynamodb: [quota('Writes', 'L-AB614373', 40_000), quota('Reads', 'L-CF0CBE56', 40_000)],
  },
  secret: JSON.stringify({ signingKey: key, serverKeys: ['top-secret-server'], publicKeys: ['top-secret-public'] }),
} as const satisfies FakeAccount;

/** What a new account has, before anybody asked for anything. */
export const newAccount = {
  ...wellAccount,
  email: { ...wellAccount.email, ProductionAccessEnabled: false, SendQuota: { Max24HourSend: 200, MaxSendRate: 1 } },
  identity: { body: { VerifiedForSendingStatus: false, DkimAttributes: { Status: 'PENDING' } } },
  tier: 'SANDBOX',
  spend: [1, 1],
  limits: [],
  concurrency: 10,
  secret: JSON.stringify({ signingKey: key, serverKeys: [], publicKeys: [] }),
} as const satisfies FakeAccount;

/** Neither moto nor DynamoDB Local knows these: SES's account, texts, Lambda's account, lists of quotas. */
export const unknownToMoto =
  (account: FakeAccount): Answering =>
  (asked) => {
    const { service, operation } = asked;
    if (account.denied?.test(operation)) return anError('AccessDeniedException', 'Not you.', 403);
    if (operation === 'GET /v2/email/account') return { body: account.email ?? {} };
    if (service === 'sms-voice') return textsAnswer(account, operation);
    if (operation.startsWith('GET /2016-08-19/account-settings')) return lambdaAnswer(account);
    if (service === 'servicequotas') return quotasAnswer(account, asked);
    return undefined;
  };

function textsAnswer({ tier = '', spend = [0, 0], limits = [] }: FakeAccount, operation: string): StandInAnswer {
  const [EnforcedLimit, MaxLimit] = spend;
  const answers: Readonly<Record<string, object>> = {
    DescribeAccountAttributes: { AccountAttributes: [{ Name: 'ACCOUNT_TIER', Value: tier }] },
    DescribeSpendLimits: {
      SpendLimits: [
        { Name: 'VOICE_MESSAGE_MONTHLY_SPEND_LIMIT', EnforcedLimit: 9_999, MaxLimit: 9_999, Overridden: false },
        { Name: 'TEXT_MESSAGE_MONTHLY_SPEND_LIMIT', EnforcedLimit, MaxLimit, Overridden: false },
      ],
    },
    DescribeAccountLimits: { AccountLimits: limits },
  };
  return { body: answers[operation] ?? {} };
}
const lambdaAnswer = ({ concurrency }: FakeAccount): StandInAnswer => ({
  body: { AccountLimit: { ConcurrentExecutions: concurrency, UnreservedConcurrentExecutions: concurrency } },
});
function quotasAnswer({ quotas, defaults }: FakeAccount, { operation, body }: AskedOf): StandInAnswer {
  const { ServiceCode, NextToken } = JSON.parse(body) as { readonly ServiceCode: string; readonly NextToken?: string };
  const listed = (operation === 'ListServiceQuotas' ? quotas : defaults)?.[ServiceCode] ?? [];
  // Two pages: the second holds all but the first quota.
  if (NextToken !== undefined) return { body: { Quotas: listed.slice(1) } };
  return { body: { Quotas: listed.slice(0, 1), ...(listed.length > 1 && { NextToken: '2' }) } };
}

/** All that a doctor asks of an account, where no double is there. */
export const allOf =
  (account: FakeAccount): Answering =>
  async (asked) => {
    const known = await unknownToMoto(account)(asked);
    if (known) return known;
    if (asked.operation.startsWith('GET /v2/email/identities/')) return account.identity;
    if (asked.service === 'secretsmanager') return { body: { SecretString: account.secret } };
    if (asked.operation === 'DescribeStacks')
      return aStack({ SecretArn: 'arn:secret', RedriveFunction: 'f', EmailDomain: 'shop.example' });
    return undefined;
  };
