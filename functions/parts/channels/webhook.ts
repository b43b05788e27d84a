import { createHmac } from 'node:crypto';
import type { WebhookMessage } from '../../../core/message/message.ts';
import type { HandOver } from '../../../core/ports.ts';
import { requestOnce, type ForeignRequest, type Reach } from './webhook-request.ts';

export interface WebhookOptions extends Reach {
  /** Each request is signed with all of them, so that a receiver can go from one to the next. */
  readonly secrets: readonly string[];
  readonly nowMs: () => number;
}
/** Hands a webhook over; one request, never throws. */
export type SendWebhook = (deliveryId: string, message: WebhookMessage) => Promise<HandOver>;

/** Headers that are not a template's to set: the connection's own, and ours. */
const reserved =
  /^(?:host|connection|content-length|transfer-encoding|expect|upgrade|te|trailer|keep-alive|proxy-.*|sojourn-.*)$/;

/**
 * Webhooks that their receiver can trust: `Sojourn-Signature: t=<epoch seconds>,v1=<hex>[,v1=<hex>]` holds, for each
 * secret, the HMAC-SHA256 of `<t>.<body>`; `Sojourn-Delivery` is the same on every try, so that a repeat can be told.
 */
export const createWebhooks =
  ({ secrets, nowMs, ...reach }: WebhookOptions): SendWebhook =>
  (deliveryId, message) => {
    if (secrets.length === 0)
      return Promise.resolve({ kind: 'refused', reason: 'no-signing-secret', isPermanent: false });
    return requestOnce(signedRequest(message, { 'sojourn-delivery': deliveryId }, { secrets, nowMs }), reach);
  };

/** The request that a rendered webhook asks for, signed, with headers of ours beside the template's. */
export function signedRequest(
  { url, method, headers, body }: WebhookMessage,
  own: { readonly [name: string]: string },
  { secrets, nowMs }: Pick<WebhookOptions, 'secrets' | 'nowMs'>,
): ForeignRequest {
  // A body would be no part of what a GET asks for.
  const text = method === 'GET' ? '' : JSON.stringify(body);
  const seconds = Math.floor(nowMs() / 1_000);
  return {
    url,
    method,
    body: text,
    headers: {
      ...(text !== '' && { 'content-type': 'application/json' }),
      ...allowed(headers),
      ...own,
      'sojourn-signature': signature(secrets, seconds, text),
    },
  };
}

const allowed = (headers: WebhookMessage['headers']): { [name: string]: string } =>
  Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !reserved.test(name)),
  );

const signature = (secrets: readonly string[], seconds: number, body: string): string =>
  [`t=${seconds}`, ...secrets.map((secret) => `v1=${hmac(secret, `${seconds}.${body}`)}`)].join(',');

const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');
