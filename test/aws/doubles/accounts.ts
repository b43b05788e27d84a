import { randomInt } from 'node:crypto';

/** What an SDK client takes to reach a double; retries are off, so that a test sees each answer. */
export interface DoubleConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
}
/** An account of moto. */
export interface Account extends DoubleConfig {
  readonly accountId: string;
}
/** Endpoints of both doubles, whoever started them. */
export interface Doubles {
  readonly dynamodb: string;
  readonly moto: string;
}
export const region = 'us-east-1';

/** An account of a moto server that nobody else uses: files that run at once need not reset it under one another. */
export async function newAccount(moto: string): Promise<Account> {
  const accountId = String(randomInt(100_000_000_000, 1_000_000_000_000));
  await askIam(moto, accountId, 'CreateUser');
  const made = await askIam(moto, accountId, 'CreateAccessKey');
  return {
    endpoint: moto,
    region,
    credentials: { accessKeyId: partOf(made, 'AccessKeyId'), secretAccessKey: partOf(made, 'SecretAccessKey') },
    maxAttempts: 1,
    accountId,
  };
}

/** moto finds an account by this header, and then by the access keys that were made in it. */
async function askIam(moto: string, accountId: string, action: string): Promise<string> {
  const answer = await fetch(moto, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/iam/aws4_request, SignedHeaders=host, Signature=0`,
      'x-moto-account-id': accountId,
    },
    body: new URLSearchParams({ Action: action, UserName: 'test', Version: '2010-05-08' }),
  });
  if (!answer.ok) throw new Error(`moto answers ${answer.status} to ${action}.`);
  return answer.text();
}

function partOf(xml: string, name: string): string {
  const found = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
  if (found === undefined) throw new Error(`moto's answer names no ${name}.`);
  return found;
}

/** Everything that moto holds. It fails while another test makes something, and is asked again then. */
export async function motoData(endpoint: string): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(`${endpoint}/moto-api/data.json`);
    const body = await answer.text();
    if (answer.ok) return JSON.parse(body) as unknown;
    if (tries >= 40) throw new Error(`moto answers ${answer.status} when it is asked what it holds.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
