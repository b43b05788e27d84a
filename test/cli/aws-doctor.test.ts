import { functionsInTemplate } from '../../lib/deployed-functions.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { allOf, newAccount, wellAccount, type FakeAccount } from './aws-account.ts';
import { aFolder, sojourn, type Ran } from './run.ts';
import { aStandIn, anError, anXmlError, signedIn, type Answering, type StandIn } from './stand-in.ts';

let standIn: StandIn;
afterEach(() => standIn.close());

interface Told {
  readonly level: string;
  readonly code: string;
  readonly is: string;
  readonly should?: string;
  readonly ask?: string;
}

async function doctor(answering: Answering, words: readonly string[] = [], env: object = {}): Promise<Ran> {
  standIn = await aStandIn(answering);
  return sojourn(['doctor', ...words], { ...signedIn(standIn.endpoint), ...env }).ran;
}
/** What is told of an account that differs from a well one in this. */
async function told(over: FakeAccount): Promise<{ readonly code: number | null; readonly by: (code: string) => Told }> {
  const { code, stdout, stderr } = await doctor(allOf({ ...wellAccount, ...over }), ['--json']);
  expect(stderr).toBe('');
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Told[] };
  return { code, by: (name) => findings.find((one) => one.code === name)! };
}

describe('sojourn doctor', () => {
  it('finds nothing to raise in an account where all is well', async () => {
    const { code, stdout } = await doctor(allOf(wellAccount));
    expect(stdout).toMatch(/\n20 ok\.\n$/);
    expect(code).toBe(0);
  });

  it('tells a new account what to ask for, each with its reason and where to ask', async () => {
    const { code, stdout } = await doctor(allOf(newAccount));
    expect(code).toBe(1);
    expect(stdout).toMatchInlineSnapshot(`
      "ok        Sojourn-dev-Data is deployed.  (deployment)
      ok        Sojourn-dev-App is deployed.  (deployment)
      blocked   SES is in its sandbox: 200 emails a day, 1 a second, and to verified addresses only.  (email-sandbox)
                It should have production access: nobody else gets an email before.
                Where: https://console.aws.amazon.com/ses/home?region=us-east-1#/account
      ok        SES sends, and finds nothing to object to.  (email-standing)
      blocked   shop.example is not verified (DKIM: PENDING).  (email-domain)
                It should be verified by DKIM: otherwise SES refuses its emails. Put the records Dkim1 to Dkim3 that the deployment printed into its DNS.
                Where: https://console.aws.amazon.com/ses/home?region=us-east-1#/identities/shop.example
      blocked   End User Messaging is in its sandbox (SANDBOX): texts go to verified numbers only.  (texts-sandbox)
                It should have production access: nobody else gets a text before.
                Where: https://console.aws.amazon.com/sms-voice/home?region=us-east-1#/overview
      raise     Texts stop at $1 a month; up to $1 can be set without asking.  (texts-spend)
                It should be what a month may cost: at $0.05 a text, $1 is 20 texts, and then none goes out until the next month.
                Where: https://console.aws.amazon.com/sms-voice/home?region=us-east-1#/overview
      blocked   There is no number and no sender id to send texts from.  (texts-origin)
                There should be one for each country, named in the context "textOrigins"; to register one takes days to weeks.
                Where: https://console.aws.amazon.com/sms-voice/home?region=us-east-1#/overview
      raise     10 functions may run at once, of 10 in the account.  (lambda-concurrency)
                It should be 1,000: 25 functions, 5 at once of each, are 125. Until then work waits, and senders are told to come again.
                Where: https://console.aws.amazon.com/servicequotas/home/services/lambda/quotas/L-B99A9384?region=us-east-1
      ok        Step Functions holds 1,000,000 open executions.  (open-executions)
      ok        Step Functions starts 150 executions a second.  (start-executions)
      ok        EventBridge takes 2,400 requests of PutEvents a second.  (put-events)
      ok        EventBridge calls 4,500 targets of rules a second.  (rule-invocations)
      ok        A table takes 40,000 write units a second.  (table-writes)
      ok        A table gives 40,000 read units a second.  (table-reads)
      ok        The secret has a signing key.  (signing-key)
      blocked   The secret has no write keys of servers and 0 of browsers and apps.  (write-keys)
                There should be one of servers: no verified event comes in without it.
                Where: docs/deploying.md, "Write keys"
      5 blocked, 2 to raise, 10 ok.
      "
    `);
  });

  it('looks at an account before anything is deployed', async () => {
    const missing = anXmlError('ValidationError', 'Stack with id Sojourn-dev-App does not exist');
    const well = allOf(wellAccount);
    const { code, stdout } = await doctor((asked) => (asked.service === 'cloudformation' ? missing : well(asked)));
    expect(code).toBe(1);
    expect(stdout).toContain('blocked   Sojourn-dev-App is not deployed here.  (deployment)');
    // The domain of the shipped workspace.
    expect(stdout).toContain('ok        harbourandpine.example is verified by DKIM.');
    expect(stdout).not.toContain('write-keys');
  });

  it('counts the functions that are going to be there, where none is', async () => {
    const missing = anXmlError('ValidationError', 'Stack with id Sojourn-dev-App does not exist');
    const anew = allOf(newAccount);
    const { stdout } = await doctor((asked) => (asked.service === 'cloudformation' ? missing : anew(asked)));
    const count = functionsInTemplate;
    expect(stdout).toContain(`${count} functions, 5 at once of each, are ${5 * count}.`);
  });

  it('never prints what the secret holds', async () => {
    for (const words of [[], ['--json']]) {
      const { stdout, stderr } = await doctor(allOf(wellAccount), words);
      expect(stdout + stderr).not.toMatch(/top-secret|abab/);
      await standIn.close();
    }
  });

  it('tells which permission a check lacks, and goes on with the others', async () => {
    const { code, by } = await told({ denied: /account-settings|DescribeSpendLimits|GetAccount$|v2.email.account/ });
    expect(code).toBe(1);
    expect(by('email-sandbox')).toMatchObject({
      level: 'unknown',
      is: expect.stringContaining('Your role needs ses:GetAccount.'),
    });
    expect(by('texts-spend').is).toContain('Your role needs sms-voice:DescribeSpendLimits.');
    expect(by('lambda-concurrency').is).toContain('Your role needs lambda:GetAccountSettings.');
    expect(by('email-domain').level).toBe('ok');
  });
});

