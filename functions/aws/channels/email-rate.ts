import { GetAccountCommand, type SESv2Client } from '@aws-sdk/client-sesv2';

/** What an account in SES's sandbox has, and the least that any has. */
const leastPerSecond = 1;

/**
 * One container's share of the account's send rate: all of them together never ask for more than it.
 * @param containers how many may run at once
 */
export async function emailRate(client: SESv2Client, containers: number): Promise<number> {
  const perSecond = await client.send(new GetAccountCommand({})).then(
    ({ SendQuota }) => SendQuota?.MaxSendRate ?? leastPerSecond,
    // Too slow a pace delays messages; to send none for want of a figure would be worse.
    () => leastPerSecond,
  );
  return Math.max(perSecond, leastPerSecond) / Math.max(containers, 1);
}
