import { SESv2Client } from '@aws-sdk/client-sesv2';
import { ENV } from '../../env.ts';
import { onceOptions } from '../channels/ask-once.ts';
import { AwsChannels, type Keep } from '../channels/channels.ts';
import { accountRate, EmailPace } from '../channels/email-rate.ts';
import { sendEmail } from '../channels/email.ts';
import { setting } from '../setting.ts';

/** Containers that the account's rate is shared among: where more send at once, SES turns the rest away for a while. */
const containers = 4;

/** Email, at this container's share of the account's rate. */
export function openEmail(keep: Keep): AwsChannels {
  const configurationSets = {
    marketing: setting(ENV.marketingConfigurationSet),
    transactional: setting(ENV.transactionalConfigurationSet),
  };
  const account = new SESv2Client({});
  return new AwsChannels({
    emails: new EmailPace({ ask: () => accountRate(account), containers }),
    keep,
    senders: { email: sendEmail({ client: new SESv2Client(onceOptions), configurationSets }) },
  });
}
