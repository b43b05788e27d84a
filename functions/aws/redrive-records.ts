import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type Message,
} from '@aws-sdk/client-sqs';
import type { DynamoDBRecord } from 'aws-lambda';
import { isObject } from '../../core/json.ts';
import type { RedriveAnswer, RedriveOptions } from './redrive.ts';
import { StreamRelay } from './relay.ts';
import { TaskInvalid } from './tasks.ts';

/** Messages of one request; SQS gives no more. */
const atOnce = 10;
/** A long poll asks all servers of SQS: an empty answer means an empty queue. */
const pollSeconds = 2;
/** For what was begun when time ran out; nobody else may take the message meanwhile. */
const graceSeconds = 60;

/**
 * Carries whole records again that the relay put aside. A message is deleted once its record was carried; one that fails
 * stays the message that it is, so that nothing is lost and nothing is there twice.
 */
export async function redriveRecords(options: RedriveOptions, untilMs: number): Promise<RedriveAnswer> {
  const { clock } = options;
  const relay = relayThatThrows(options);
  const failed: Message[] = [];
  let carried = 0;
  let isMore = true;
  while (isMore && clock.nowMs() < untilMs) {
    const messages = await receive(options, untilMs);
    isMore = messages.length > 0;
    const outcomes = await Promise.all(messages.map((message) => carryOne(options, relay, message)));
    carried += outcomes.filter(Boolean).length;
    failed.push(...messages.filter((_, index) => !outcomes[index]));
  }
  await showAgain(options, failed);
  return { carried, failed: failed.length, isMore };
}

/** The relay buries by sending a new message. Here the old one is still there: it stops before it would. */
function relayThatThrows(options: RedriveOptions): StreamRelay {
  return new StreamRelay({
    ...options,
    onDead: (_, error) => {
      throw error;
    },
  });
}

/** Hidden until this call is over for certain: a record that fails is met once in a call. */
async function receive({ queues, deadQueueUrl, clock }: RedriveOptions, untilMs: number): Promise<readonly Message[]> {
  const { Messages = [] } = await queues.send(
    new ReceiveMessageCommand({
      QueueUrl: deadQueueUrl,
      MaxNumberOfMessages: atOnce,
      WaitTimeSeconds: pollSeconds,
      VisibilityTimeout: Math.ceil((untilMs - clock.nowMs()) / 1_000) + graceSeconds,
    }),
  );
  return Messages;
}

async function carryOne(options: RedriveOptions, relay: StreamRelay, message: Message): Promise<boolean> {
  const { queues, deadQueueUrl, onFailed } = options;
  try {
    await relay.carry([recordOf(message.Body)]);
    await queues.send(new DeleteMessageCommand({ QueueUrl: deadQueueUrl, ReceiptHandle: message.ReceiptHandle }));
    return true;
  } catch (error) {
    onFailed(message.MessageId ?? '', error);
    return false;
  }
}

/** @throws TaskInvalid for what is no record: it must not be taken for one that has nothing to carry */
function recordOf(body: string | undefined): DynamoDBRecord {
  const record: unknown = JSON.parse(body ?? '');
  const change = isObject(record) ? record['dynamodb'] : undefined;
  if (isObject(change) && isObject(change['NewImage'])) return record as DynamoDBRecord;
  throw new TaskInvalid('A message of the relay’s dead letters is a whole record of the table’s stream.');
}

/** What failed need not stay hidden: once the cause is mended, the next call is to see it at once. */
async function showAgain({ queues, deadQueueUrl }: RedriveOptions, failed: readonly Message[]): Promise<void> {
  for (let at = 0; at < failed.length; at += atOnce) {
    const entries = failed
      .slice(at, at + atOnce)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
    // Whatever stays hidden comes back by itself.
    await queues
      .send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: deadQueueUrl, Entries: entries }))
      .catch(() => undefined);
  }
}
