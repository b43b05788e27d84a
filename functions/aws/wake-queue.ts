import { randomUUID } from 'node:crypto';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DuePlace } from './due-rows.ts';

/** Messages of one request. */
const mostAtOnce = 10;

/** The FIFO queue of places that hold something due: of one place at most one message is under way. */
export class WakeQueue {
  private readonly client: SQSClient;
  private readonly url: string;
  constructor(client: SQSClient, url: string) {
    this.client = client;
    this.url = url;
  }

  /** @throws where one could not be told of: the tick comes again */
  async tell(places: readonly DuePlace[], nowMs: number): Promise<void> {
    // A tick that is tried again says the same; the next one says it anew, for what is still there then.
    await this.send(places, String(Math.floor(nowMs / 60_000)));
  }
  /** Tells of a place while a message of it is under way: it is handed out after that. */
  tellAgain(place: DuePlace): Promise<void> {
    return this.send([place], randomUUID());
  }

  private async send(places: readonly DuePlace[], occasion: string): Promise<void> {
    for (let from = 0; from < places.length; from += mostAtOnce) {
      const Entries = places.slice(from, from + mostAtOnce).map(({ minute, shard }, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify({ minute, shard }),
        MessageGroupId: `${minute}-${shard}`,
        MessageDeduplicationId: `${minute}-${shard}-${occasion}`,
      }));
      const { Failed = [] } = await this.client.send(new SendMessageBatchCommand({ QueueUrl: this.url, Entries }));
      if (Failed.length > 0) throw new Error(`The wake queue refused ${Failed.length} messages: ${Failed[0]?.Code}.`);
    }
  }
}
