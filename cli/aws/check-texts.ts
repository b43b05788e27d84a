import {
  DescribeAccountAttributesCommand,
  DescribeAccountLimitsCommand,
  DescribeSpendLimitsCommand,
  PinpointSMSVoiceV2Client,
  type AccountLimit,
} from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { counted } from '../words.ts';
import { asked } from './cannot-run.ts';
import { clientOf } from './deployed.ts';
import { consoleAt, type Account, type Finding } from './finding.ts';

/** What a new account may spend in a month; it stops after a few texts. */
const newAccountDollars = 1;
const page = (account: Account): string => consoleAt(account, 'sms-voice/home#/overview');

/** Whether texts go to everybody, or to verified numbers only. */
export async function checkTextsTier(account: Account): Promise<readonly Finding[]> {
  if (!account.workspace.sender.sms) return [];
  const { AccountAttributes = [] } = await asked(
    { doing: 'read the account of End User Messaging', action: 'sms-voice:DescribeAccountAttributes' },
    new PinpointSMSVoiceV2Client(clientOf(account)).send(new DescribeAccountAttributesCommand({})),
  );
  const tier = AccountAttributes.find(({ Name }) => Name === 'ACCOUNT_TIER')?.Value ?? 'unknown';
  if (tier === 'PRODUCTION') return [{ level: 'ok', code: 'texts-sandbox', is: 'Texts go to everybody.' }];
  return [
    {
      level: 'blocked',
      code: 'texts-sandbox',
      is: `End User Messaging is in its sandbox (${tier}): texts go to verified numbers only.`,
      should: 'It should have production access: nobody else gets a text before.',
      ask: page(account),
    },
  ];
}

/** How much may be spent on texts in a month. */
export async function checkTextsSpend(account: Account): Promise<readonly Finding[]> {
  if (!account.workspace.sender.sms) return [];
  const { SpendLimits = [] } = await asked(
    { doing: 'read the spend limits of End User Messaging', action: 'sms-voice:DescribeSpendLimits' },
    new PinpointSMSVoiceV2Client(clientOf(account)).send(new DescribeSpendLimitsCommand({})),
  );
  const limit = SpendLimits.find(({ Name }) => Name === 'TEXT_MESSAGE_MONTHLY_SPEND_LIMIT');
  const [now, most] = [limit?.EnforcedLimit ?? 0, limit?.MaxLimit ?? 0];
  const is = `Texts stop at $${now} a month; up to $${most} can be set without asking.`;
  if (now > newAccountDollars) return [{ level: 'ok', code: 'texts-spend', is }];
  const should =
    'It should be what a month may cost: at $0.05 a text, $1 is 20 texts, and then none goes out until the next month.';
  const ask =
    most > now
      ? `aws pinpoint-sms-voice-v2 set-text-message-spend-limit-override --monthly-limit <dollars, ${most} at most>`
      : page(account);
  return [{ level: 'raise', code: 'texts-spend', is, should, ask }];
}

/** Whether there is something to send texts from, and room for what a deployment makes. */
export async function checkTextsLimits(account: Account): Promise<readonly Finding[]> {
  if (!account.workspace.sender.sms) return [];
  const { AccountLimits = [] } = await asked(
    { doing: 'read the limits of End User Messaging', action: 'sms-voice:DescribeAccountLimits' },
    new PinpointSMSVoiceV2Client(clientOf(account)).send(new DescribeAccountLimitsCommand({})),
  );
  const used = (name: string): number => AccountLimits.find(({ Name }) => Name === name)?.Used ?? 0;
  const origins = used('PHONE_NUMBERS') + used('SENDER_IDS');
  return [originsOf(account, origins), ...AccountLimits.filter(isFull).map((limit) => fullOf(account, limit))];
}

function originsOf(account: Account, origins: number): Finding {
  const code = 'texts-origin';
  if (origins > 0)
    return {
      level: 'ok',
      code,
      is: `Texts can be sent from ${counted(origins, 'number or sender id', 'numbers and sender ids')}.`,
    };
  return {
    level: 'blocked',
    code,
    is: 'There is no number and no sender id to send texts from.',
    should:
      'There should be one for each country, named in the context "textOrigins"; to register one takes days to weeks.',
    ask: page(account),
  };
}

/** What a deployment makes one of each. */
const made: readonly AccountLimit['Name'][] = ['POOLS', 'CONFIGURATION_SETS', 'OPT_OUT_LISTS'];
const isFull = ({ Name, Used = 0, Max = 0 }: AccountLimit): boolean => made.includes(Name) && Used >= Max;
const fullOf = (account: Account, { Name, Used, Max }: AccountLimit): Finding => ({
  level: 'raise',
  code: 'texts-limits',
  is: `${Used} of ${Max} ${String(Name).toLowerCase().replaceAll('_', ' ')} of End User Messaging are in use.`,
  should: 'There should be room for one more: each stage makes its own.',
  ask: page(account),
});
