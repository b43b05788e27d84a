import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Grant, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { LogGroup, LogStream } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';
import type { FailedBatches } from './failed-batches.ts';
import { lakePrefixes, type Lake } from './lake.ts';
import { withAttribute } from './outbox.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';

/** From which stream to which lake. */
export interface FillLakeProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** Where rows are copied to. */
  readonly lake: Lake;
  /** Where whole batches go that cannot be read. */
  readonly failedBatches: FailedBatches;
}

/** Copies every committed row into the lake: newline-delimited JSON, gzipped, by day. */
export class FillLake extends Construct {
  /** Gathers rows into objects. */
  readonly stream: CfnDeliveryStream;
  /** Reads the table’s stream. */
  readonly filler: SojournFunction;

  constructor(scope: Construct, id: string, { shared, lake, failedBatches }: FillLakeProps) {
    super(scope, id);
    this.stream = this.deliveryStream(shared, lake);
    this.filler = new SojournFunction(this, 'Filler', {
      defaults: shared.defaults,
      name: 'fill-lake',
      does: 'Copies committed rows into the lake.',
      timeout: Duration.seconds(60),
    });
    Grant.addToPrincipal({
      grantee: this.filler,
      actions: ['firehose:PutRecordBatch'],
      resourceArns: [this.stream.attrArn],
    });
    this.filler.addEnvironment(ENV.lakeStream, this.stream.ref);
    failedBatches.addReader(this, 'Rows', {
      store: shared.store,
      reader: this.filler,
      batchSize: 500,
      // Nobody waits for the lake, and fuller batches cost less.
      gather: Duration.seconds(30),
      // What was deleted has no new image.
      filters: [withAttribute('pk', 'S')],
    });
  }

  private deliveryStream(shared: Shared, lake: Lake): CfnDeliveryStream {
    const logs = new LogGroup(this, 'Logs', {
      retention: shared.defaults.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const logStream = new LogStream(this, 'LogStream', { logGroup: logs, removalPolicy: RemovalPolicy.DESTROY });
    const mayLog = this.letLog(lake, logs);
    const stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: lake.bucket.bucketArn,
        roleArn: lake.writer.roleArn,
        prefix: `${lakePrefixes.rows}day=!{timestamp:yyyy-MM-dd}/`,
        errorOutputPrefix: `${lakePrefixes.failed}!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/`,
        bufferingHints: { intervalInSeconds: 300, sizeInMBs: 64 },
        compressionFormat: 'GZIP',
        cloudWatchLoggingOptions: {
          enabled: true,
          logGroupName: logs.logGroupName,
          logStreamName: logStream.logStreamName,
        },
      },
    });
    // Firehose tries what it may when the stream is made.
    stream.node.addDependency(mayLog);
    return stream;
  }

  /** A policy of this stack: one in the role's own would name what only comes after it. */
  private letLog(lake: Lake, logs: LogGroup): Policy {
    const statement = new PolicyStatement({ actions: ['logs:PutLogEvents'], resources: [logs.logGroupArn] });
    return new Policy(this, 'Logging', { roles: [lake.writer], statements: [statement] });
  }
}
