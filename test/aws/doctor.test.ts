import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { unknownToMoto, wellAccount } from '../cli/aws-account.ts';
import { sojourn } from '../cli/run.ts';
import { aStandIn, signedIn, type StandIn } from '../cli/stand-in.ts';
import type { DoubleConfig } from './doubles/accounts.ts';
import { anAccount } from './doubles/clients.ts';

/**
 * Stacks, the secret and the domain are moto's. SES's account, texts, Lambda's account and lists of quotas are not in moto:
 * a stand-in before it speaks for them.
 */
let account: DoubleConfig;
let standIn: StandIn;
beforeEach(async () => {
  account = await anAccount();
  standIn = await aStandIn(unknownToMoto(wellAccount), inject('moto'));
});
afterEach(() => standIn.close());

interface Told {
  readonly level: string;
  readonly code: string;
  readonly is: string;
}
async function doctor(): Promise<{ readonly code: number | null; readonly found: ReadonlyMap<string, Told> }> {
  const { accessKeyId, secretAccessKey } = account.credentials;
  const { code, stdout, stderr } = await sojourn(['doctor', '--stage', 'prod', '--json'], {
    ...signedIn(standIn.endpoint),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  }).ran;
  expect(stderr).toBe('');
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Told[] };
  return { code, found: new Map(findings.map((one) => [one.code, one])) };
}
const deploy = (stack: string, outputs: { readonly [name: string]: string }): Promise<unknown> =>
  new CloudFormationClient(account).send(
    new CreateStackCommand({
      StackName: `Sojourn-prod-${stack}`,
      TemplateBody: JSON.stringify({
        Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
        Outputs: Object.fromEntries(Object.entries(outputs).map(([name, Value]) => [name, { Value }])),
      }),
    }),
  );

describe('sojourn doctor against an account', () => {
  it('sees what is deployed, whose domain is verified, and that keys were filled in', async () => {
    const before = await doctor();
    expect(before.code).toBe(1);
    expect(before.found.get('deployment')!.level).toBe('blocked');
    expect(before.found.get('email-domain')!.is).toBe('SES does not know the domain harbourandpine.example.');
    expect(before.found.has('write-keys')).toBe(false);

    const secrets = new SecretsManagerClient(account);
    const secret = { signingKey: 'cd'.repeat(32), serverKeys: [] as string[], publicKeys: [] };
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: 's', SecretString: JSON.stringify(secret) }));
    await deploy('Data', { SecretArn: ARN! });
    await deploy('App', { RedriveFunction: 'redrive', EmailDomain: 'shop.example' });
    await new SESv2Client(account).send(new CreateEmailIdentityCommand({ EmailIdentity: 'shop.example' }));
    const deployed = await doctor();
    expect(deployed.found.get('deployment')!.level).toBe('ok');
    expect(deployed.found.get('email-domain')!.is).toContain('shop.example');
    expect(deployed.found.get('write-keys')!.level).toBe('blocked');

    const filled = JSON.stringify({ ...secret, serverKeys: ['k'] });
    await secrets.send(new PutSecretValueCommand({ SecretId: ARN!, SecretString: filled }));
    expect((await doctor()).found.get('write-keys')!.level).toBe('ok');
  });
});
