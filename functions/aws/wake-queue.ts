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
    const tick = Math.floor(nowMs / 60_000);
    for (let from = 0; from < places.length; from += mostAtOnce) {
      const Entries = places.slice(from, from + mostAtOnce).map(({ minute, shard }, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify({ minute, shard }),
        MessageGroupId: `${minute}-${shard}`,
        MessageDeduplicationId: `${minute}-${shard}-${tick}`,
      }));
      const { Failed = [] } = await this.client.send(new SendMessageBatchCommand({ QueueUrl: this.url, Entries }));
      if (Failed.length > 0) throw new Error(`The wake queue refused ${Failed.length} messages: ${Failed[0]?.Code}.`);
    }
  }
}
