import { randomUUID } from 'node:crypto';
import { checkValues } from '../../../core/event/check-values.ts';
import { callTypes, type CallType, type Message, type Trust } from '../../../core/event/event.ts';
import { parseMessage, type Arrival } from '../../../core/event/parse-message.ts';
import type { MessageRefusal } from '../../../core/event/refusal.ts';
import { StoreContended, StoreUnavailable } from '../../../core/failures.ts';
import { isObject, type JsonObject } from '../../../core/json.ts';
import type { Clock } from '../../../core/ports.ts';
import { limits, type BatchItem } from '../../api.ts';
import {
  busy,
  encodingUnsupported,
  json,
  preflight,
  refused,
  statusOf,
  success,
  tooLarge,
  unauthorized,
  type IntakeResponse,
} from './intake-answers.ts';
import { keyOf, packingOf, parseJson, unpacked } from './intake-body.ts';

/** What became of a message; of one of which nothing is kept, as it is about somebody erased, whether it had come before. */
type TakenItem = BatchItem & { readonly isAgain?: true };

/** What the intake needs of the system behind it. */
export interface IntakeOptions {
  readonly accept: (messages: readonly Message[]) => Promise<readonly TakenItem[]>;
  /** Answers once what was accepted cannot be lost. */
  readonly durable: () => Promise<void>;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** An id for a message that has none; later ones sort after earlier ones. */
  readonly newMessageId: (nowMs: number) => string;
  /** Whom a write key belongs to; `undefined` for a wrong one. */
  readonly trustOf: (writeKey: string) => Trust | undefined;
  /** Ids of the workspace's topics now; none where they are left out. */
  readonly topics?: () => readonly string[];
  /** Requests under way at once, beyond which a caller is asked to come again. */
  readonly mostAtOnce: number;
  /** Where an unexpected error goes; the caller only hears its request id. */
  readonly onError: (error: unknown, requestId: string) => void;
}

/** What of a request can be judged before any of its body is read. */
export interface IntakeHead {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  /** `Content-Encoding`: gzip, or none. */
  readonly encoding?: string | undefined;
  /** `Content-Length`, where it was told. */
  readonly bytes?: number | undefined;
}
/** A request, whatever server took it. */
export interface IntakeRequest extends IntakeHead {
  /** `undefined` where it was larger than `mostBytes`. */
  readonly body: Uint8Array | undefined;
}
/** A request whose body may come. It counts as under way until it is finished or dropped: one of them, once. */
export interface Admission {
  readonly call: CallType | 'batch';
  /** Beyond these a reader stops, and finishes without a body. */
  readonly mostBytes: number;
  readonly isPacked: boolean;
  /** `undefined` where the key is to be looked for in the body. */
  readonly trust: Trust | undefined;
}

/** What gzip may add to a body that cannot be made smaller: its header, its end, 5 bytes for each block. */
const packingBytes = 1_024;

/** The Segment-shaped intake: `POST /v1/<call>`. Every answer is JSON, and every refusal has a code and a path. */
export class Intake {
  private readonly options: IntakeOptions;
  private underWay = 0;

  constructor(options: IntakeOptions) {
    this.options = options;
  }

  /** Answers a request that was read as a whole. */
  async handle(request: IntakeRequest): Promise<IntakeResponse> {
    const admitted = this.admit(request);
    return 'status' in admitted ? admitted : this.finish(admitted, request.body);
  }

  /** Address, method, key, size and room, before a byte of the body is read: a stranger with a key of their own costs nothing. */
  admit({ method, path, authorization, encoding, bytes = 0 }: IntakeHead): Admission | IntakeResponse {
    const call = /^\/v1\/([a-z]+)\/?$/.exec(path)?.[1];
    if (!isCall(call))
      return refused(
        404,
        'not_found',
        `There is no ${path}.`,
        '',
        'The calls are /v1/identify, track, page, screen, group, alias and batch.',
      );
    // Browsers ask first; keys travel in a header of their own and not in cookies, so any page may ask.
    if (method === 'OPTIONS') return preflight;
    if (method !== 'POST')
      return refused(405, 'method_not_allowed', 'The intake takes POST.', '', undefined, { allow: 'POST' });
    const key = keyOf(authorization);
    const trust = key === undefined ? undefined : this.options.trustOf(key);
    if (key !== undefined && !trust) return unauthorized();
    const packing = packingOf(encoding);
    if (packing === 'unknown') return encodingUnsupported();
    const isPacked = packing === 'gzip';
    const mostBytes = bytesOf(call) + (isPacked ? packingBytes : 0);
    if (bytes > mostBytes) return tooLarge(call);
    // Who shows no key in the header may have it in the body, or may have none: half of the room is not for them.
    const room = trust ? this.options.mostAtOnce : Math.ceil(this.options.mostAtOnce / 2);
    if (this.underWay >= room) return busy(503, 'overloaded', 'Too many requests are under way.');
    this.underWay++;
    return { call, mostBytes, isPacked, trust };
  }

  /** Takes the body of an admitted request; `undefined` for one that was too large. */
  async finish(admission: Admission, body: Uint8Array | undefined): Promise<IntakeResponse> {
    try {
      return body ? await this.take(admission, body) : tooLarge(admission.call);
    } catch (error) {
      return this.failed(error);
    } finally {
      this.underWay--;
    }
  }

