import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';
import { lakePrefixes, type Lake } from './lake.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

/** What sweeping the lake needs. */
export interface LakeSweepProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** What is swept. */
  readonly lake: Lake;
}

/** Each hour people who were erased a day ago are taken out of the lake, all who wait in one way through its objects. */
export class LakeSweep extends Construct {
  /** Called each hour. */
  readonly sweepLake: SojournFunction;

  constructor(scope: Construct, id: string, { shared, lake }: LakeSweepProps) {
    super(scope, id);
    this.sweepLake = new SojournFunction(this, 'SweepLake', {
      defaults: shared.defaults,
      name: 'sweep-lake',
      does: 'Takes people who were erased out of the lake.',
      // An object is up to 64 MB before it is packed, and is taken apart as a whole.
      memoryMiB: 1769,
      timeout: Duration.minutes(15),
      onFailure: shared.deadLetters.undelivered,
    });
    shared.store.grantRead(this.sweepLake);
    shared.store.grantUpkeep(this.sweepLake);
    this.letSweep(shared, lake);
    this.schedule(shared);
  }

  private letSweep({ store }: Shared, { bucket }: Lake): void {
    const allow = (actions: string[], ...resources: string[]): void =>
      void this.sweepLake.addToRolePolicy(new PolicyStatement({ actions, resources }));
    allow(['s3:ListBucket'], bucket.bucketArn);
    allow(['s3:GetObject', 's3:PutObject'], bucket.arnForObjects(`${lakePrefixes.rows}*`));
    store.grantKey(this.sweepLake, ['kms:Decrypt', 'kms:GenerateDataKey'], 's3');
    this.sweepLake.addEnvironment(ENV.lakeBucket, bucket.bucketName);
    // The bucket is of the other stack, which lends its ARN under a name.
    const lent = Stack.of(this).resolve(Stack.of(bucket).exportValue(bucket.bucketArn)) as {
      readonly 'Fn::ImportValue': string;
    };
    Validations.of(this.sweepLake.role!).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${lent['Fn::ImportValue']}/${lakePrefixes.rows}*]`,
      reason: 'The delivery stream names its objects by time.',
    });
  }

  private schedule({ deadLetters: { undelivered } }: Shared): void {
    const { functionArn } = this.sweepLake;
    const role = new Role(this, 'LookRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [undelivered.queueArn] }));
    const look = new CfnSchedule(this, 'Look', {
      description: 'Each hour: does the lake say something of people who were erased?',
      scheduleExpression: 'rate(1 hour)',
      // Nobody waits for the minute.
      flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 15 },
      target: {
        arn: functionArn,
        roleArn: role.roleArn,
        deadLetterConfig: { arn: undelivered.queueArn },
        retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3_600 },
      },
    });
    look.node.addDependency(role);
  }
}
