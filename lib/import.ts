import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { importDefinition, incoming, results } from './import-definition.ts';
import { explainAccessLogs } from './lake.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';
import { WalkingMachine } from './walking-machine.ts';

/** What importing needs. */
export interface ImportProps {
  /** What every construct is given. */
  readonly shared: Shared;
}

/** How history comes in: each object uploaded under `incoming/` is accepted line by line, many lines at once. */
export class Import extends Construct {
  /** Accepts one batch of lines. */
  readonly importLines: SojournFunction;
  /** Where files are uploaded, and results are found. */
  readonly bucket: Bucket;
  /** Hands out the lines of one file. */
  readonly machine: CfnStateMachine;

  constructor(scope: Construct, id: string, { shared }: ImportProps) {
    super(scope, id);
    this.importLines = new SojournFunction(this, 'ImportLines', {
      defaults: shared.defaults,
      name: 'import-lines',
      does: 'Commits the events of some lines of an import.',
      memoryMiB: 1024,
      timeout: Duration.minutes(5),
    });
    shared.store.grantDecide(this.importLines);
    shared.secret.grantRead(this.importLines);
    this.bucket = this.inbox();
    const { machine, role } = new WalkingMachine(this, 'Lines', {
      shared,
      definition: importDefinition,
      substitution: 'ImportLines',
      walks: this.importLines,
      because: 'The results of an import say which lines failed and why.',
    });
    this.machine = machine;
    this.letReadAndWrite(role);
    this.beginAtUpload(shared);
  }

  private inbox(): Bucket {
    const bucket = new Bucket(this, 'Inbox', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // Files hold personal data; what was imported is in the table by then.
      lifecycleRules: [{ expiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    explainAccessLogs(bucket);
    (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    return bucket;
  }

  /** The machine reads what was uploaded, and writes what became of it. */
  private letReadAndWrite(role: Role): void {
    const allow = (actions: string[], prefix: string): void =>
      void role.addToPolicy(new PolicyStatement({ actions, resources: [this.bucket.arnForObjects(`${prefix}*`)] }));
    allow(['s3:GetObject'], incoming);
    allow(['s3:PutObject', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'], results);
    this.explainObjects(role);
  }

  private explainObjects(role: Role): void {
    const bucket = Stack.of(this).resolve((this.bucket.node.defaultChild as CfnBucket).logicalId) as string;
    for (const prefix of [incoming, results])
      Validations.of(role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${prefix}*]`,
        reason: 'Objects are named by whoever uploads them, and results by Step Functions.',
      });
  }

  private beginAtUpload(shared: Shared): void {
    const role = new Role(this, 'BeginRole', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['states:StartExecution'], resources: [this.machine.attrArn] }));
    new CfnRule(this, 'Begin', {
      description: 'An object was uploaded to be imported.',
      eventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [this.bucket.bucketName] }, object: { key: [{ prefix: incoming }] } },
      },
      targets: [
        {
          id: 'Import',
          arn: this.machine.attrArn,
          roleArn: role.roleArn,
          inputTransformer: {
            inputPathsMap: { bucket: '$.detail.bucket.name', key: '$.detail.object.key' },
            inputTemplate: '{"bucket":"<bucket>","key":"<key>"}',
          },
          deadLetterConfig: { arn: shared.deadLetters.undelivered.queueArn },
          retryPolicy: { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 86_400 },
        },
      ],
    });
  }
}
