import { SendTextMessageCommand, type PinpointSMSVoiceV2Client } from '@aws-sdk/client-pinpoint-sms-voice-v2';
import type { SmsMessage } from '../../../core/message/message.ts';
import type { HandOver } from '../../../core/ports.ts';
import { askOnce, type ProviderError } from './ask-once.ts';

export interface TextOptions {
  /** Of `onceOptions`. */
  readonly client: PinpointSMSVoiceV2Client;
  /** Id of the pool that texts come from. */
  readonly poolId: string;
  readonly configurationSet: string;
  /** After that a text is worth nothing. @default a day */
  readonly timeToLiveSeconds?: number;
  /** Everything but the sending; for trying a set-up. */
  readonly isDryRun?: boolean;
}
/** Conflicts that stand for as long as the number and the settings do. */
const blocked = new Set([
  'DESTINATION_PHONE_NUMBER_OPTED_OUT',
  'DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE',
  'DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION',
]);
const isPermanent = ({ name, detail }: ProviderError): boolean =>
  name === 'ValidationException' || (name === 'ConflictException' && detail !== undefined && blocked.has(detail));

/** Texts through End User Messaging. */
export const sendText =
  ({ client, poolId, configurationSet, timeToLiveSeconds = 86_400, isDryRun = false }: TextOptions) =>
  (deliveryId: string, message: SmsMessage): Promise<HandOver> => {
    const command = new SendTextMessageCommand({
      DestinationPhoneNumber: message.to,
      OriginationIdentity: poolId,
      ConfigurationSetName: configurationSet,
      MessageBody: message.text,
      MessageType: message.purpose === 'transactional' ? 'TRANSACTIONAL' : 'PROMOTIONAL',
      TimeToLive: timeToLiveSeconds,
      // Comes back with every report.
      Context: { deliveryId },
      ...(isDryRun && { DryRun: true }),
    });
    return askOnce((abortSignal) => client.send(command, { abortSignal }), isPermanent);
  };
