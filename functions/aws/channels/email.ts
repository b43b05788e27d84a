import { SendEmailCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import MimeNode from 'nodemailer/lib/mime-node';
import type { EmailMessage } from '../../../core/message/message.ts';
import type { HandOver } from '../../../core/ports.ts';
import { askOnce, type ProviderError } from './ask-once.ts';

export interface EmailOptions {
  /** Of `onceOptions`. */
  readonly client: SESv2Client;
  /** Names of the configuration sets, which keep the streams' reputations apart. */
  readonly configurationSets: { readonly marketing: string; readonly transactional: string };
}

/** What a message is refused for as often as it is sent; the rest of class 4 is the operator's to put right. */
const permanent = new Set(['MessageRejected', 'BadRequestException', 'InvalidParameterValue', 'ValidationException']);
const isPermanent = ({ name }: ProviderError): boolean => permanent.has(name);

/** Exactly one address, and one that SES can write to: it takes no quoted local parts. */
const oneAddress = /^[^\s@"<>(),:;[\]\\]+@[^\s@"<>(),:;[\]\\]+$/;

/** Email through SES, as MIME of our own, so that its headers are ours. */
export const sendEmail =
  ({ client, configurationSets }: EmailOptions) =>
  async (deliveryId: string, message: EmailMessage): Promise<HandOver> => {
    if (!oneAddress.test(message.to)) return { kind: 'refused', reason: 'not-an-address', isPermanent: true };
    const mime = mimeOf(deliveryId, message);
    const data = await mime.build().catch(() => undefined);
    if (!data) return { kind: 'refused', reason: 'not-a-message', isPermanent: true };
    // Only marketing has the unsubscribe headers.
    const isMarketing = message.headers['List-Unsubscribe'] !== undefined;
    const command = new SendEmailCommand({
      // The recipients are these, whatever the headers say.
      Destination: { ToAddresses: mime.getEnvelope().to },
      Content: { Raw: { Data: data } },
      // A delivery id has only characters that a tag may have.
      EmailTags: [{ Name: 'deliveryId', Value: deliveryId }],
      ConfigurationSetName: isMarketing ? configurationSets.marketing : configurationSets.transactional,
    });
    return askOnce((abortSignal) => client.send(command, { abortSignal }), isPermanent);
  };

/** The message as it travels; SES puts a Message-ID of its own in the place of ours. */
export function mimeOf(deliveryId: string, message: EmailMessage): MimeNode {
  const root = new MimeNode('multipart/alternative', { disableFileAccess: true, disableUrlAccess: true });
  const header = (key: string, value: string): MimeNode => root.setHeader(key, value);
  header('From', mailbox(message.from));
  header('To', message.to);
  if (message.replyTo !== undefined) header('Reply-To', mailbox(message.replyTo));
  header('Subject', message.subject);
  for (const name in message.headers) header(name, message.headers[name] ?? '');
  header('X-Sojourn-Delivery', deliveryId);
  // The last alternative is the one preferred (RFC 2046, section 5.1.4).
  root.createChild('text/plain; charset=utf-8').setContent(message.text);
  root.createChild('text/html; charset=utf-8').setContent(message.html);
  return root;
}

/** One mailbox, whatever its name is: a comma in it would make two. */
function mailbox(text: string): string {
  const [, name, address] = /^(.*)<([^<>]*)>\s*$/s.exec(text) ?? [];
  if (name === undefined || address === undefined || name.trim() === '') return text;
  return `"${name.replace(/["\\\p{Cc}]/gu, ' ').trim()}" <${address}>`;
}
