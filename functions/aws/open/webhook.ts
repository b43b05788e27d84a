import { createWebhooks } from '../../parts/channels/webhook.ts';
import { AwsChannels, type Keep } from '../channels/channels.ts';
import { secret } from '../container.ts';
import { realClock } from '../real-clock.ts';

/** Signed webhooks. */
export async function openWebhook(keep: Keep): Promise<AwsChannels> {
  const { webhookSecrets = [] } = await secret();
  const webhook = createWebhooks({ secrets: webhookSecrets, nowMs: () => realClock.nowMs() });
  return new AwsChannels({ keep, senders: { webhook } });
}
