import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { isObject } from '../../core/json.ts';
import { counted } from '../words.ts';
import { asked } from './cannot-run.ts';
import { clientOf } from './deployed.ts';
import type { Account, Finding } from './finding.ts';

/** Whether the secret holds what it must. What it holds is never said. */
export async function checkSecret(account: Account): Promise<readonly Finding[]> {
  const SecretId = account.outputs.get('SecretArn');
  if (SecretId === undefined) return [];
  const { SecretString = '' } = await asked(
    { doing: 'read the secret of the deployment', action: 'secretsmanager:GetSecretValue and kms:Decrypt' },
    new SecretsManagerClient(clientOf(account)).send(new GetSecretValueCommand({ SecretId })),
  );
  const document = parsed(SecretString);
  const ask = 'docs/deploying.md, "Write keys"';
  return [signingKeyOf(document, ask), writeKeysOf(document, ask)];
}

function parsed(text: string): { readonly [name: string]: unknown } {
  try {
    const document: unknown = JSON.parse(text);
    return isObject(document) ? document : {};
  } catch {
    return {};
  }
}

function signingKeyOf({ signingKey }: { readonly [name: string]: unknown }, ask: string): Finding {
  const code = 'signing-key';
  if (typeof signingKey === 'string' && /^[0-9a-f]{64}$/.test(signingKey))
    return { level: 'ok', code, is: 'The secret has a signing key.' };
  const should = 'It should be the 64 hex characters that it was made with: an earlier version of the secret has them.';
  return { level: 'blocked', code, is: 'The secret has no signing key that can be used.', should, ask };
}

function writeKeysOf(document: { readonly [name: string]: unknown }, ask: string): Finding {
  const count = (name: string): number | undefined => {
    const keys = document[name];
    const isSound = Array.isArray(keys) && keys.every((key) => typeof key === 'string' && key !== '');
    return isSound ? keys.length : undefined;
  };
  const [servers, browsers] = [count('serverKeys'), count('publicKeys')];
  const code = 'write-keys';
  if (servers === undefined || browsers === undefined) {
    const is = 'The secret has write keys that are no lists of texts.';
    return {
      level: 'blocked',
      code,
      is,
      should: 'serverKeys and publicKeys should be lists; no request is let in until they are.',
      ask,
    };
  }
  const is = `The secret has ${counted(servers, 'write key')} of servers and ${browsers} of browsers and apps.`;
  if (servers > 0) return { level: 'ok', code, is };
  return {
    level: 'blocked',
    code,
    is,
    should: 'There should be one of servers: no verified event comes in without it.',
    ask,
  };
}
