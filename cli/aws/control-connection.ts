import { gzipSync } from 'node:zlib';
import { InvokeCommand, LambdaClient, type InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { isObject } from '../../core/json.ts';
import { AnswerRefused, type Connection } from '../connection.ts';
import { asked, CannotRun } from './cannot-run.ts';
import { clientOf, outputOf, outputsOf, type Where } from './deployed.ts';

/** Publishing counts who is inside, and has five minutes. */
const patienceMs = 310_000;
/** What a call of a function takes. */
const mostBytes = 6_000_000;

/** The output of the stack with the function that answers a path: one pauses, stops and moves people, one publishes and previews. */
function functionOf(path: string): string {
  if (/\/(pause|resume|stop|migrations|stops)$/.test(path)) return 'ControlFunction';
  if (/^\/api\/(plans|publications|drift)$|\/(versions|rollback|preview)$/.test(path)) return 'PublisherFunction';
  return 'ManagementFunction';
}

/** Speaks to the functions behind the management API, as an HTTP API would. @throws CannotRun */
export async function connectToAws(where: Where): Promise<Connection> {
  const outputs = await outputsOf(where, 'App');
  const client = new LambdaClient({ ...clientOf(where), requestHandler: { requestTimeout: patienceMs } });
  const ask = async (method: string, address: string, body?: string): Promise<unknown> => {
    const [path = '', query = ''] = address.split('?');
    const output = functionOf(path);
    const name = outputOf(outputs, output);
    const doing = `call the function ${name}`;
    const plain = httpEvent(method, path, query, body);
    const event = output === 'PublisherFunction' ? packed(plain) : plain;
    const Payload = JSON.stringify(event);
    if (Payload.length > mostBytes)
      throw new CannotRun(
        'documents-too-large',
        doing,
        `the documents are ${(Payload.length / 1e6).toFixed(1)} MB as they are sent, and a function takes 6.`,
        'Deploy them instead.',
      );
    const answered = await asked(
      { doing, action: 'lambda:InvokeFunction' },
      client.send(new InvokeCommand({ FunctionName: name, Payload })),
    );
    return read(answered, doing);
  };
  return {
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
    delete: (path) => ask('DELETE', path),
    close: async () => client.destroy(),
  };
}

function read({ FunctionError, Payload }: InvokeCommandOutput, doing: string): unknown {
  const answer: unknown = JSON.parse(Payload?.transformToString() ?? 'null');
  const { statusCode, body: text, errorMessage } = isObject(answer) ? answer : {};
  if (FunctionError !== undefined || typeof statusCode !== 'number')
    throw new CannotRun('function-failed', doing, saidOf(errorMessage), 'Its log says more.');
  const body: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
  if (statusCode < 300) return body;
  if (statusCode >= 500) throw new CannotRun('function-failed', doing, 'it failed.', lookFor(body));
  throw new AnswerRefused(statusCode, body);
}
/** Errors of ours hold ids and reasons; Lambda's own say that time or memory was over. */
const saidOf = (errorMessage: unknown): string =>
  typeof errorMessage === 'string' ? `it failed: ${errorMessage.replace(/\.?\s*$/, '')}.` : 'it failed.';
/** Where the reason of an answer is logged. */
function lookFor(body: unknown): string {
  const error = isObject(body) && isObject(body['error']) ? body['error'] : {};
  return `Its log says why, under the request ${String(error['requestId'] ?? '')}.`;
}

interface HttpEvent {
  readonly version: '2.0';
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: object;
  readonly requestContext: object;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}
/** A request as an HTTP API hands it to a function (payload format 2.0). */
const httpEvent = (method: string, path: string, query: string, body: string | undefined): HttpEvent => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: query,
  headers: { 'content-type': 'application/json' },
  requestContext: { http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'sojourn' } },
  ...(body !== undefined && { body }),
  isBase64Encoded: false,
});

/** A folder compresses to a fraction. */
const packed = ({ body, ...event }: HttpEvent): HttpEvent =>
  body === undefined ? event : { ...event, body: gzipSync(body).toString('base64'), isBase64Encoded: true };
