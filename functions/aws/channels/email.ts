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

/** Email through SES, as MIME of our own, so that its headers are ours. */
export const sendEmail =
  ({ client, configurationSets }: EmailOptions) =>
  async (deliveryId: string, message: EmailMessage): Promise<HandOver> => {
    const mail = await composed(deliveryId, message);
    if (!mail) return { kind: 'refused', reason: 'not-a-message', isPermanent: true };
    // Only marketing has the unsubscribe headers.
    const isMarketing = message.headers['List-Unsubscribe'] !== undefined;
    const command = new SendEmailCommand({
      // The recipients are these, whatever the headers say.
      Destination: { ToAddresses: mail.to },
      Content: { Raw: { Data: mail.raw } },
      // A delivery id has only characters that a tag may have.
      EmailTags: [{ Name: 'deliveryId', Value: deliveryId }],
      ConfigurationSetName: isMarketing ? configurationSets.marketing : configurationSets.transactional,
    });
    return askOnce((abortSignal) => client.send(command, { abortSignal }), isPermanent);
  };

async function composed(deliveryId: string, message: EmailMessage) {
  try {
    const mime = mimeOf(deliveryId, message);
    return { to: mime.getEnvelope().to, raw: await mime.build() };
  } catch {
    return undefined;
  }
}

/**
 * The message as it travels; SES puts a Message-ID of its own in the place of ours.
 * @throws RangeError where recipient, sender or reply address is not one address
 */
export function mimeOf(deliveryId: string, message: EmailMessage): MimeNode {
  const root = new MimeNode('multipart/alternative', { disableFileAccess: true, disableUrlAccess: true });
  const header = (key: string, value: string): MimeNode => root.setHeader(key, value);
  header('From', mailbox(message.from));
  header('To', oneAddress(message.to));
  if (message.replyTo !== undefined) header('Reply-To', mailbox(message.replyTo));
  header('Subject', message.subject);
  for (const name in message.headers) header(name, message.headers[name] ?? '');
  header('X-Sojourn-Delivery', deliveryId);
  // The last alternative is the one preferred (RFC 2046, section 5.1.4).
  root.createChild('text/plain; charset=utf-8').setContent(message.text);
  root.createChild('text/html; charset=utf-8').setContent(message.html);
  return root;
}

/** `Name <address>` or an address alone: one mailbox, whatever its name is, since a comma in it would make two. */
function mailbox(text: string): string {
  const [, name = '', address = text] = /^(.*)<([^<>]*)>\s*$/s.exec(text) ?? [];
  return `"${name.replace(/["\\\p{Cc}]/gu, ' ').trim()}" <${oneAddress(address.trim())}>`;
}

/** SES takes no quoted local parts. Any Unicode space would be folded as if it were a blank, and end the header. */
function oneAddress(address: string): string {
  if (/^[^\s@"<>(),:;[\]\\\p{Cc}]+@[^\s@"<>(),:;[\]\\\p{Cc}]+$/u.test(address)) return address;
  throw new RangeError('An email address must be one address.');
}
