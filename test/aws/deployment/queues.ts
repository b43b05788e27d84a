import type { Message } from '@aws-sdk/client-sqs';
import type { JsonObject } from '../../../core/json.ts';
import type { Functions } from './functions.ts';
import type { Queue } from './queue.ts';
import type { Situation } from './situation.ts';
import { region } from './template.ts';

type Failed = { readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[] };

/** Carries the template's queues to the functions that it maps to them, and what fails too often to the dead letters. */
export class Queues {
  /** Batches of which some messages failed and others did not. */
  partlyFailed = 0;
  private readonly situation: Situation;
  private readonly functions: Functions;
  private readonly byId: ReadonlyMap<string, Queue>;
  /** Those that may hold something: asking those that cannot takes most of the time. */
  private readonly filled = new Set<Queue>();

  /** @param byId each by its logical id */
  constructor(situation: Situation, functions: Functions, byId: ReadonlyMap<string, Queue>) {
    this.situation = situation;
    this.functions = functions;
    this.byId = byId;
  }
  private byArn(arn: string): Queue | undefined {
    return [...this.byId.values()].find((one) => one.arn === arn);
  }

  /** ARN of the queue at an address, whoever it was told to. */
  arnAt(url: string): string | undefined {
    return [...this.byId.values()].find((one) => url.endsWith(one.arn.split(':').at(-1)!))?.arn;
  }
  /** Takes a message to a queue; targets that are no queues are not carried out here. */
  async hand(arn: string, body: string): Promise<void> {
    const queue = this.byArn(arn);
    if (!queue) return;
    this.filled.add(queue);
    await queue.send(body);
  }
  /** Functions write to ordered queues by themselves: those may hold something now. */
  expectOrdered(): void {
    for (const queue of this.byId.values()) if (queue.isFifo) this.filled.add(queue);
  }

  /** @returns whether anything moved */
  async carry(): Promise<boolean> {
    const { templates } = this.situation;
    let hasMoved = false;
    for (const [, { Properties = {} }] of templates.ofType('AWS::Lambda::EventSourceMapping')) {
      const queue = this.byArn(templates.text(Properties['EventSourceArn']));
      if (!queue || !this.filled.has(queue)) continue;
      const messages = await queue.receive(Math.min(10, Number(Properties['BatchSize'] ?? 10)));
      if (messages.length === 0) this.filled.delete(queue);
      else await this.deliver(queue, messages, templates.functionOf(Properties['FunctionName']));
      hasMoved ||= messages.length > 0;
    }
    return hasMoved;
  }
  private async deliver(queue: Queue, messages: readonly Message[], name: string): Promise<void> {
    const Records = messages.map((message) => recordOf(queue, message));
    const answer = await this.functions.invoke(name, { Records }).then(
      (told) => told as Failed,
      (error: unknown): Failed => {
        if (!this.situation.isRedelivering) throw error;
        return { batchItemFailures: messages.map(({ MessageId = '' }) => ({ itemIdentifier: MessageId })) };
      },
    );
    const ids = new Set((answer.batchItemFailures ?? []).map((one) => one.itemIdentifier));
    const failed = messages.filter(({ MessageId = '' }) => ids.has(MessageId));
    if (failed.length > 0 && failed.length < messages.length) this.partlyFailed += 1;
    for (const message of messages) {
      if (failed.includes(message)) {
        const error = new Error(`A message failed: ${this.functions.logged(name).slice(-1_500)}`);
        this.situation.failures.push({ name, error });
        if (this.situation.isRedelivering && !(await this.isGivenUp(queue, message))) continue;
      }
      await queue.delete(message);
    }
  }
  /** Whether a message that failed went to the dead letters; else it is visible again. */
  private async isGivenUp(queue: Queue, message: Message): Promise<boolean> {
    const { templates } = this.situation;
    const [id = ''] = [...this.byId].find(([, one]) => one === queue)!;
    const [, { Properties = {} }] = templates.ofType('AWS::SQS::Queue').find(([one]) => one === id)!;
    const { deadLetterTargetArn, maxReceiveCount } = templates.resolve(Properties['RedrivePolicy']) as JsonObject;
    const isLast = Number(message.Attributes?.ApproximateReceiveCount) >= Number(maxReceiveCount);
    if (isLast) await this.byArn(String(deadLetterTargetArn))!.send(message.Body!);
    else await queue.release(message);
    return isLast;
  }

  /** Makes a message visible again that a function took, as it will be once its time is over. */
  async showAgain(url: string, ReceiptHandle: string): Promise<void> {
    const queue = [...this.byId.values()].find((one) => one.arn === this.arnAt(url));
    // One that was deleted meanwhile is nowhere.
    await queue?.release({ ReceiptHandle }).catch(() => undefined);
  }
  /** What lies in queues that no function reads. */
  async deadLetters(): Promise<readonly string[]> {
    const { templates } = this.situation;
    const mappings = templates.ofType('AWS::Lambda::EventSourceMapping');
    const read = new Set(mappings.map(([, { Properties = {} }]) => templates.text(Properties['EventSourceArn'])));
    const dead = [...this.byId].filter(([, { arn }]) => !read.has(arn));
    const found = await Promise.all(dead.map(async ([id, queue]) => [id, await queue.length()] as const));
    return found.flatMap(([id, length]) => (length > 0 ? [`${id}: ${length}`] : []));
  }
}

/** A message as Lambda hands it over. */
const recordOf = ({ arn }: Queue, { MessageId, Body, ReceiptHandle, Attributes }: Message): object => ({
  messageId: MessageId,
  receiptHandle: ReceiptHandle,
  body: Body,
  attributes: Attributes ?? {},
  messageAttributes: {},
  eventSource: 'aws:sqs',
  eventSourceARN: arn,
  awsRegion: region,
});
