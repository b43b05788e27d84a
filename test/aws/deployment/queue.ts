import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** One queue on moto. */
export class Queue {
  readonly arn: string;
  private readonly client: SQSClient;
  private readonly url: string;
  constructor(client: SQSClient, url: string, arn: string) {
    this.client = client;
    this.url = url;
    this.arn = arn;
  }
  get isFifo(): boolean {
    return this.arn.endsWith('.fifo');
  }
  async send(body: string): Promise<void> {
    await this.client.send(new SendMessageCommand({ QueueUrl: this.url, MessageBody: body }));
  }
  async receive(most: number): Promise<readonly Message[]> {
    const asked = { QueueUrl: this.url, MaxNumberOfMessages: most, WaitTimeSeconds: 0 };
    return (await this.client.send(new ReceiveMessageCommand(asked))).Messages ?? [];
  }
  async delete({ ReceiptHandle }: Message): Promise<void> {
    await this.client.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle }));
  }
}
