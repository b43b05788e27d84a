import { PinpointSMSVoiceV2Client } from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { ENV } from '../../env.ts';
import { onceOptions } from '../channels/ask-once.ts';
import { AwsChannels, type Keep } from '../channels/channels.ts';
import { sendText } from '../channels/text.ts';
import { setting } from '../setting.ts';

/** Texts; only where a number or a sender id was registered. */
export function openText(keep: Keep): AwsChannels {
  const poolId = process.env[ENV.smsPool] ?? '';
  if (poolId === '') return new AwsChannels({ senders: {} });
  const client = new PinpointSMSVoiceV2Client(onceOptions);
  const sms = sendText({ client, poolId, configurationSet: setting(ENV.smsConfigurationSet) });
  return new AwsChannels({ keep, senders: { sms } });
}
