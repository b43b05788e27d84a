import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';

/** Logs carry ids and reasons; never traits, addresses or properties. */
export const logger = new Logger();
/** What is done when a call is over, however it went. */
export const atEnd: (() => void)[] = [];

/** What Lambda calls. */
export type Handler<Event, Answer> = (event: Event, context: Context) => Promise<Answer>;

const end = (): void => {
  for (const one of atEnd) one();
};

/** A handler with the edges that all of ours have: a log context per request, and what is done at its end. */
export const observed = <Event, Answer>(handle: Handler<Event, Answer>): Handler<Event, Answer> =>
  middy<Event, Answer>()
    .use(injectLambdaContext(logger, { clearState: true }))
    .use({ after: end, onError: end })
    .handler(handle) as unknown as Handler<Event, Answer>;

/**
 * A handler of a queue: each message by itself, and those that failed come again, up to the queue's dead letters.
 * @param parse what a body must be; one that cannot be read fails like any other
 */
export function takesMessages<T>(
  parse: (body: unknown) => T,
  take: (task: T, leftMs: () => number) => Promise<unknown>,
): Handler<SQSEvent, SQSBatchResponse> {
  const processor = new BatchProcessor(EventType.SQS);
  const one = async ({ body, messageId }: SQSRecord, context?: Context): Promise<void> => {
    try {
      await take(parse(JSON.parse(body) as unknown), () => context?.getRemainingTimeInMillis() ?? Infinity);
    } catch (error) {
      logger.error('A message could not be carried out.', { messageId, reason: sayingOf(error) });
      throw error;
    }
  };
  return observed((event, context) =>
    processPartialResponse(event, one, processor, { context, throwOnFullBatchFailure: false }),
  );
}

/** An error by its name and message: ours hold ids and reasons only. */
export const sayingOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
