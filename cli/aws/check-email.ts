import {
  GetAccountCommand,
  GetEmailIdentityCommand,
  SESv2Client,
  type GetAccountResponse,
} from '@aws-sdk/client-sesv2';
import { asked } from './cannot-run.ts';
import { clientOf } from './deployed.ts';
import { consoleAt, figure, type Account, type Finding } from './finding.ts';

/** 10,000 people are written to within 17 minutes at this rate; at the sandbox's, it takes three hours. */
const enoughPerSecond = 10;
/** Of a day's emails: beyond this, tomorrow may not be enough. */
const nearlyUsed = 0.8;

/** SES as the account has it: sandbox, standing, and how much it may send. */
export async function checkEmailAccount(account: Account): Promise<readonly Finding[]> {
  if (!account.workspace.sender.email) return [];
  const found = await asked(
    { doing: 'read the account of SES', action: 'ses:GetAccount' },
    new SESv2Client(clientOf(account)).send(new GetAccountCommand({})),
  );
  const ask = consoleAt(account, 'ses/home#/account');
  const standing = standingOf(found, ask);
  if (!found.ProductionAccessEnabled)
    return [
      {
        level: 'blocked',
        code: 'email-sandbox',
        is: `SES is in its sandbox: ${quotaOf(found)}, and to verified addresses only.`,
        should: 'It should have production access: nobody else gets an email before.',
        ask,
      },
      standing,
    ];
  const sandbox = { level: 'ok', code: 'email-sandbox', is: 'SES has production access.' } as const;
  return [sandbox, standing, rateOf(found, account), dayOf(found, account)];
}

const quotaOf = ({ SendQuota }: GetAccountResponse): string =>
  `${figure(SendQuota?.Max24HourSend ?? 0)} emails a day, ${figure(SendQuota?.MaxSendRate ?? 0)} a second`;

function standingOf({ EnforcementStatus = 'HEALTHY', SendingEnabled }: GetAccountResponse, ask: string): Finding {
  const code = 'email-standing';
  if (EnforcementStatus === 'HEALTHY' && SendingEnabled !== false)
    return { level: 'ok', code, is: 'SES sends, and finds nothing to object to.' };
  const is =
    SendingEnabled === false
      ? 'SES does not send for this account.'
      : `SES has the account under review (${EnforcementStatus}).`;
  const should = 'It should be HEALTHY: look at bounces and complaints first (docs/runbook.md), then answer the case.';
  return {
    level: SendingEnabled === false || EnforcementStatus === 'SHUTDOWN' ? 'blocked' : 'raise',
    code,
    is,
    should,
    ask,
  };
}

function rateOf({ SendQuota }: GetAccountResponse, account: Account): Finding {
  const perSecond = SendQuota?.MaxSendRate ?? 0;
  const is = `SES takes ${figure(perSecond)} emails a second.`;
  if (perSecond >= enoughPerSecond) return { level: 'ok', code: 'email-rate', is };
  const minutes = Math.ceil(10_000 / Math.max(perSecond, 1) / 60);
  const should = `It should take ${enoughPerSecond} or more: 10,000 people of one morning wait for up to ${minutes} minutes at this rate.`;
  return { level: 'raise', code: 'email-rate', is, should, ask: quotaPage(account) };
}

function dayOf({ SendQuota }: GetAccountResponse, account: Account): Finding {
  const { Max24HourSend: most = 0, SentLast24Hours: sent = 0 } = SendQuota ?? {};
  const code = 'email-quota';
  // SES writes "no limit" as -1.
  if (most < 0) return { level: 'ok', code, is: 'SES takes any number of emails a day.' };
  const is = `SES takes ${figure(most)} emails a day; ${figure(sent)} were sent in the last 24 hours.`;
  if (sent < most * nearlyUsed) return { level: 'ok', code, is };
  const should = `It should take twice of what is sent, ${figure(sent * 2)}: above the limit, messages wait until they are of no use.`;
  return { level: 'raise', code, is, should, ask: quotaPage(account) };
}
const quotaPage = (account: Account): string => consoleAt(account, 'servicequotas/home/services/ses/quotas');

/** Whether SES knows the domain that emails come from as ours. */
export async function checkEmailDomain(account: Account): Promise<readonly Finding[]> {
  const domain = account.outputs.get('EmailDomain') ?? domainOf(account.workspace.sender.email?.from);
  if (domain === undefined) return [];
  const identity = await asked(
    { doing: `read the identity ${domain} of SES`, action: 'ses:GetEmailIdentity' },
    new SESv2Client(clientOf(account))
      .send(new GetEmailIdentityCommand({ EmailIdentity: domain }))
      .catch((error: unknown) => {
        if (error instanceof Error && error.name === 'NotFoundException') return undefined;
        throw error;
      }),
  );
  const code = 'email-domain';
  const ask = consoleAt(account, `ses/home#/identities/${domain}`);
  const should = 'It should be verified by DKIM: otherwise SES refuses its emails.';
  if (!identity)
    return [
      { level: 'blocked', code, is: `SES does not know the domain ${domain}.`, should, ask: 'npx cdk deploy --all' },
    ];
  const dkim = identity.DkimAttributes?.Status ?? 'NOT_STARTED';
  if (dkim !== 'SUCCESS' || identity.VerifiedForSendingStatus === false) {
    const records = 'Put the records Dkim1 to Dkim3 that the deployment printed into its DNS.';
    return [
      { level: 'blocked', code, is: `${domain} is not verified (DKIM: ${dkim}).`, should: `${should} ${records}`, ask },
    ];
  }
  return [
    { level: 'ok', code, is: `${domain} is verified by DKIM.` },
    ...bouncesOf(domain, identity.MailFromAttributes, ask),
  ];
}

function bouncesOf(
  domain: string,
  from:
    { readonly MailFromDomain?: string | undefined; readonly MailFromDomainStatus?: string | undefined } | undefined,
  ask: string,
): readonly Finding[] {
  if (from?.MailFromDomain === undefined || from.MailFromDomain === '') return [];
  const code = 'email-mail-from';
  const is = `Bounces go to ${from.MailFromDomain} (${from.MailFromDomainStatus}).`;
  if (from.MailFromDomainStatus === 'SUCCESS') return [{ level: 'ok', code, is }];
  const should = `It should be set up: without its MX and TXT records SES sends under a name of its own, and DMARC holds by DKIM alone for ${domain}.`;
  return [{ level: 'raise', code, is, should, ask }];
}

/** The domain of an address like `Shop <hello@shop.example>`. */
const domainOf = (from: string | undefined): string | undefined =>
  from === undefined ? undefined : /@([^@>\s]+)>?\s*$/.exec(from)?.[1];
