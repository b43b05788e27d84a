import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { deliveryIdOf } from '../../../core/enrollment/delivery-id.ts';
import type { EmailMessage } from '../../../core/message/message.ts';
import { onceOptions } from '../../../functions/aws/channels/ask-once.ts';
import { mimeOf, sendEmail } from '../../../functions/aws/channels/email.ts';
import { runs } from '../../properties.ts';
import { motoData } from '../doubles/accounts.ts';
import { anAccount } from '../doubles/clients.ts';
import { aFaultyProvider, someone } from './faulty-provider.ts';

const anEmail = (given: Partial<EmailMessage> = {}): EmailMessage => ({
  channel: 'email',
  to: 'ana@example.com',
  from: 'Shop <hello@shop.example>',
  subject: 'Hi Ana',
  html: '<p>Grüße</p>',
  text: 'Grüße',
  headers: {
    'List-Unsubscribe': '<https://shop.example/u/1>',
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  },
  tags: { deliveryId: 'e_1-hello-1' },
  ...given,
});
const configurationSets = { marketing: 'marketing', transactional: 'transactional' };

interface Kept {
  readonly destinations: string;
  readonly raw_data: string;
}
/** What moto's SES has taken with a delivery's header. */
async function kept(deliveryId: string): Promise<readonly Kept[]> {
  const data = (await motoData(inject('moto'))) as { ses: { RawMessage?: readonly Kept[] } };
  return (data.ses.RawMessage ?? []).filter(({ raw_data }) => raw_data.includes(`X-Sojourn-Delivery: ${deliveryId}`));
}

/** Sends to a provider that takes everything, and gives what it was asked. */
async function asked(message: EmailMessage): Promise<{ [key: string]: unknown }> {
  const provider = await aFaultyProvider({ status: 200, body: '{"MessageId":"m-1"}' });
  const client = new SESv2Client({ ...onceOptions, ...someone, endpoint: provider.endpoint });
  await sendEmail({ client, configurationSets })('e_1-hello-1', message);
  provider.stop();
  return JSON.parse(provider.asked[0] ?? '{}') as { [key: string]: unknown };
}

describe('email through SES', () => {
  it('goes as one message with our headers to one recipient', async () => {
    const account = await anAccount();
    const client = new SESv2Client({ ...account, ...onceOptions });
    await client.send(new CreateEmailIdentityCommand({ EmailIdentity: 'hello@shop.example' }));
    const deliveryId = `e_${account.accountId}-hello-1`;
    const outcome = await sendEmail({ client, configurationSets })(deliveryId, anEmail());
    expect(outcome).toMatchObject({ kind: 'accepted' });
    const [message, ...more] = await kept(deliveryId);
    expect(more).toEqual([]);
    const raw = message?.raw_data ?? '';
    for (const line of [
      'From: Shop <hello@shop.example>',
      'To: ana@example.com',
      'Subject: Hi Ana',
      'List-Unsubscribe: <https://shop.example/u/1>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'Content-Type: multipart/alternative;',
    ])
      expect(raw).toContain(line);
    expect(raw.indexOf('text/plain')).toBeLessThan(raw.indexOf('text/html'));
  });

  it('is refused for ever from a sender that is not verified', async () => {
    const client = new SESv2Client({ ...(await anAccount()), ...onceOptions });
    const outcome = await sendEmail({ client, configurationSets })('e_1-hello-1', anEmail());
    expect(outcome).toEqual({ kind: 'refused', reason: 'MessageRejected', isPermanent: true });
  });

  it('carries its delivery in a tag, and the configuration set of what it is for', async () => {
    expect(await asked(anEmail())).toMatchObject({
      Destination: { ToAddresses: ['ana@example.com'] },
      EmailTags: [{ Name: 'deliveryId', Value: 'e_1-hello-1' }],
      ConfigurationSetName: 'marketing',
    });
    expect(await asked(anEmail({ headers: {} }))).toMatchObject({ ConfigurationSetName: 'transactional' });
  });

  it('writes a domain of another script as mail servers know it', async () => {
    expect(await asked(anEmail({ to: 'ana@büro.example' }))).toMatchObject({
      Destination: { ToAddresses: ['ana@xn--bro-hoa.example'] },
    });
  });

  it('has a tag that SES takes for every delivery id', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/);
    const enrollment = fc.stringMatching(/^e_[A-Za-z0-9_-]{20,29}$/);
    fc.assert(
      fc.property(enrollment, name, fc.nat(1_000), (enrollmentId, stepId, visit) => {
        expect(deliveryIdOf(enrollmentId, stepId, visit)).toMatch(/^[\w.@-]{1,256}$/);
      }),
      runs(2_000),
    );
  });

  it.each([
    'ana@example.com\u2028x',
    'ana@example.com, eve@example.com',
    'ana@example.com eve@example.com',
    '<ana@example.com>',
    'ana',
    '',
  ])('asks nobody where the address is not one: %j', async (to) => {
    const client = new SESv2Client({ ...onceOptions, ...someone, endpoint: 'http://127.0.0.1:1' });
    const outcome = await sendEmail({ client, configurationSets })('e_1-hello-1', anEmail({ to }));
    expect(outcome).toEqual({ kind: 'refused', reason: 'not-a-message', isPermanent: true });
  });
});

