import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { combined, type Alarms } from './alarms.ts';

/** SQS keeps a message for two weeks at most: the time there is to look at it. */
const kept = Duration.days(14);

/**
 * Where messages end that could not be carried out. The queues are shared, since each costs an alarm metric; every message
 * says where it came from, and "start message move task" without a destination puts it back there.
 */
export class DeadLetters extends Construct {
  /** Messages of the work queues that failed five times. */
  readonly work: Queue;
  /** The same for the FIFO queue of due minutes. */
  readonly wake: Queue;
  /** What never got as far as a queue or a function: rule and schedule targets, topics, asynchronous calls, stream batches. */
  readonly undelivered: Queue;
  /** All of them, with those that constructs keep for themselves. */
  readonly all: Queue[] = [];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.work = this.add(new Queue(this, 'Work', deadLetterQueue));
    this.wake = this.add(new Queue(this, 'Wake', { ...deadLetterQueue, fifo: true }));
    this.undelivered = this.addOwn(this, 'Undelivered');
    this.letServicesWrite();
  }

  /** A queue that only one construct writes to, with whole records that failed. */
  addOwn(scope: Construct, id: string): Queue {
    const queue = this.add(new Queue(scope, id, deadLetterQueue));
    Validations.of(queue).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'It is a dead letter queue itself.' });
    return queue;
  }

  /** What `sojourn redrive --work` moves back, by the name of an output. */
  get outputs(): Readonly<Record<string, string>> {
    return { WorkDeadLetters: this.work.queueArn, WakeDeadLetters: this.wake.queueArn };
  }

  /** Sets the alarm over all of them: at most ten metrics fit into one. */
  watch(alarms: Alarms): void {
    alarms.add({
      title: 'Dead letters',
      severity: 'page',
      metric: combined(
        'SUM',
        this.all.map((queue) => queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' })),
      ),
      threshold: 1,
    });
  }

  private add(queue: Queue): Queue {
    this.all.push(queue);
    return queue;
  }

  /** One statement per service: a queue policy holds twenty, so there cannot be one per rule. */
  private letServicesWrite(): void {
    const { partition, region, account } = Stack.of(this);
    this.allow('events', { ArnLike: { 'aws:SourceArn': `arn:${partition}:events:${region}:${account}:rule/*` } });
    for (const service of ['sns', 's3']) this.allow(service, { StringEquals: { 'aws:SourceAccount': account } });
  }

  private allow(service: string, conditions: Record<string, Record<string, string>>): void {
    this.undelivered.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`${service}.amazonaws.com`)],
        actions: ['sqs:SendMessage'],
        resources: [this.undelivered.queueArn],
        conditions,
      }),
    );
  }
}

const deadLetterQueue = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: kept } as const;