  /** Makes room again where the body of an admitted request never came to its end. */
  drop(): void {
    this.underWay--;
  }

  private failed(error: unknown): IntakeResponse {
    if (error instanceof StoreContended) return busy(429, 'contended', 'This person is written to by many at once.');
    if (error instanceof StoreUnavailable) return busy(503, 'unavailable', 'The store did not answer.');
    const requestId = randomUUID();
    this.options.onError(error, requestId);
    return refused(500, 'internal', 'Something went wrong here; it was logged.', '', undefined, {}, requestId);
  }

  private async take({ call, isPacked, trust: known }: Admission, given: Uint8Array): Promise<IntakeResponse> {
    const limit = bytesOf(call);
    const bytes = isPacked ? unpacked(given, limit) : given;
    if (bytes && 'status' in bytes) return bytes;
    if (!bytes || bytes.byteLength > limit) return tooLarge(call);
    const body = parseJson(bytes);
    if (body === undefined)
      return refused(400, 'invalid_json', 'The body is not JSON.', '', 'Send one JSON object in UTF-8.');
    const inBody = isObject(body) && typeof body['writeKey'] === 'string' ? body['writeKey'] : '';
    const trust = known ?? this.options.trustOf(inBody);
    if (!trust) return unauthorized();
    return call === 'batch' ? this.takeBatch(body, trust, bytes.byteLength) : this.takeOne(call, body, trust);
  }

  private async takeOne(type: CallType, body: unknown, trust: Trust): Promise<IntakeResponse> {
    const parsed = parseMessage(body, this.arrival(trust, { type }));
    if ('refusal' in parsed) {
      const { code, message, path, suggestion } = parsed.refusal;
      return refused(statusOf(code), code, message, path, suggestion);
    }
    await this.options.accept([parsed.message]);
    await this.options.durable();
    return success;
  }

  private arrival(trust: Trust, more: Partial<Arrival>): Arrival {
    const receivedMs = this.options.clock.nowMs();
    const { newMessageId, topics } = this.options;
    return {
      receivedMs,
      trust,
      newMessageId: () => newMessageId(receivedMs),
      ...(topics && { topics }),
      ...more,
    };
  }

  private async takeBatch(body: unknown, trust: Trust, bytes: number): Promise<IntakeResponse> {
    const items = isObject(body) ? body['batch'] : undefined;
    if (!Array.isArray(items)) return refused(422, 'batch_missing', 'A batch needs a list of messages.', 'batch');
    if (items.length > limits.batchItems)
      return refused(
        413,
        'batch_too_large',
        `A batch holds at most ${limits.batchItems} messages.`,
        'batch',
        'Send several batches.',
      );
    const { context, sentAt } = body as { readonly context?: unknown; readonly sentAt?: unknown };
    const found = checkContext(context);
    if (found) return refused(422, found.code, found.message, found.path, found.suggestion);
    const arrival = this.arrival(trust, { ...(isObject(context) && { context: context as JsonObject }), sentAt });
    const results: BatchItem[] = new Array<BatchItem>(items.length);
    const messages: Message[] = [];
    const places: number[] = [];
    (items as readonly unknown[]).forEach((item, index) => {
      // Parsed first: what is nested too deep to be measured is refused by then.
      const read = parseMessage(item, arrival);
      const parsed =
        bytes > limits.eventBytes && 'message' in read && isTooLarge(item) ? { refusal: eventTooLarge } : read;
      if ('refusal' in parsed) results[index] = rejected(item, index, parsed.refusal);
      else {
        messages.push(parsed.message);
        places.push(index);
      }
    });
    const accepted = messages.length === 0 ? [] : await this.options.accept(messages);
    accepted.forEach(({ status, isAgain, ...rest }, at) => {
      // No caller is told who was erased: they hear what they would hear of anybody.
      const told = status === 'erased' ? (isAgain ? 'duplicate' : 'accepted') : status;
      results[places[at]!] = { ...rest, status: told };
    });
    await this.options.durable();
    return { status: 200, headers: json, body: JSON.stringify({ success: true, results }) };
  }
}

const isCall = (call: string | undefined): call is Admission['call'] =>
  call === 'batch' || callTypes.some((type) => type === call);
const bytesOf = (call: Admission['call']): number => (call === 'batch' ? limits.batchBytes : limits.eventBytes);

/** What no item of a batch may hold, its context may not bring in. */
function checkContext(context: unknown): MessageRefusal | undefined {
  if (context === undefined || context === null) return undefined;
  if (isObject(context)) return checkValues({ context });
  return { code: 'field_invalid', message: 'context must be an object.', path: 'context' };
}

const eventTooLarge: MessageRefusal = {
  code: 'event_too_large',
  message: `An event holds at most ${limits.eventBytes} bytes.`,
  path: '',
};
const isTooLarge = (item: unknown): boolean => Buffer.byteLength(JSON.stringify(item) ?? '') > limits.eventBytes;

function rejected(item: unknown, index: number, refusal: MessageRefusal): BatchItem {
  const messageId = isObject(item) && typeof item['messageId'] === 'string' ? item['messageId'].slice(0, 100) : '';
  const path = `batch.${index}${refusal.path ? `.${refusal.path}` : ''}`;
  return { messageId, status: 'rejected', error: { ...refusal, path } };
}
