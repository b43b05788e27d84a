import { createTransport } from 'nodemailer';
import type { EmailMessage } from '../../../core/message/message.ts';
import type { Turn } from '../../../core/ports.ts';
import { Turns } from './turns.ts';

/** What became of one hand-over; only a definite refusal may be tried again. */
export type HandOverOutcome =
  | { readonly kind: 'accepted'; readonly providerId?: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly isDefinite: true }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Hands email to an SMTP server. */
export interface Smtp {
  /** Waits for a connection that nobody else has a turn on. */
  turn(mostMs: number): Promise<Turn | undefined>;
  /** One attempt; never throws for what the network or the server does. */
  send(message: EmailMessage): Promise<HandOverOutcome>;
  /** Ends the pooled connections. */
  close(): void;
}

/** How long each phase may take; a server that is slower than the last one leaves the outcome unknown. */
export interface SmtpTimeouts {
  readonly connectMs: number;
  readonly greetingMs: number;
  readonly silenceMs: number;
}
const usualTimeouts: SmtpTimeouts = { connectMs: 5_000, greetingMs: 5_000, silenceMs: 30_000 };
const connections = 5;

/** Whether a byte of the message itself was asked for: before that, nothing can have been accepted. */
interface Attempt {
  hasContentLeft: () => boolean;
}

/**
 * A pool of connections to `smtp://` or `smtps://` with user and password in the URL. nodemailer sets TCP_NODELAY on its
 * sockets, without which Nagle's algorithm and delayed acknowledgements cost 40 ms a mail.
 */
export function createSmtp(url: string, timeouts: SmtpTimeouts = usualTimeouts): Smtp {
  const attempts = new Map<string, Attempt>();
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    maxMessages: Infinity,
    // The pool's own retries would be a second hand-over that nobody authorised.
    maxRequeues: 0,
    connectionTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.greetingMs,
    socketTimeout: timeouts.silenceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  transport.use('stream', (mail, done) => {
    const create = mail.message.createReadStream.bind(mail.message);
    const attempt = attempts.get(mail.message.messageId());
    mail.message.createReadStream = (options) => {
      const stream = create(options);
      if (attempt) attempt.hasContentLeft = () => stream.readableDidRead;
      return stream;
    };
    done();
  });
  const turns = new Turns(connections);
  return {
    turn: (mostMs) => turns.take(mostMs),
    send: (message) => handOver(transport, attempts, message),
    close: () => transport.close(),
  };
}

async function handOver(
  transport: Pick<ReturnType<typeof createTransport>, 'sendMail'>,
  attempts: Map<string, Attempt>,
  message: EmailMessage,
): Promise<HandOverOutcome> {
  const messageId = `<${message.tags.deliveryId}@${domainOf(message.from)}>`;
  const attempt: Attempt = { hasContentLeft: () => false };
  attempts.set(messageId, attempt);
  try {
    const info = await transport.sendMail({
      messageId,
      from: message.from,
      // As an object, so that a comma in it does not make two recipients.
      to: { name: '', address: message.to },
      ...(message.replyTo !== undefined && { replyTo: message.replyTo }),
      subject: message.subject,
      html: message.html,
      text: message.text,
      headers: { ...message.headers, 'X-Sojourn-Delivery': message.tags.deliveryId },
    });
    return { kind: 'accepted', providerId: info.messageId };
  } catch (error) {
    return outcomeOf(error, attempt.hasContentLeft());
  } finally {
    attempts.delete(messageId);
  }
}

const domainOf = (from: string): string => /@([\w.-]+)/.exec(from)?.[1] ?? 'localhost';

/**
 * A reply of 4xx or 5xx says that the server did not take the message, and so does any failure before its content was
 * asked for. After that, silence and broken connections leave open whether it did.
 */
function outcomeOf(error: unknown, hasContentLeft: boolean): HandOverOutcome {
  const { code, responseCode } = describe(error);
  const reason = responseCode === undefined ? (code ?? 'unreachable') : `replied ${responseCode}`;
  if (responseCode !== undefined || !hasContentLeft) return { kind: 'refused', reason, isDefinite: true };
  return { kind: 'unknown', reason };
}

function describe(error: unknown): { code?: string; responseCode?: number } {
  if (!(error instanceof Error)) return {};
  const code = 'originalCode' in error ? error.originalCode : 'code' in error ? error.code : undefined;
  const responseCode = 'responseCode' in error ? error.responseCode : undefined;
  return {
    ...(typeof code === 'string' && { code }),
    ...(typeof responseCode === 'number' && responseCode >= 400 && { responseCode }),
  };
}
