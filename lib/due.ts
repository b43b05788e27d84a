import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';
import { WorkQueue } from './work-queue.ts';

/** What the tick and its work need. */
export interface DueProps {
  /** What every construct is given. */
  readonly shared: Shared;
}

/** What time alone changes: each minute the rows that are due are found and looked at. */
export class Due extends Construct {
  /** Called each minute. */
  readonly findDue: SojournFunction;
  /** Called for what was found. */
  readonly wakeDue: SojournFunction;
  /** One message for each due minute and shard. */
  readonly queue: WorkQueue;

  constructor(scope: Construct, id: string, { shared }: DueProps) {
    super(scope, id);
    this.wakeDue = new SojournFunction(this, 'WakeDue', {
      defaults: shared.defaults,
      name: 'wake-due',
      does: 'Looks at the profiles and enrollments of one due minute and shard.',
      timeout: Duration.minutes(2),
      // A whole processor: of a hundred thousand people at midnight each takes some milliseconds of it.
      memoryMiB: 1769,
    });
    shared.store.grantDecide(this.wakeDue);
    // Somebody who is erased has rows beside their own.
    shared.store.grantLists(this.wakeDue);
    shared.secret.grantRead(this.wakeDue);
    this.queue = new WorkQueue(this, 'Wakes', {
      deadLetters: shared.deadLetters,
      worker: this.wakeDue,
      isFifo: true,
      batchSize: 1,
    });
    this.letTell(this.wakeDue);
    this.findDue = this.finder(shared);
    this.schedule(shared);
    this.addAlarms(shared);
  }

  private finder(shared: Shared): SojournFunction {
    const finder = new SojournFunction(this, 'FindDue', {
      defaults: shared.defaults,
      name: 'find-due',
      does: 'Says which minutes and shards have rows that are due.',
      timeout: Duration.seconds(50),
      onFailure: shared.deadLetters.undelivered,
      // 43,200 calls a month would be $0.22 of traces in which nothing happens.
      isTraced: false,
    });
    shared.store.grantRead(finder);
    shared.store.grantUpkeep(finder);
    this.letTell(finder);
    return finder;
  }
  /** Lets a function tell the queue of places. */
  private letTell(grantee: SojournFunction): void {
    const { queueArn, queueUrl } = this.queue.queue;
    Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [queueArn] });
    grantee.addEnvironment(ENV.wakeQueue, queueUrl);
  }

  private schedule(shared: Shared): void {
    const { undelivered } = shared.deadLetters;
    const role = new Role(this, 'TickRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.findDue.functionArn] }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [undelivered.queueArn] }));
    const tick = new CfnSchedule(this, 'Tick', {
      description: 'Each minute: what is due?',
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.findDue.functionArn,
        roleArn: role.roleArn,
        input: '{"at":"<aws.scheduler.scheduled-time>"}',
        deadLetterConfig: { arn: undelivered.queueArn },
        retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 300 },
      },
    });
    tick.node.addDependency(role);
  }

  private addAlarms({ alarms }: Shared): void {
    alarms.add({
      title: 'Tick missing',
      severity: 'page',
      metric: this.findDue.metricInvocations(),
      threshold: 1,
      when: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: 2,
      isSilenceBad: true,
    });
    alarms.add({
      title: 'Due work late',
      severity: 'ticket',
      metric: this.queue.queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum' }),
      threshold: Duration.minutes(15).toSeconds(),
    });
  }
}
