import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { allowObservation, explainNoTraces } from './machine-observation.ts';
import { importDefinition, incoming, results } from './import-definition.ts';
import { explainAccessLogs } from './lake.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

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
    const role = this.machineRole(shared.defaults.isTraced);
    this.machine = this.importer(shared, role);
    this.letRunItself(role);
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

  private importer(shared: Shared, role: Role): CfnStateMachine {
    const logs = new LogGroup(this, 'Logs', {
      retention: shared.defaults.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const machine = new CfnStateMachine(this, 'Machine', {
      roleArn: role.roleArn,
      definitionString: JSON.stringify(importDefinition),
      definitionSubstitutions: { ImportLines: this.importLines.functionArn },
      tracingConfiguration: { enabled: shared.defaults.isTraced },
      loggingConfiguration: {
        level: 'ERROR',
        includeExecutionData: false,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logs.logGroupArn } }],
      },
    });
    machine.node.addDependency(role);
    if (!shared.defaults.isTraced) explainNoTraces(machine);
    Validations.of(machine).acknowledge({
      id: 'AwsSolutions-SF1',
      reason: 'The results of an import say which lines failed and why.',
    });
    return machine;
  }

  private machineRole(isTraced: boolean): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    const allow = (actions: string[], ...resources: string[]): void =>
      void role.addToPolicy(new PolicyStatement({ actions, resources }));
    allow(['lambda:InvokeFunction'], this.importLines.functionArn);
    allow(['s3:GetObject'], this.bucket.arnForObjects(`${incoming}*`));
    allow(
      ['s3:PutObject', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
      this.bucket.arnForObjects(`${results}*`),
    );
    allowObservation(role, isTraced);
    this.explainObjects(role);
    return role;
  }

  private explainObjects(role: Role): void {
    const bucket = Stack.of(this).resolve((this.bucket.node.defaultChild as CfnBucket).logicalId) as string;
    for (const prefix of [incoming, results])
      Validations.of(role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${prefix}*]`,
        reason: 'Objects are named by whoever uploads them, and results by Step Functions.',
      });
  }

  /** The children of a distributed map are executions of the machine itself. */
  private letRunItself(role: Role): void {
    const { partition, region, account } = Stack.of(this);
    const executions = `arn:${partition}:states:${region}:${account}:execution:${this.machine.attrName}`;
    const policy = new Policy(this, 'Children', {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['states:StartExecution'], resources: [this.machine.attrArn] }),
        new PolicyStatement({
          actions: ['states:DescribeExecution', 'states:StopExecution'],
          resources: [`${executions}:*`],
        }),
        new PolicyStatement({ actions: ['states:RedriveExecution'], resources: [`${executions}/*`] }),
      ],
    });
    const name = (Stack.of(this).resolve(this.machine.logicalId) as string) + '.Name';
    for (const end of [':*', '/*'])
      Validations.of(policy).acknowledge({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<${name}>${end}]`,
        reason: 'Executions, and those of a map run, are named by Step Functions.',
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
