import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Store } from './store.ts';

/** Folders of the lake: what was committed, and what could not be written. */
export const lakePrefixes = { rows: 'rows/', failed: 'failed/' } as const;

/** What the lake is encrypted with. */
export interface LakeProps {
  /** Whose key encrypts the bucket. */
  readonly store: Store;
}

/** Where every committed row is kept for analytics. It outlives the stack. */
export class Lake extends Construct {
  /** Objects by day. */
  readonly bucket: Bucket;
  /** What the delivery stream writes as. */
  readonly writer: Role;

  constructor(scope: Construct, id: string, { store }: LakeProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.KMS,
      encryptionKey: store.key,
      // One data key for many objects: without it each object costs a call of KMS.
      bucketKeyEnabled: true,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // What could not be written is not swept of people who are erased.
      lifecycleRules: [{ prefix: lakePrefixes.failed, expiration: Duration.days(30) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    explainAccessLogs(this.bucket);
    this.writer = this.addWriter(store);
  }

  private addWriter(store: Store): Role {
    const role = new Role(this, 'Writer', { assumedBy: new ServicePrincipal('firehose.amazonaws.com') });
    const allow = (actions: string[], ...resources: string[]): void =>
      void role.addToPolicy(new PolicyStatement({ actions, resources }));
    const prefixes = Object.values(lakePrefixes);
    allow(
      ['s3:PutObject', 's3:AbortMultipartUpload'],
      ...prefixes.map((prefix) => this.bucket.arnForObjects(`${prefix}*`)),
    );
    allow(['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], this.bucket.bucketArn);
    store.grantKey(role, ['kms:Decrypt', 'kms:GenerateDataKey'], 's3');
    for (const prefix of prefixes)
      Validations.of(role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::<LakeBucket.Arn>/${prefix}*]`,
        reason: 'The delivery stream names its objects by time.',
      });
    return role;
  }
}

/** Why buckets keep no server access logs. */
export function explainAccessLogs(bucket: Bucket): void {
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'Only roles of this deployment reach the bucket; data events of CloudTrail say who, where that is asked for.',
  });
}
