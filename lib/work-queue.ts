import { Duration, Stack } from 'aws-cdk-lib';
import { CfnRule, type IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { factPaths, ruleRetries } from '../core/journey/entry-rule.ts';
import type { DeadLetters } from './dead-letters.ts';

/** Who does the work, and how much of it at once. */
export interface WorkQueueProps {
  /** Where goes what cannot be carried out. */
  readonly deadLetters: DeadLetters;
  /** Carries out the messages; says which of a batch failed. */
  readonly worker: Function;
  /** Batches under way at once, 2–1,000. @default 5: a new account has ten in all */
  readonly maxConcurrency?: number;
  /** Messages of one batch, 1–10. @default 10 */
  readonly batchSize?: number;
  /** Whether messages of one group keep their order, and equal ones within 5 minutes are one. @default false */
  readonly isFifo?: boolean;
}

/** A rule that puts what it matches on the queue. */
export interface QueueRuleProps {
  /** Whose events, in a few words. */
  readonly does: string;
  /** @default the account's default bus */
  readonly bus?: Pick<IEventBus, 'eventBusName'>;
  /** As EventBridge matches it. */
  readonly pattern: object;
  /** What the message is, with `<kind>` and `<detail>` in it. @default the whole event */
  readonly message?: string;
}

/** A queue of one kind of work, with its worker and its dead letters. */
export class WorkQueue extends Construct {
  /** The queue itself. */
  readonly queue: Queue;
  private readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const { deadLetters, worker, isFifo = false } = props;
    this.deadLetters = deadLetters;
    this.queue = new Queue(this, 'Queue', {
      ...(isFifo && { fifo: true }),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(4),
      // Six times the worker's own time, as Lambda asks for: a throttled batch is not handed out twice meanwhile.
      visibilityTimeout: Duration.seconds(6 * (worker.timeout?.toSeconds() ?? 30)),
      deadLetterQueue: { queue: isFifo ? deadLetters.wake : deadLetters.work, maxReceiveCount: 5 },
    });
    worker.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: props.batchSize ?? 10,
        maxConcurrency: props.maxConcurrency ?? 5,
        reportBatchItemFailures: true,
      }),
    );
  }

  /** Lets rules of EventBridge write here: one statement for all, since a queue policy holds twenty. */
  letRulesWrite(): void {
    const { partition, region, account } = Stack.of(this);
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions: { ArnLike: { 'aws:SourceArn': `arn:${partition}:events:${region}:${account}:rule/*` } },
      }),
    );
  }

  /** Adds a rule whose events become messages of this queue. */
  addRule(scope: Construct, id: string, props: QueueRuleProps): CfnRule {
    return new CfnRule(scope, id, {
      description: props.does,
      ...(props.bus && { eventBusName: props.bus.eventBusName }),
      eventPattern: props.pattern,
      targets: [
        {
          id: 'Queue',
          arn: this.queue.queueArn,
          ...(props.message !== undefined && {
            inputTransformer: {
              inputPathsMap: factPaths,
              inputTemplate: props.message,
            },
          }),
          deadLetterConfig: { arn: this.deadLetters.undelivered.queueArn },
          retryPolicy: ruleRetries,
        },
      ],
    });
  }
}

/** A fact as functions take it: its kind, and what it says. */
export const factMessage = '{"kind":"<kind>","detail":<detail>}';
