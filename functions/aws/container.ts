import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { DecisionPorts } from '../../core/ports.ts';
import { ENV, type SecretDocument } from '../env.ts';
import { Keyring } from '../parts/keyring.ts';
import { DynamoDefinitions } from './definition-store.ts';
import { setting } from './setting.ts';
import { DynamoProfileStore } from './profile-store.ts';
import { realClock } from './real-clock.ts';
import { DeployedSecret, deployedIds } from './secret.ts';

/**
 * What one container builds once and keeps between requests. Each piece is built when it is first asked for, so that a
 * function holds only what it uses.
 */

/** Retries of reads and of transactions are safe: the SDK gives each transaction a token of its own. */
const settings = { maxAttempts: 3, requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 } };

let client: DynamoDBClient | undefined;
export const dynamo = (): DynamoDBClient => (client ??= new DynamoDBClient(settings));

let store: DynamoProfileStore | undefined;
export const profiles = (): DynamoProfileStore =>
  (store ??= new DynamoProfileStore(dynamo(), setting(ENV.table), realClock));

let published: DynamoDefinitions | undefined;
export const definitions = (): DynamoDefinitions =>
  (published ??= new DynamoDefinitions(dynamo(), setting(ENV.table), realClock));

let deployed: DeployedSecret | undefined;
/** What is kept secret, as it is now. */
export const secret = (): Promise<SecretDocument> =>
  (deployed ??= new DeployedSecret(new SecretsManagerClient(settings), setting(ENV.secret))).document();

let keys: Promise<Keyring> | undefined;
export function keyring(): Promise<Keyring> {
  keys ??= secret().then(({ signingKey }) => new Keyring(signingKey));
  // A secret that could not be read is asked for again.
  keys.catch(() => (keys = undefined));
  return keys;
}

/** The ports that every decision needs. */
let ports: Promise<DecisionPorts> | undefined;
export function decisionPorts(): Promise<DecisionPorts> {
  ports ??= keyring().then((ring) => ({
    profiles: profiles(),
    definitions: definitions(),
    clock: realClock,
    ids: deployedIds(ring),
  }));
  ports.catch(() => (ports = undefined));
  return ports;
}
