import type { IncomingMessage } from 'node:http';
import type { Asked } from '../../../core/enrollment/ask.ts';
import { checkValues } from '../../../core/event/check-values.ts';
import type { Json } from '../../../core/json.ts';
import type { WebhookMessage } from '../../../core/message/message.ts';
import { exchangeOnce } from './webhook-request.ts';
import { signedRequest, type WebhookOptions } from './webhook.ts';

/** Asks another system, and hears its answer; one request, never throws. */
export type Call = (askId: string, message: WebhookMessage) => Promise<Asked>;

/** An answer is kept with its enrollment, which is read at every step: what a step saves of it is a few values. */
const mostBytes = 65_536;

/** Answers that say "later"; 5xx are of this kind too, since a call that is repeated can be told by its id. */
const later = new Set([408, 425, 429]);

/**
 * Calls to other systems: requests signed as webhooks are, with `Sojourn-Request` in place of the delivery, the same on
 * every try. From the first look-up to the last byte of the answer a call takes 10 s at most: a touch has 60 s for all
 * that it does, and must be able to try one call after another.
 */
export const createCalls =
  ({ secrets, nowMs, ...reach }: WebhookOptions): Call =>
  async (askId, message) => {
    if (secrets.length === 0) return failed('no-signing-secret', false);
    const request = signedRequest(
      message,
      { accept: 'application/json', 'sojourn-request': askId },
      { secrets, nowMs },
    );
    const exchange = await exchangeOnce(request, reach);
    switch (exchange.kind) {
      case 'never':
        return failed(exchange.reason, true);
      case 'broken':
        return failed(exchange.reason, false);
      case 'answered':
        return heard(exchange.response);
    }
  };

const failed = (reason: string, isPermanent: boolean): Asked => ({ kind: 'failed', reason, isPermanent });

async function heard(response: IncomingMessage): Promise<Asked> {
  const status = response.statusCode ?? 0;
  if (status < 200 || status >= 300) {
    response.destroy();
    return failed(`replied ${status}`, status < 500 && !later.has(status));
  }
  try {
    return readAnswer(await textOf(response));
  } catch (error) {
    return failed(error instanceof Error && 'code' in error ? String(error.code) : 'broken-off', false);
  } finally {
    response.destroy();
  }
}

/** @returns undefined where it is longer than may be */
async function textOf(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readAnswer(text: string | undefined): Asked {
  if (text === undefined) return failed('answer-too-large', true);
  if (text.trim() === '') return { kind: 'answered', body: null };
  try {
    const body = JSON.parse(text) as Json;
    // What is saved of it lies beside events, and is held to the same.
    return checkValues([body]) ? failed('answer-unfit', true) : { kind: 'answered', body };
  } catch {
    return failed('answer-not-json', true);
  }
}
