import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DoubleConfig } from './doubles/accounts.ts';

/** What becomes of one request: an answer of the service instead of its own, or an error instead of any. */
export interface Fault {
  /** Whether the service carries the request out before its answer is lost. */
  readonly isAfter?: boolean;
  readonly throws?: Error;
  readonly answers?: { readonly status: number; readonly body: object };
}

/** An answer as DynamoDB gives it: 400 for what names itself, 500 and 503 for what does not. */
export const answer = (name: string, more: object = {}, status = 400): Fault => ({
  answers: { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name, ...more } },
});
export const cancelled = (...codes: readonly string[]): Fault =>
  answer('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });
export const broken = (code: string, over: Fault = {}): Fault => ({
  throws: Object.assign(new Error(code), { code }),
  ...over,
});
export const timedOut: Fault = { throws: Object.assign(new Error('late'), { name: 'TimeoutError' }), isAfter: true };

/** A client of a double, of which a test decides what becomes of each request; `undefined` lets it pass. */
export function faultyClient(
  config: DoubleConfig,
  faultOf: (command: string, input: object) => Fault | undefined,
): DynamoDBClient {
  const client = new DynamoDBClient(config);
  // Innermost of its step, so that the SDK reads the answer as it reads those of the service.
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const fault = faultOf(context.commandName!.replace('Command', ''), args.input);
      if (!fault) return next(args);
      if (fault.isAfter) await next(args);
      if (fault.throws) throw fault.throws;
      const { status: statusCode, body } = fault.answers!;
      const response = { statusCode, headers: {}, body: Readable.from([Buffer.from(JSON.stringify(body))]) };
      return { response, output: undefined as never };
    },
    { step: 'deserialize', priority: 'low', name: 'fault' },
  );
  return client;
}
