import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeployedSecret, deployedIds, trustOf } from '../../functions/aws/secret.ts';
import { Keyring } from '../../functions/parts/keyring.ts';
import { anAccount } from './doubles/clients.ts';

const whole = { signingKey: 'a1'.repeat(32), serverKeys: ['server-1', 'server-2'], publicKeys: ['public-1'] };

let client: SecretsManagerClient;
let arn: string;
beforeEach(async () => {
  client = new SecretsManagerClient(await anAccount());
  arn = (await client.send(new CreateSecretCommand({ Name: 'sojourn', SecretString: JSON.stringify(whole) }))).ARN!;
});
afterEach(() => vi.useRealTimers());
const replace = (SecretString: string) => client.send(new PutSecretValueCommand({ SecretId: arn, SecretString }));

describe('the secret of a deployment', () => {
  it('is read once and kept for five minutes; a replaced key is known after that', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
    const secret = new DeployedSecret(client, arn);
    expect(await secret.document()).toEqual(whole);
    const replaced = { ...whole, serverKeys: ['server-3'] };
    await replace(JSON.stringify(replaced));
    vi.setSystemTime(1_000_000 + 5 * 60_000);
    expect(await secret.document()).toEqual(whole);
    vi.setSystemTime(1_000_001 + 5 * 60_000);
    expect(await secret.document()).toEqual(replaced);
  });

  it('that could not be read is asked for again', async () => {
    const secret = new DeployedSecret(client, arn);
    await replace('{');
    await expect(secret.document()).rejects.toThrow('is not JSON');
    await replace(JSON.stringify(whole));
    expect(await secret.document()).toEqual(whole);
  });

  it('that cannot be read just now fails by the name that state machines try again', async () => {
    const away = new DeployedSecret(
      new SecretsManagerClient({ ...(await anAccount()), endpoint: 'http://127.0.0.1:1' }),
      arn,
    );
    await expect(away.document()).rejects.toMatchObject({ name: 'StoreUnavailable' });
    const unknown = new DeployedSecret(client, `${arn}-unknown`);
    await expect(unknown.document()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('that is not what it should be is described by what is missing, never by what is there', async () => {
    const hidden = 'hunter2-hunter2';
    const bad: readonly [string, RegExp][] = [
      [hidden, /is not JSON/],
      [`{ "signingKey": "${hidden}`, /is not JSON/],
      ['null', /needs a signingKey of 64 hex characters/],
      [JSON.stringify({ ...whole, signingKey: hidden }), /needs a signingKey/],
      [JSON.stringify({ ...whole, signingKey: whole.signingKey.toUpperCase() + hidden }), /needs a signingKey/],
      [JSON.stringify({ ...whole, serverKeys: hidden }), /needs serverKeys and publicKeys, lists of texts/],
      [JSON.stringify({ ...whole, serverKeys: [hidden, 7] }), /lists of texts/],
      [JSON.stringify({ ...whole, publicKeys: [hidden, ''] }), /lists of texts/],
      [JSON.stringify({ signingKey: whole.signingKey, serverKeys: [hidden] }), /serverKeys and publicKeys/],
    ];
    for (const [text, wanted] of bad) {
      await replace(text);
      const failure = await new DeployedSecret(client, arn).document().catch((error: unknown) => error as Error);
      const said = String((failure as Error).stack) + JSON.stringify(failure, Object.getOwnPropertyNames(failure));
      expect(String(failure)).toMatch(wanted);
      expect(said).not.toContain('hunter2');
      expect(said).not.toContain(whole.signingKey);
    }
  });

  it('tells servers from browsers by their keys, and both from strangers', () => {
    expect(['server-2', 'public-1', 'server-', '', 'server-2 '].map((key) => trustOf(whole, key))).toEqual([
      'server',
      'public',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('ids of a container', () => {
  it('are made by no other, and its address hashes by all', () => {
    const [one, other] = [whole, whole].map(({ signingKey }) => deployedIds(new Keyring(signingKey)));
    const made = [one!, one!, other!, other!].map((ids) => ids.attempt());
    expect(new Set(made).size).toBe(4);
    const hash = one!.addressHash('email', 'ana@example.com');
    expect(hash).toBe(other!.addressHash('email', 'ana@example.com'));
    expect(hash).not.toBe(one!.addressHash('sms', 'ana@example.com'));
  });
});
