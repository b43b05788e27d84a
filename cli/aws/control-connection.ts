import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { isObject } from '../../core/json.ts';
import { AnswerRefused, type Connection } from '../connection.ts';
import { asked, CannotRun } from './cannot-run.ts';
import { clientOf, outputOf, outputsOf, type Where } from './deployed.ts';

/** The function answers within half a minute. */
const patienceMs = 60_000;

/** Speaks to the function that pauses and stops, as the HTTP API would. @throws CannotRun */
export async function connectToAws(where: Where): Promise<Connection> {
  const name = outputOf(await outputsOf(where, 'App'), 'ControlFunction');
  const client = new LambdaClient({ ...clientOf(where), requestHandler: { requestTimeout: patienceMs } });
  const ask = async (method: string, path: string, body?: string): Promise<unknown> => {
    const doing = `call the function ${name}`;
    const { FunctionError, Payload } = await asked(
      { doing, action: 'lambda:InvokeFunction' },
      client.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(httpEvent(method, path, body)) })),
    );
    const answer: unknown = JSON.parse(Payload?.transformToString() ?? 'null');
    if (FunctionError !== undefined || !isObject(answer) || typeof answer['statusCode'] !== 'number')
      throw new CannotRun('function-failed', doing, 'it failed.', 'Its log says why.');
    return bodyOf(answer['statusCode'], answer['body']);
  };
  return {
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
    close: async () => client.destroy(),
  };
}

/** A request as an HTTP API hands it to a function (payload format 2.0). */
const httpEvent = (method: string, path: string, body: string | undefined): object => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: '',
  headers: { 'content-type': 'application/json' },
  requestContext: { http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'sojourn' } },
  ...(body !== undefined && { body }),
  isBase64Encoded: false,
});

function bodyOf(status: number, text: unknown): unknown {
  const body: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
  if (status < 300) return body;
  const error = isObject(body) && isObject(body['error']) ? body['error'] : {};
  const said = [error['message'], error['suggestion']].filter((part) => typeof part === 'string').join(' ');
  throw new AnswerRefused(status, said);
}
