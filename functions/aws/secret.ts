import { randomBytes } from 'node:crypto';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { StoreUnavailable } from '../../core/failures.ts';
import type { Ids } from '../../core/ports.ts';
import { isSame, type Keyring } from '../parts/keyring.ts';
import type { Trust } from '../../core/event/event.ts';
import type { SecretDocument } from '../env.ts';
import { isPassing } from './passing.ts';
import { realClock } from './real-clock.ts';

/** A replaced key is known everywhere after so long. */
const cachedMs = 5 * 60_000;

/** What a deployment keeps secret, read once in a while. */
export class DeployedSecret {
  private readonly client: SecretsManagerClient;
  private readonly arn: string;
  private read: Promise<SecretDocument> | undefined;
  private readMs = -Infinity;

  constructor(client: SecretsManagerClient, arn: string) {
    this.client = client;
    this.arn = arn;
  }

  async document(): Promise<SecretDocument> {
    if (!this.read || realClock.nowMs() - this.readMs > cachedMs) {
      this.readMs = realClock.nowMs();
      this.read = this.fetch();
      // One that failed is asked for again.
      this.read.catch(() => (this.read = undefined));
    }
    return this.read;
  }
  private async fetch(): Promise<SecretDocument> {
    try {
      const { SecretString } = await this.client.send(new GetSecretValueCommand({ SecretId: this.arn }));
      return parseSecret(SecretString);
    } catch (error) {
      // By this name state machines try again; any other would mark the enrollment failed.
      if (isPassing(error))
        throw new StoreUnavailable(`The secret could not be read: ${error.name}.`, { cause: error });
      throw error;
    }
  }
}

/** @throws RangeError that says what is missing, and never what is there */
function parseSecret(text: string | undefined): SecretDocument {
  let parsed: Partial<SecretDocument> | null;
  try {
    parsed = JSON.parse(text ?? '') as Partial<SecretDocument> | null;
  } catch {
    throw new RangeError('The secret of this deployment is not JSON.');
  }
  const { signingKey, serverKeys, publicKeys } = parsed ?? {};
  if (typeof signingKey !== 'string' || !/^[0-9a-f]{64}$/.test(signingKey))
    throw new RangeError('The secret of this deployment needs a signingKey of 64 hex characters.');
  if (!isTexts(serverKeys) || !isTexts(publicKeys))
    throw new RangeError('The secret of this deployment needs serverKeys and publicKeys, lists of texts.');
  return parsed as SecretDocument;
}

/** An empty key would let in whoever gives none. */
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '');

/** Whose key it is; all keys are compared, so that the time taken tells nothing. */
export function trustOf({ serverKeys, publicKeys }: SecretDocument, key: string): Trust | undefined {
  const isAmong = (keys: readonly string[]): boolean => keys.reduce((found, one) => isSame(one, key) || found, false);
  const [isServer, isPublic] = [isAmong(serverKeys), isAmong(publicKeys)];
  return isServer ? 'server' : isPublic ? 'public' : undefined;
}

/** Ids of one container: no other makes the same ones. */
export function deployedIds(keyring: Keyring): Ids {
  const container = randomBytes(9).toString('base64url');
  let count = 0;
  return {
    attempt: () => `${container}.${(count++).toString(36)}`,
    tombstone: (text) => keyring.tombstone(text),
    addressHash: (channel, address) => keyring.addressHash(channel, address),
    profileId: (message) => keyring.profileId(message),
  };
}
