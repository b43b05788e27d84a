import { PinpointSMSVoiceV2Client } from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import type { Channels } from '../../core/ports.ts';
import { ENV } from '../env.ts';
import { createWebPush } from '../parts/channels/web-push.ts';
import { createWebhooks } from '../parts/channels/webhook.ts';
import { onceOptions } from './channels/ask-once.ts';
import { AwsChannels } from './channels/channels.ts';
import { emailRate } from './channels/email-rate.ts';
import { sendEmail } from './channels/email.ts';
import { sendPush } from './channels/push.ts';
import { sendText } from './channels/text.ts';
import { dynamo, secret } from './container.ts';
import { setting } from './setting.ts';
import { messageKeeper } from './kept-messages.ts';
import { realClock } from './real-clock.ts';

/** Touches that run at once at most, as far as the account's rate of sending is shared among them. */
const containers = 4;

/** All channels of the deployment. */
export async function deployedChannels(onError: (deliveryId: string, error: unknown) => void): Promise<Channels> {
  const email = new SESv2Client(onceOptions);
  const [{ vapid, webhookSecrets = [] }, emailsPerSecond] = await Promise.all([
    secret(),
    emailRate(new SESv2Client({}), containers),
  ]);
  const { nowMs } = realClock;
  const keep = messageKeeper(dynamo(), setting(ENV.table), realClock);
  return new AwsChannels({
    emailsPerSecond,
    keep: (deliveryId, message) => keep(deliveryId, message).catch((error: unknown) => onError(deliveryId, error)),
    senders: {
      email: sendEmail({
        client: email,
        configurationSets: {
          marketing: setting(ENV.marketingConfigurationSet),
          transactional: setting(ENV.transactionalConfigurationSet),
        },
      }),
      ...textSender(),
      push: sendPush({
        client: new SNSClient(onceOptions),
        applications: JSON.parse(process.env[ENV.pushApplications] ?? '{}') as { readonly [platform: string]: string },
        ...(vapid && { sendWebPush: createWebPush({ vapid, nowMs }) }),
      }),
      webhook: createWebhooks({ secrets: webhookSecrets, nowMs }),
    },
  });
}

/** Texts are sent only where a number or sender id was registered. */
function textSender() {
  const poolId = process.env[ENV.smsPool] ?? '';
  if (poolId === '') return {};
  const client = new PinpointSMSVoiceV2Client(onceOptions);
  return { sms: sendText({ client, poolId, configurationSet: setting(ENV.smsConfigurationSet) }) };
}
