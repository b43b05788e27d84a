import { SNSClient } from '@aws-sdk/client-sns';
import { ENV } from '../../env.ts';
import { createWebPush } from '../../parts/channels/web-push.ts';
import { onceOptions } from '../channels/ask-once.ts';
import { AwsChannels, type Keep } from '../channels/channels.ts';
import { sendPush } from '../channels/push.ts';
import { secret } from '../container.ts';
import { realClock } from '../real-clock.ts';

/** Notifications to apps through SNS, to browsers by web push. */
export async function openPush(keep: Keep): Promise<AwsChannels> {
  const { vapid } = await secret();
  const push = sendPush({
    client: new SNSClient(onceOptions),
    applications: JSON.parse(process.env[ENV.pushApplications] ?? '{}') as { readonly [platform: string]: string },
    ...(vapid && { sendWebPush: createWebPush({ vapid, nowMs: () => realClock.nowMs() }) }),
  });
  return new AwsChannels({ keep, senders: { push } });
}
