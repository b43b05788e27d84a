import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { WakeQueue } from '../../functions/aws/wake-queue.ts';
import { atMs } from '../contracts/rows.ts';
import { anAccount } from './doubles/clients.ts';

let client: SQSClient;
let url: string;
let queue: WakeQueue;
beforeEach(async () => {
  client = new SQSClient(await anAccount());
  const made = await client.send(
    new CreateQueueCommand({ QueueName: 'wake.fifo', Attributes: { FifoQueue: 'true', VisibilityTimeout: '600' } }),
  );
  url = made.QueueUrl!;
  queue = new WakeQueue(client, url);
});

const received = async (): Promise<readonly string[]> => {
  const found: string[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    );
    if (Messages.length === 0) return found;
    found.push(...Messages.map(({ Body }) => Body!));
  }
};
const waiting = async (): Promise<number> => {
  const names = ['ApproximateNumberOfMessages'] as const;
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }),
  );
  return Number(Attributes?.[names[0]]);
};
const place = (minute: number, shard: number) => ({ minute, shard });

describe('the wake queue', () => {
  it('takes any number of places, each in a message of its own', async () => {
    const places = Array.from({ length: 23 }, (_, index) => place(Math.floor(index / 8), index % 8));
    await queue.tell(places, atMs);
    const found = (await received()).map((text) => JSON.parse(text) as unknown);
    expect(found).toHaveLength(23);
    expect(found).toEqual(expect.arrayContaining(places));
  });

  it('holds a place once however often one tick tells of it, and once more for the next tick', async () => {
    await queue.tell([place(1, 0), place(1, 1)], atMs);
    await queue.tell([place(1, 0), place(1, 1)], atMs + 59_999);
    expect(await waiting()).toBe(2);
    await queue.tell([place(1, 0)], atMs + 60_000);
    expect(await waiting()).toBe(3);
  });

  it('hands on nothing more of a place while one message of it is under way', async () => {
    await queue.tell([place(1, 0)], atMs);
    expect(await received()).toHaveLength(1);
    await queue.tell([place(1, 0), place(1, 1)], atMs + 60_000);
    expect(await received()).toEqual([JSON.stringify(place(1, 1))]);
  });

  it('hands a place on once more that was told of again meanwhile', async () => {
    await queue.tell([place(1, 0)], atMs);
    expect(await received()).toHaveLength(1);
    await queue.tellAgain(place(1, 0));
    await queue.tellAgain(place(1, 0));
    // The one that is under way and two more.
    expect(await waiting()).toBe(2);
  });

  it('that refuses a message of several fails the tick, which comes again', async () => {
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        Object.assign(result.output as object, { Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }] });
        return result;
      },
      { step: 'initialize' },
    );
    await expect(queue.tell([place(1, 0), place(1, 1)], atMs)).rejects.toThrow('refused 1 messages: InternalError');
  });

  it('is asked for nothing where nothing is due', async () => {
    await new WakeQueue(client, 'http://nowhere.invalid').tell([], atMs);
  });
});