describe('what a doctor says of emails', () => {
  const email = (over: object): FakeAccount => ({ email: { ...wellAccount.email, ...over } });
  const quota = (Max24HourSend: number, MaxSendRate: number, SentLast24Hours: number) =>
    email({ SendQuota: { Max24HourSend, MaxSendRate, SentLast24Hours } });

  it('is blocked where SES has shut the account, and to be raised where it looks at it', async () => {
    expect((await told(email({ EnforcementStatus: 'SHUTDOWN' }))).by('email-standing').level).toBe('blocked');
    await standIn.close();
    expect((await told(email({ EnforcementStatus: 'PROBATION' }))).by('email-standing').level).toBe('raise');
    await standIn.close();
    expect((await told(email({ SendingEnabled: false }))).by('email-standing').level).toBe('blocked');
  });

  it('counts what a slow rate means, and sees a day’s quota run out', async () => {
    const { by } = await told(quota(1_000, 2, 900));
    expect(by('email-rate').should).toContain('wait for up to 84 minutes');
    expect(by('email-quota')).toMatchObject({ level: 'raise', should: expect.stringContaining('1,800') });
    await standIn.close();
    expect((await told(quota(-1, 14, 9_000))).by('email-quota').level).toBe('ok');
  });

  it('is blocked for a domain that SES does not know, or waits for', async () => {
    expect((await told({ identity: anError('NotFoundException', 'no', 404) })).by('email-domain')).toMatchObject({
      level: 'blocked',
      is: 'SES does not know the domain shop.example.',
    });
    await standIn.close();
    const late = {
      body: {
        ...wellAccount.identity.body,
        MailFromAttributes: { MailFromDomain: 'm', MailFromDomainStatus: 'PENDING' },
      },
    };
    expect((await told({ identity: late })).by('email-mail-from').level).toBe('raise');
  });
});

