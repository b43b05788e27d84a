import { CreateTableCommand, type CreateTableCommandInput, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateConfigurationSetCommand, CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { CreatePlatformApplicationCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SecretDocument } from '../../../functions/env.ts';
import type { DoubleConfig } from '../doubles/accounts.ts';
import { Queue } from './queue.ts';
import { region, type Templates } from './template.ts';

/** Name of the one table. */
export const tableName = 'deployed';

/** Makes the table. @returns ARN of its stream */
export async function makeTable(templates: Templates, client: DynamoDBClient): Promise<string> {
  const [id, properties] = templates.only('AWS::DynamoDB::Table');
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode, StreamSpecification } =
    properties as never;
  const { TableDescription } = await client.send(
    new CreateTableCommand({
      TableName: tableName,
      AttributeDefinitions,
      KeySchema,
      GlobalSecondaryIndexes,
      BillingMode,
      StreamSpecification: { ...(StreamSpecification as object), StreamEnabled: true },
    } as CreateTableCommandInput),
  );
  const { TableArn = '', LatestStreamArn = '' } = TableDescription!;
  templates.make(id, { ref: tableName, attributes: { Arn: TableArn, StreamArn: LatestStreamArn } });
  return LatestStreamArn;
}

/** Makes the secret, with what an operator would put into it. */
export async function makeSecret(templates: Templates, config: DoubleConfig, secret: SecretDocument): Promise<void> {
  const asked = { Name: 'sojourn', SecretString: JSON.stringify(secret) };
  const { ARN = '' } = await new SecretsManagerClient(config).send(new CreateSecretCommand(asked));
  const [id] = templates.only('AWS::SecretsManager::Secret');
  templates.make(id, { ref: ARN, attributes: { Id: ARN } });
}

const queueAttributes = [
  'FifoQueue',
  'VisibilityTimeout',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
];

/** Makes all queues. @returns each by its logical id */
export async function makeQueues(templates: Templates, sqs: SQSClient): Promise<ReadonlyMap<string, Queue>> {
  const made = new Map<string, Queue>();
  for (const [id, { Properties = {} }] of templates.ofType('AWS::SQS::Queue')) {
    const name = `${id}${Properties['FifoQueue'] === true ? '.fifo' : ''}`;
    const given = queueAttributes.filter((attribute) => Properties[attribute] !== undefined);
    const told = Object.fromEntries(given.map((one) => [one, templates.text(Properties[one])]));
    const queue = await makeQueue(sqs, name, told);
    templates.make(id, { ref: queue.url, attributes: { Arn: queue.arn, QueueName: name } });
    made.set(id, queue);
  }
  return made;
}
async function makeQueue(sqs: SQSClient, QueueName: string, Attributes: Record<string, string>): Promise<Queue> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  const { Attributes: told } = await sqs.send(asked);
  return new Queue(sqs, QueueUrl, told!.QueueArn!);
}

/**
 * Makes the custom bus. moto carries no input transformers: everything is tapped, and the template's rules are carried
 * out by the harness.
 * @returns the queue of all that comes over it
 */
export async function makeBus(templates: Templates, config: DoubleConfig, sqs: SQSClient): Promise<Queue> {
  const events = new EventBridgeClient(config);
  const [id, properties] = templates.only('AWS::Events::EventBus');
  const Name = templates.text(properties['Name']);
  const { EventBusArn = '' } = await events.send(new CreateEventBusCommand({ Name }));
  templates.make(id, { ref: Name, attributes: { Arn: EventBusArn, Name } });
  const tap = await makeQueue(sqs, 'tap', {});
  const EventPattern = JSON.stringify({ source: ['sojourn'] });
  await events.send(new PutRuleCommand({ Name: 'tap', EventBusName: Name, EventPattern }));
  const Targets = [{ Id: 'tap', Arn: tap.arn }];
  await events.send(new PutTargetsCommand({ Rule: 'tap', EventBusName: Name, Targets }));
  return tap;
}

/** Makes what messages go out by: configuration sets, identities, and the platform applications that context names. */
export async function makeSenders(templates: Templates, config: DoubleConfig): Promise<void> {
  const ses = new SESv2Client(config);
  for (const [id] of templates.ofType('AWS::SES::ConfigurationSet')) {
    await ses.send(new CreateConfigurationSetCommand({ ConfigurationSetName: id }));
    templates.make(id, { ref: id, attributes: {} });
  }
  for (const [, { Properties = {} }] of templates.ofType('AWS::SES::EmailIdentity')) {
    const EmailIdentity = templates.text(Properties['EmailIdentity']);
    await ses.send(new CreateEmailIdentityCommand({ EmailIdentity }));
  }
  const sns = new SNSClient(config);
  for (const Platform of ['GCM', 'APNS']) {
    const asked = { Name: 'shop', Platform, Attributes: { PlatformCredential: 'test' } };
    await sns.send(new CreatePlatformApplicationCommand(asked));
  }
}

/** Makes all buckets, and the delivery stream of the lake. */
export async function makeLake(templates: Templates, config: DoubleConfig): Promise<void> {
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  for (const [id] of templates.ofType('AWS::S3::Bucket')) {
    const bucket = `${id.toLowerCase()}-${templates.account}`;
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    templates.make(id, { ref: bucket, attributes: { Arn: `arn:aws:s3:::${bucket}` } });
  }
  const firehose = new FirehoseClient(config);
  for (const [id, { Properties = {} }] of templates.ofType('AWS::KinesisFirehose::DeliveryStream')) {
    type To = { readonly BucketARN: string; readonly RoleARN: string; readonly Prefix: string };
    const { BucketARN, RoleARN, Prefix } = templates.resolve(
      Properties['ExtendedS3DestinationConfiguration'],
    ) as unknown as To;
    // The double takes the place of the date for a name.
    const prefix = Prefix.replace(/!\{timestamp:[^}]*\}/, '2099-12-31');
    const ExtendedS3DestinationConfiguration = { BucketARN, RoleARN, Prefix: prefix };
    await firehose.send(
      new CreateDeliveryStreamCommand({ DeliveryStreamName: id, ExtendedS3DestinationConfiguration }),
    );
  }
}

/** Names what AWS gives a name by rule. */
export function nameOthers(templates: Templates): void {
  for (const [id] of templates.ofType('AWS::Lambda::Function')) {
    const Arn = `arn:aws:lambda:${region}:${templates.account}:function:${id}`;
    templates.make(id, { ref: id, attributes: { Arn, Name: id } });
  }
  for (const [id] of templates.ofType('AWS::StepFunctions::StateMachine')) {
    const Arn = `arn:aws:states:${region}:${templates.account}:stateMachine:${id}`;
    templates.make(id, { ref: Arn, attributes: { Arn, Name: id } });
  }
  for (const [id] of templates.ofType('AWS::ApiGatewayV2::Api'))
    templates.make(id, { ref: id, attributes: { ApiEndpoint: 'https://api.example', ApiId: id } });
}

/** What must stay as it is from one deployment to the next: what is in it is the only copy, or under way. */
const standing = [
  'AWS::DynamoDB::Table',
  'AWS::SecretsManager::Secret',
  'AWS::Events::EventBus',
  'AWS::SQS::Queue',
  'AWS::S3::Bucket',
  'AWS::KinesisFirehose::DeliveryStream',
  'AWS::SES::ConfigurationSet',
  'AWS::SES::EmailIdentity',
];
/** Logical ids of all that must stay. */
export const standingIds = (templates: Templates): readonly string[] =>
  standing.flatMap((type) => templates.ofType(type).map(([id]) => id)).toSorted();
