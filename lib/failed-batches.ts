import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { DeadLetters } from './dead-letters.ts';
import { explainAccessLogs } from './lake.ts';
import type { Store } from './store.ts';

/** Where failed batches are announced. */
export interface FailedBatchesProps {
  /** Where goes what cannot be carried out. */
  readonly deadLetters: DeadLetters;
}

/** One reader of the table's stream. */
export interface StreamReaderProps {
  /** Whose stream is read. */
  readonly store: Store;
  /** Who is called. */
  readonly reader: lambda.Function;
  /** Records of one call at most. */
  readonly batchSize: number;
  /** Which records it is called for; one filter that matches is enough. */
  readonly filters: readonly object[];
  /** How long a batch may be gathered. @default not at all */
  readonly gather?: Duration;
}

/**
 * Where whole batches of the table's stream end that could not be read: a queue would get only their metadata, and
 * the stream forgets after 24 hours. Each batch is announced on the dead letters.
 */
export class FailedBatches extends Construct {
  /** Kept for 30 days. */
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { deadLetters }: FailedBatchesProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // Batches hold personal data: as long as there is to look at them, and no longer.
      lifecycleRules: [{ expiration: Duration.days(30) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    explainAccessLogs(this.bucket);
    // The construct's own way to do this would deploy one more function.
    (this.bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      queueConfigurations: [{ event: 's3:ObjectCreated:*', queue: deadLetters.undelivered.queueArn }],
    };
    // S3 tries the queue when it is told of it: the queue's policy must stand by then.
    this.bucket.node.addDependency(deadLetters.undelivered);
  }

  /** Calls a function for records of the table's stream, with bounded tries. */
  addReader(scope: Construct, id: string, props: StreamReaderProps): lambda.EventSourceMapping {
    const { store, reader } = props;
    store.grantStream(reader);
    Grant.addToPrincipal({
      grantee: reader,
      actions: ['s3:ListBucket', 's3:PutObject'],
      resourceArns: [this.bucket.bucketArn, this.bucket.arnForObjects('aws/lambda/*')],
    });
    this.explainObjects(reader);
    const mapping = new lambda.EventSourceMapping(scope, id, {
      target: reader,
      eventSourceArn: store.streamArn,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: props.batchSize,
      ...(props.gather && { maxBatchingWindow: props.gather }),
      parallelizationFactor: 1,
      bisectBatchOnError: true,
      retryAttempts: 10,
      maxRecordAge: Duration.hours(6),
      reportBatchItemFailures: true,
      filters: props.filters.map((filter) => lambda.FilterCriteria.filter({ dynamodb: filter })),
      onFailure: { bind: () => ({ destination: this.bucket.bucketArn }) },
      supportS3OnFailureDestination: true,
    });
    // Lambda checks that the role may read the stream when the mapping is made.
    mapping.node.addDependency(reader.role!);
    return mapping;
  }

  private explainObjects(reader: lambda.Function): void {
    const bucket = Stack.of(this).resolve((this.bucket.node.defaultChild as CfnBucket).logicalId) as string;
    Validations.of(reader.role!).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/aws/lambda/*]`,
      reason: 'Lambda names the objects of failed batches by mapping and time.',
    });
  }
}