describe('what a doctor says of quotas', () => {
  it('finds them by code where AWS documents one, else by name, among what applies and the defaults', async () => {
    const { states, ...others } = wellAccount.quotas;
    const { code } = await told({ quotas: others, defaults: { states } });
    expect(code).toBe(0);
  });

  it('says what is too low, with the page of that quota', async () => {
    const events = [{ QuotaCode: 'L-9B653E91', QuotaName: 'x', Value: 100 }, wellAccount.quotas.events[1]];
    const { by } = await told({ quotas: { ...wellAccount.quotas, events } });
    expect(by('put-events')).toMatchObject({
      level: 'raise',
      ask: 'https://console.aws.amazon.com/servicequotas/home/services/events/quotas/L-9B653E91?region=us-east-1',
    });
    expect(by('rule-invocations').level).toBe('ok');
  });

  it('does not guess one that is not listed', async () => {
    const { by } = await told({ quotas: { ...wellAccount.quotas, states: [] } });
    expect(by('open-executions')).toMatchObject({
      level: 'unknown',
      is: expect.stringContaining('lists no such quota'),
    });
  });
});

describe('what a doctor says of texts and keys', () => {
  it('names what is full, and where a spend limit can be set without asking', async () => {
    const limits = [{ Name: 'POOLS', Used: 25, Max: 25 }, ...wellAccount.limits.slice(0, 2)];
    const { by } = await told({ limits, spend: [1, 200] });
    expect(by('texts-limits').is).toContain('25 of 25 pools');
    expect(by('texts-spend').ask).toContain('set-text-message-spend-limit-override');
  });

  it('is silent on texts where no document sends any', async () => {
    const folder = aFolder();
    const workspace = {
      name: 'x',
      timeZone: 'UTC',
      locale: 'en',
      currency: 'EUR',
      sender: {},
      conversion: [{ event: 'X' }],
    };
    writeFileSync(join(folder, 'workspace.json'), JSON.stringify(workspace));
    const { stdout } = await doctor(allOf(newAccount), ['--workflows', folder]);
    expect(stdout).not.toMatch(/texts-|email-sandbox/);
  });

  it('is blocked by a secret that is no secret', async () => {
    for (const secret of ['', '[]', '{"signingKey":"x","serverKeys":[""],"publicKeys":[]}']) {
      const { by } = await told({ secret });
      expect([by('signing-key').level, by('write-keys').level]).toEqual(['blocked', 'blocked']);
      await standIn.close();
    }
  });
});

describe('sojourn doctor that cannot run', () => {
  it('says that there are no credentials, or no region', async () => {
    const { code, stderr } = await doctor(allOf(wellAccount), [], { AWS_ACCESS_KEY_ID: '' });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^sojourn: no-credentials: /)]);
    await standIn.close();
    const nowhere = await doctor(allOf(wellAccount), [], { AWS_REGION: '' });
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringMatching(/^sojourn: no-region: /)]);
  });

  it('says that nothing of the account can be seen', async () => {
    const { code, stderr } = await doctor(({ service }) =>
      service === 'cloudformation'
        ? anXmlError('AccessDenied', 'No.', 403)
        : anError('AccessDeniedException', 'No.', 403),
    );
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^sojourn: aws-error: .*cloudformation:DescribeStacks/)]);
  });

  it('wants a workspace', async () => {
    const { code, stderr } = await doctor(allOf(wellAccount), ['--workflows', aFolder()]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^sojourn: There is no .*workspace\.json\. Name the folder/),
    ]);
  });
});
