import { randomUUID } from 'node:crypto';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** One queue on moto. */
export class Queue {
  readonly arn: string;
  readonly url: string;
  private readonly client: SQSClient;
  constructor(client: SQSClient, url: string, arn: string) {
    this.client = client;
    this.url = url;
    this.arn = arn;
  }
  get isFifo(): boolean {
    return this.arn.endsWith('.fifo');
  }
  async send(body: string): Promise<void> {
    const group = this.isFifo && { MessageGroupId: 'all', MessageDeduplicationId: randomUUID() };
    await this.client.send(new SendMessageCommand({ QueueUrl: this.url, MessageBody: body, ...group }));
  }
  async receive(most: number): Promise<readonly Message[]> {
    const asked = {
      QueueUrl: this.url,
      MaxNumberOfMessages: most,
      WaitTimeSeconds: 0,
      MessageSystemAttributeNames: ['ApproximateReceiveCount' as const],
    };
    return (await this.client.send(new ReceiveMessageCommand(asked))).Messages ?? [];
  }
  async delete({ ReceiptHandle }: Message): Promise<void> {
    await this.client.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle }));
  }
  /** Makes a message visible again that was received. */
  async release({ ReceiptHandle }: Message): Promise<void> {
    const now = { QueueUrl: this.url, ReceiptHandle, VisibilityTimeout: 0 };
    await this.client.send(new ChangeMessageVisibilityCommand(now));
  }
  /** How many messages it holds, those under way included. */
  async length(): Promise<number> {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes = {} } = await this.client.send(
      new GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: [...names] }),
    );
    return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  }
}
