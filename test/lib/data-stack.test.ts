import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ofType, synthesize } from './synthesis.ts';

const { data, dataTemplate } = synthesize();
const inProd = synthesize({ stage: 'prod' });

describe('the data stack', () => {
  it('never changes the logical id of a store: a new id would be a new, empty store', () => {
    const stores = ['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret'];
    expect(stores.flatMap((type) => ofType(data, type).map(([id]) => id))).toEqual([
      'Table',
      'Key',
      'LakeBucket',
      'Secret',
    ]);
  });

  it('retains each store when it, or the stack, is removed', () => {
    for (const id of ['Table', 'Key', 'LakeBucket', 'Secret'])
      expect(data[id]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('never generates another signing key: these properties must stay as they are', () => {
    expect(data['Secret']!.Properties.GenerateSecretString).toMatchInlineSnapshot(`
      {
        "ExcludeCharacters": "ghijklmnopqrstuvwxyz",
        "ExcludePunctuation": true,
        "ExcludeUppercase": true,
        "GenerateStringKey": "signingKey",
        "PasswordLength": 64,
        "RequireEachIncludedType": false,
        "SecretStringTemplate": "{"serverKeys":[],"publicKeys":[]}",
      }
    `);
  });

  it('makes the table as docs/aws.md lays it out', () => {
    dataTemplate.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.anyValue() },
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        { IndexName: 'people', Projection: { ProjectionType: 'KEYS_ONLY' } },
        {
          IndexName: 'lists',
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['st', 're', 'jo', 'ch', 'sp', 'go', 'pa'] },
        },
      ],
    });
  });

  it('lets nobody into the lake without TLS, or from outside', () => {
    dataTemplate.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    dataTemplate.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('refuses to delete the table in production alone', () => {
    expect(data['Table']!.Properties.DeletionProtectionEnabled).toBe(false);
    expect(inProd.data['Table']!.Properties.DeletionProtectionEnabled).toBe(true);
  });
});
