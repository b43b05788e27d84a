import { SESv2Client } from '@aws-sdk/client-sesv2';
import { describe, expect, it } from 'vitest';
import { onceOptions } from '../../../functions/aws/channels/ask-once.ts';
import { emailRate } from '../../../functions/aws/channels/email-rate.ts';
import { aFaultyProvider, someone, type Behaviour } from './faulty-provider.ts';

/** moto's SES cannot be asked for its account. */
async function rate(behaviour: Behaviour, containers: number): Promise<number> {
  const provider = await aFaultyProvider(behaviour);
  const client = new SESv2Client({ ...onceOptions, ...someone, endpoint: provider.endpoint });
  const found = await emailRate(client, containers);
  provider.stop();
  return found;
}

describe('the send rate of a container', () => {
  it('is its share of the account’s', async () => {
    expect(await rate({ status: 200, body: '{"SendQuota":{"MaxSendRate":14}}' }, 4)).toBe(3.5);
  });

  it('is that of a new account where it cannot be read', async () => {
    expect(await rate({ status: 403, body: '{}' }, 1)).toBe(1);
    expect(await rate({ status: 200, body: '{}' }, 2)).toBe(0.5);
  });
});
