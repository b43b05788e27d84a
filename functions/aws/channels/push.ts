import type { SNSClient } from '@aws-sdk/client-sns';
import { PublishCommand } from '@aws-sdk/client-sns';
import type { PushMessage } from '../../../core/message/message.ts';
import type { HandOver } from '../../../core/ports.ts';
import type { SendWebPush } from '../../parts/channels/web-push.ts';
import { askOnce, type ProviderError } from './ask-once.ts';
import { PushEndpoints } from './push-endpoints.ts';

export interface PushOptions {
  /** Of `onceOptions`. */
  readonly client: SNSClient;
  /** Device type (`ios`, `android`) → ARN of its SNS platform application. */
  readonly applications: { readonly [platform: string]: string };
  /** Absent until VAPID keys are set up. */
  readonly sendWebPush?: SendWebPush;
}
/** Dead tokens and payloads that are none. */
const permanent = /^(?:EndpointDisabled|InvalidParameter|InvalidParameterValue|ParameterValueInvalid|Validation)/;
const isPermanent = ({ name }: ProviderError): boolean => permanent.test(name);

/** Notifications to apps through SNS, to browsers by web push. */
export function sendPush({ client, applications, sendWebPush }: PushOptions) {
  const endpoints = new PushEndpoints(client);
  return async (deliveryId: string, message: PushMessage): Promise<HandOver> => {
    const { platform, webPush } = message.device ?? {};
    if (platform === 'web') {
      if (!sendWebPush) return notSetUp;
      if (!webPush) return { kind: 'refused', reason: 'no-subscription', isPermanent: true };
      return sendWebPush(deliveryId, message, webPush);
    }
    const application = applicationOf(applications, platform);
    if (application === undefined) return notSetUp;
    const endpoint = await endpoints.of(application, message.to);
    if (endpoint.kind !== 'found') return endpoint;
    const command = new PublishCommand({
      TargetArn: endpoint.arn,
      MessageStructure: 'json',
      Message: payloads(deliveryId, message),
    });
    const outcome = await askOnce((abortSignal) => client.send(command, { abortSignal }), isPermanent);
    // Whatever it was refused for, an endpoint that was deleted is made anew on the next try.
    if (outcome.kind === 'refused') endpoints.forget(application, message.to);
    return outcome;
  };
}

/** Nobody will set it up within the minutes of tries to come; each of them would cost transitions. */
const notSetUp: HandOver = { kind: 'refused', reason: 'not-set-up', isPermanent: true };

/** Where a token does not say what it is of, only a single application leaves no doubt. */
function applicationOf(applications: PushOptions['applications'], platform: string | undefined): string | undefined {
  if (platform !== undefined) return applications[platform];
  const all = Object.values(applications);
  return all.length === 1 ? all[0] : undefined;
}

/** One text per platform, JSON within JSON; SNS picks the endpoint's own. */
export function payloads(deliveryId: string, { title, body, url }: PushMessage): string {
  const data = { ...(url !== undefined && { url }), deliveryId };
  const apple = JSON.stringify({ aps: { alert: { title, body } }, ...data });
  return JSON.stringify({
    default: body,
    APNS: apple,
    APNS_SANDBOX: apple,
    GCM: JSON.stringify({ fcmV1Message: { message: { notification: { title, body }, data } } }),
  });
}
