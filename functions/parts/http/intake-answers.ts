import { randomUUID } from 'node:crypto';
import type { MessageRefusal } from '../../../core/event/refusal.ts';
import { limits, retryAfterSeconds } from '../../api.ts';

/** An answer of the intake, whatever server gives it. */
export interface IntakeResponse {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

export const json = { 'content-type': 'application/json; charset=utf-8', 'access-control-allow-origin': '*' };
export const preflight: IntakeResponse = {
  status: 204,
  headers: {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '86400',
  },
  body: '',
};
/** What a call that was taken hears. */
export const success: IntakeResponse = { status: 200, headers: json, body: '{"success":true}' };
/** The status of a refusal. */
export const statusOf = (code: MessageRefusal['code']): number =>
  code === 'invalid_json' || code === 'body_invalid'
    ? 400
    : code === 'event_too_large' || code === 'batch_too_large'
      ? 413
      : 422;

/** An answer that is no success: status, code, sentence, where, and what would help. */
export function refused(
  status: number,
  code: string,
  message: string,
  path?: string,
  suggestion?: string,
  headers: { readonly [name: string]: string } = {},
  requestId: string = randomUUID(),
): IntakeResponse {
  const error = { code, message, path: path ?? '', ...(suggestion !== undefined && { suggestion }), requestId };
  return { status, headers: { ...json, ...headers }, body: JSON.stringify({ error }) };
}

export const unauthorized = (): IntakeResponse =>
  refused(
    401,
    'unauthorized',
    'The write key is missing or wrong.',
    'authorization',
    'Send the write key as the user name of Basic authentication.',
    { 'www-authenticate': 'Basic realm="sojourn"' },
  );
export const busy = (status: number, code: string, message: string): IntakeResponse =>
  refused(status, code, message, '', 'Send it again after a moment; nothing is stored twice.', {
    'retry-after': String(retryAfterSeconds),
  });
export const tooLarge = (call: string): IntakeResponse =>
  call === 'batch'
    ? refused(413, 'batch_too_large', `A batch holds at most ${limits.batchBytes} bytes.`, '', 'Send several batches.')
    : refused(
        413,
        'event_too_large',
        `An event holds at most ${limits.eventBytes} bytes.`,
        '',
        'Send less with each event.',
      );
export const encodingUnsupported = (): IntakeResponse =>
  refused(
    415,
    'encoding_unsupported',
    'The body is packed in a way not known here.',
    'content-encoding',
    'Send it as it is, or with gzip.',
  );