/** The header block, unfolded: names and values. */
function headersOf(raw: string): readonly (readonly [string, string])[] {
  const block = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  return block.split('\r\n').map((line) => {
    const at = line.indexOf(':');
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
  });
}
const usual = [
  'content-type',
  'date',
  'from',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'message-id',
  'mime-version',
  'reply-to',
  'subject',
  'to',
  'x-sojourn-delivery',
];

describe('the headers of an email', () => {
  const nasty = fc.array(
    fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      '\u2028',
      '\0',
      ': ',
      ',',
      ';',
      '<',
      '>',
      '"',
      '\\',
      '=?utf-8?q?',
      '?=',
      'Bcc: eve@example.com',
      ' ',
      'a',
      'ü',
      '日本',
      '😀',
    ),
    { maxLength: 12 },
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    nasty.map((parts) => parts.join('')),
  );

  /** Mostly one address, now and then none. */
  const address = fc.oneof(
    fc.constant('ana@example.com'),
    fc.stringMatching(/^[\S]{1,12}$/u).map((part) => `${part}@example.com`),
    text.map((part) => `${part}@example.com`),
  );
  const composed = (message: EmailMessage): ReturnType<typeof mimeOf> | undefined => {
    try {
      return mimeOf('e_1-hello-1', message);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      return undefined;
    }
  };

  it('are ours alone, each once, whatever subject, address, name and link say', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, text, address, async (subject, name, link, to) => {
        const message = anEmail({
          subject,
          to,
          from: `${name} <hello@shop.example>`,
          replyTo: `${name} <help@shop.example>`,
          headers: { 'List-Unsubscribe': `<https://shop.example/${link}>`, 'List-Unsubscribe-Post': link },
        });
        const mime = composed(message);
        if (!mime) return;
        const raw = (await mime.build()).toString('latin1');
        const headers = headersOf(raw);
        expect(headers.map(([key]) => key).filter((key) => !usual.includes(key))).toEqual([]);
        expect(new Set(headers.map(([key]) => key)).size).toBe(headers.length);
        expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      }),
      runs(4_000),
    );
  });

  it('name one sender, whatever its name is', () => {
    fc.assert(
      fc.property(text, (name) => {
        const mime = mimeOf('e_1-hello-1', anEmail({ from: `${name} <hello@shop.example>` }));
        expect(mime.getEnvelope().from).toBe('hello@shop.example');
        expect(mime.getAddresses().from).toHaveLength(1);
      }),
      runs(4_000),
    );
  });
});
