import { PinpointSMSVoiceV2Client } from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { describe, expect, it } from 'vitest';
import type { HandOver } from '../../../core/ports.ts';
import { onceOptions } from '../../../functions/aws/channels/ask-once.ts';
import type { SmsMessage } from '../../../core/message/message.ts';
import { sendText, type TextOptions } from '../../../functions/aws/channels/text.ts';
import { aFaultyProvider, someone, type Behaviour } from './faulty-provider.ts';

const aText: SmsMessage = {
  channel: 'sms',
  purpose: 'marketing',
  to: '+4915112345678',
  text: 'Hi Ana',
  parts: { encoding: 'gsm-7', units: 6, parts: 1 },
  tags: { deliveryId: 'e_1-hello-1' },
};
const accepted: Behaviour = { status: 200, body: '{"MessageId":"m-1"}' };

/** moto has no End User Messaging: this provider speaks its protocol, JSON 1.0. */
async function send(
  behaviour: Behaviour,
  message: SmsMessage = aText,
  options: Partial<TextOptions> = {},
): Promise<{ outcome: HandOver; asked: { [key: string]: unknown } }> {
  const provider = await aFaultyProvider(behaviour);
  const client = new PinpointSMSVoiceV2Client({ ...onceOptions, ...someone, endpoint: provider.endpoint });
  const outcome = await sendText({ client, poolId: 'pool-1', configurationSet: 'texts', ...options })(
    'e_1-hello-1',
    message,
  );
  provider.stop();
  expect(provider.asked).toHaveLength(1);
  return { outcome, asked: JSON.parse(provider.asked[0] ?? '{}') as { [key: string]: unknown } };
}
const anError = (name: string, reason?: string): Behaviour => ({
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify({ __type: name, Message: 'no', ...(reason !== undefined && { Reason: reason }) }),
});

describe('a text', () => {
  it('goes to one number from the pool, with its delivery to come back with the reports', async () => {
    const { outcome, asked } = await send(accepted);
    expect(outcome).toEqual({ kind: 'accepted', providerId: 'm-1' });
    expect(asked).toEqual({
      DestinationPhoneNumber: '+4915112345678',
      OriginationIdentity: 'pool-1',
      ConfigurationSetName: 'texts',
      MessageBody: 'Hi Ana',
      MessageType: 'PROMOTIONAL',
      TimeToLive: 86_400,
      Context: { deliveryId: 'e_1-hello-1' },
    });
  });

  it('is transactional where it says so, and goes nowhere in a dry run', async () => {
    const { asked } = await send(accepted, { ...aText, purpose: 'transactional' }, { isDryRun: true });
    expect(asked).toMatchObject({ MessageType: 'TRANSACTIONAL', DryRun: true });
  });

  it.each([
    ['ValidationException', 'INVALID_PARAMETER', true],
    ['ConflictException', 'DESTINATION_PHONE_NUMBER_OPTED_OUT', true],
    ['ConflictException', 'DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION', true],
    ['ConflictException', 'DESTINATION_PHONE_NUMBER_NOT_VERIFIED', false],
    ['ServiceQuotaExceededException', 'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT', false],
    ['AccessDeniedException', 'ACCOUNT_DISABLED', false],
  ])('is refused for certain by %s %s; for ever: %s', async (name, reason, isPermanent) => {
    const { outcome } = await send(anError(name, reason));
    expect(outcome).toEqual({ kind: 'refused', reason: `${name} ${reason}`, isPermanent });
  });

  it('is refused for a while by a throttle, and unknown after an internal error', async () => {
    expect((await send(anError('ThrottlingException'))).outcome).toEqual({
      kind: 'refused',
      reason: 'ThrottlingException',
      isPermanent: false,
    });
    const broken = await send({ status: 500, body: '{"__type":"InternalServerException"}' });
    expect(broken.outcome).toEqual({ kind: 'unknown', reason: 'InternalServerException (500)' });
  });
});
