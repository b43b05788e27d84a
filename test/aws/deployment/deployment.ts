import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type CreateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record,
} from '@aws-sdk/client-dynamodb-streams';
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
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Message } from '@aws-sdk/client-sqs';
import type { SecretDocument } from '../../../functions/env.ts';
import type { JsonObject } from '../../../core/json.ts';
import { isMatched } from '../../../local/bus.ts';
import { anAccount, motoData, type DoubleConfig } from '../doubles/clients.ts';
import { inject } from 'vitest';
import { FunctionFailed, FunctionProcess } from './function-process.ts';
import { Queue } from './queue.ts';
import { ProvidersFront } from './providers-front.ts';
import { StepFunctions } from './step-functions.ts';
import { Wire } from './wire.ts';
import { region, Templates, type Resource } from './template.ts';

export interface DeploymentOptions {
  /** Folder of a synthesis. */
  readonly out: string;
  /** Epoch milliseconds at which everything begins. */
  readonly startMs: number;
  readonly secret: SecretDocument;
}
/** Account of what the context of a test's synthesis names. */
export const noAccount = '000000000000';

/** An answer of the HTTP API. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

interface HttpRequest {
  readonly body?: string;
  readonly headers: { readonly [name: string]: string };
}
/** Requests that a caller makes until it gives up. */
const mostRequests = 10;

/** Variables by which the SDK is told of an endpoint, and the service as IAM names it. */
const services = {
  AWS_ENDPOINT_URL_DYNAMODB: 'dynamodb',
  AWS_ENDPOINT_URL_SFN: 'states',
  AWS_ENDPOINT_URL_SESV2: 'ses',
  AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2: 'sms-voice',
  AWS_ENDPOINT_URL_SNS: 'sns',
  AWS_ENDPOINT_URL_SQS: 'sqs',
  AWS_ENDPOINT_URL_EVENTBRIDGE: 'events',
  AWS_ENDPOINT_URL_FIREHOSE: 'firehose',
  AWS_ENDPOINT_URL_SECRETS_MANAGER: 'secretsmanager',
} as const;

type Image = { readonly [name: string]: { readonly [type: string]: unknown } };
interface StreamRecord {
  readonly eventID: string;
  readonly dynamodb: { readonly NewImage?: Image; readonly Keys?: Image };
}

/**
 * A deployment of the synthesized template on doubles: the table on DynamoDB Local, bus, queues, secret and SES on moto,
 * each bundled function in a process of its own with exactly the environment that the template gives it, and the
 * template's state machines on our interpreter. Carrying things between them is this class's part, as it is AWS's.
 */
export class Deployment {
  readonly templates: Templates;
  readonly functions = new Map<string, FunctionProcess>();
  /** What a function threw, for a test to look at. */
  readonly failures: { readonly name: string; readonly error: unknown }[] = [];
  /** How often each function was called. */
  readonly calls = new Map<string, number>();
  /** Whether what failed comes again, as often as the template says; else the first failure ends a test. */
  isRedelivering = false;
  /** How often a function gets each of its events. */
  times: (name: string) => number = () => 1;
  /** Batches of a queue of which some messages failed and others did not. */
  partlyFailed = 0;
  /** Batches of the stream that were given up. */
  readonly lostBatches: { readonly name: string; readonly records: number }[] = [];
  stepFunctions!: StepFunctions;
  /** Where all requests of the functions come by. */
  wire!: Wire;
  config!: DoubleConfig;
  client!: DynamoDBClient;
  nowMs: number;
  private readonly options: DeploymentOptions;
  private streams!: DynamoDBStreamsClient;
  private readonly iterators = new Map<string, string>();
  private streamArn = '';
  private queues = new Map<string, Queue>();
  private tap!: Queue;
  private providers!: ProvidersFront;
  private sqs!: SQSClient;
  /** Places of due rows that stand. */
  private readonly due = new Map<string, number>();
  private requests = 0;
  /** Whether the bus, and which queues, may hold something: asking those that cannot takes most of the time. */
  private hasNews = false;
  private readonly filled = new Set<Queue>();

  private constructor(options: DeploymentOptions, account: string) {
    this.options = options;
    this.nowMs = options.startMs;
    this.templates = new Templates(options.out, account);
  }

  static async open(options: DeploymentOptions): Promise<Deployment> {
    const { accountId, ...config } = await anAccount();
    const made = new Deployment(options, accountId);
    made.config = config;
    await made.makeStores();
    await made.makeBusAndQueues();
    await made.makeEmail();
    await made.makeLake();
    await made.makeFunctions();
    await made.publish();
    return made;
  }

  private async makeStores(): Promise<void> {
    const toTable = { ...this.config, endpoint: inject('dynamodb') };
    this.client = new DynamoDBClient(toTable);
    this.streams = new DynamoDBStreamsClient(toTable);
    const [[id, { Properties = {} }] = ['', {} as Resource]] = this.templates.ofType('AWS::DynamoDB::Table');
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode, StreamSpecification } =
      Properties as never;
    const { TableDescription } = await this.client.send(
      new CreateTableCommand({
        TableName: 'deployed',
        AttributeDefinitions,
        KeySchema,
        GlobalSecondaryIndexes,
        BillingMode,
        StreamSpecification: { ...(StreamSpecification as object), StreamEnabled: true },
      } as CreateTableCommandInput),
    );
    this.streamArn = TableDescription!.LatestStreamArn!;
    this.templates.make(id, {
      ref: 'deployed',
      attributes: { Arn: TableDescription!.TableArn!, StreamArn: this.streamArn },
    });
    const secrets = new SecretsManagerClient(this.config);
    const { ARN = '' } = await secrets.send(
      new CreateSecretCommand({ Name: 'sojourn', SecretString: JSON.stringify(this.options.secret) }),
    );
    const [[secretId] = ['']] = this.templates.ofType('AWS::SecretsManager::Secret');
    this.templates.make(secretId, { ref: ARN, attributes: { Id: ARN } });
  }

  private async makeBusAndQueues(): Promise<void> {
    this.sqs = new SQSClient(this.config);
    for (const [id, { Properties = {} }] of this.templates.ofType('AWS::SQS::Queue')) {
      const isFifo = Properties['FifoQueue'] === true;
      const Attributes: { [name: string]: string } = {};
      for (const name of [
        'FifoQueue',
        'VisibilityTimeout',
        'ContentBasedDeduplication',
        'DeduplicationScope',
        'FifoThroughputLimit',
      ])
        if (Properties[name] !== undefined) Attributes[name] = this.templates.text(Properties[name]);
      this.queues.set(id, await this.makeQueue(id, `${id}${isFifo ? '.fifo' : ''}`, Attributes));
    }
    const events = new EventBridgeClient(this.config);
    for (const [id, { Properties = {} }] of this.templates.ofType('AWS::Events::EventBus')) {
      const name = this.templates.text(Properties['Name']);
      const { EventBusArn = '' } = await events.send(new CreateEventBusCommand({ Name: name }));
      this.templates.make(id, { ref: name, attributes: { Arn: EventBusArn, Name: name } });
      // moto carries no input transformers: everything is tapped, and the template's rules are carried out here.
      this.tap = await this.makeQueue('tap', 'tap', {});
      const rule = { Name: 'tap', EventBusName: name };
      await events.send(new PutRuleCommand({ ...rule, EventPattern: JSON.stringify({ source: ['sojourn'] }) }));
      await events.send(
        new PutTargetsCommand({ Rule: 'tap', EventBusName: name, Targets: [{ Id: 'tap', Arn: this.tap.arn }] }),
      );
    }
  }
  private async makeQueue(id: string, QueueName: string, Attributes: { [name: string]: string }): Promise<Queue> {
    const { QueueUrl = '' } = await this.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const { Attributes: told } = await this.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    const arn = told!.QueueArn!;
    this.templates.make(id, { ref: QueueUrl, attributes: { Arn: arn, QueueName } });
    return new Queue(this.sqs, QueueUrl, arn);
  }

  private async makeEmail(): Promise<void> {
    this.providers = await ProvidersFront.listen(this.config.endpoint);
    const ses = new SESv2Client(this.config);
    for (const [id] of this.templates.ofType('AWS::SES::ConfigurationSet')) {
      await ses.send(new CreateConfigurationSetCommand({ ConfigurationSetName: id }));
      this.templates.make(id, { ref: id, attributes: {} });
    }
    for (const Platform of ['GCM', 'APNS']) {
      const asked = { Name: 'shop', Platform, Attributes: { PlatformCredential: 'test' } };
      await new SNSClient(this.config).send(new CreatePlatformApplicationCommand(asked));
    }
    for (const [, { Properties = {} }] of this.templates.ofType('AWS::SES::EmailIdentity'))
      await ses.send(
        new CreateEmailIdentityCommand({ EmailIdentity: this.templates.text(Properties['EmailIdentity']) }),
      );
  }

  private async makeLake(): Promise<void> {
    const s3 = new S3Client({ ...this.config, forcePathStyle: true });
    const firehose = new FirehoseClient(this.config);
    for (const [id] of this.templates.ofType('AWS::S3::Bucket')) {
      const bucket = `${id.toLowerCase()}-${this.templates.account}`;
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      this.templates.make(id, { ref: bucket, attributes: { Arn: `arn:aws:s3:::${bucket}` } });
    }
    for (const [id, { Properties = {} }] of this.templates.ofType('AWS::KinesisFirehose::DeliveryStream')) {
      const { BucketARN, RoleARN, Prefix } = this.templates.resolve(
        Properties['ExtendedS3DestinationConfiguration'],
      ) as {
        readonly [name: string]: string;
      };
      await firehose.send(
        new CreateDeliveryStreamCommand({
          DeliveryStreamName: id,
          ExtendedS3DestinationConfiguration: { BucketARN, RoleARN, Prefix },
        }),
      );
    }
  }

  private async makeFunctions(): Promise<void> {
    const { account } = this.templates;
    for (const type of ['AWS::StepFunctions::StateMachine', 'AWS::Lambda::Function'])
      for (const [id] of this.templates.ofType(type)) {
        const arn = type.endsWith('Function')
          ? `arn:aws:lambda:${region}:${account}:function:${id}`
          : `arn:aws:states:${region}:${account}:stateMachine:${id}`;
        this.templates.make(id, { ref: type.endsWith('Function') ? id : arn, attributes: { Arn: arn, Name: id } });
      }
    for (const [id, { Properties = {} }] of this.templates.ofType('AWS::StepFunctions::StateMachineVersion')) {
      const arn = `${this.templates.text(Properties['StateMachineArn'])}:1`;
      this.templates.make(id, { ref: arn, attributes: { Arn: arn } });
    }
    for (const [id] of this.templates.ofType('AWS::ApiGatewayV2::Api'))
      this.templates.make(id, { ref: id, attributes: { ApiEndpoint: 'https://api.example', ApiId: id } });
    this.stepFunctions = new StepFunctions({
      definitionOf: (arn) => this.definitionOf(arn),
      functions: this.tasks(),
      clock: { nowMs: () => this.nowMs, backOff: () => Promise.resolve() },
      onBroken: (name, error) => this.failures.push({ name, error }),
    });
    const { endpoint } = this.config;
    const providers = this.providers.url;
    this.wire = new Wire({
      dynamodb: inject('dynamodb'),
      states: await this.stepFunctions.listen(),
      ses: providers,
      'sms-voice': providers,
      ...{ sns: endpoint, sqs: endpoint, events: endpoint, firehose: endpoint, secretsmanager: endpoint },
    });
    await this.wire.listen();
    for (const [id, resource] of this.templates.ofType('AWS::Lambda::Function')) {
      const name = resource.Metadata?.['sojourn:function'];
      if (typeof name !== 'string') continue;
      const environment = { ...this.environmentOf(name, resource), ...this.runtimeOf(id, name) };
      this.functions.set(name, new FunctionProcess(name, this.templates.assetOf(resource), environment));
    }
  }
  private environmentOf(name: string, { Properties = {} }: Resource): { readonly [name: string]: string } {
    const { Variables = {} } = (this.templates.resolve(Properties['Environment']) ?? {}) as { Variables?: object };
    // The account of what was named by context, before there was any.
    const text = JSON.stringify(Variables)
      .replaceAll(noAccount, this.templates.account)
      // The SDK reaches a queue at its address, whatever endpoint it was told.
      .replaceAll(this.config.endpoint, this.wire.endpoint(name, 'sqs'));
    return JSON.parse(text) as { readonly [name: string]: string };
  }
  /** What Lambda itself sets, and where the doubles are. */
  private runtimeOf(id: string, name: string): { readonly [name: string]: string } {
    const { credentials } = this.config;
    return {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_LAMBDA_FUNCTION_NAME: id,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      SOJOURN_TEST_ARN: this.templates.physical(id).attributes['Arn']!,
      ...Object.fromEntries(
        Object.entries(services).map(([variable, service]) => [variable, this.wire.endpoint(name, service)]),
      ),
      SOJOURN_TEST_OUTSIDE: `${this.providers.url}/outside`,
    };
  }
  private definitionOf(machineArn: string): string {
    const found = this.templates
      .ofType('AWS::StepFunctions::StateMachine')
      .find(([id]) => this.templates.physical(id).ref === machineArn);
    if (!found) throw new RangeError(`The template has no machine ${machineArn}.`);
    const { DefinitionString, DefinitionSubstitutions } = found[1].Properties!;
    const put = this.templates.resolve(DefinitionSubstitutions) as { readonly [name: string]: string };
    return this.templates.text(DefinitionString).replace(/\$\{(\w+)\}/g, (whole, name: string) => put[name] ?? whole);
  }
  /** Functions by their ARNs, as tasks of state machines call them. */
  private tasks(): { readonly [arn: string]: (payload: never) => Promise<unknown> } {
    const all = this.templates.ofType('AWS::Lambda::Function').flatMap(([id, { Metadata }]) => {
      const name = Metadata?.['sojourn:function'];
      const arn = this.templates.physical(id).attributes['Arn']!;
      return typeof name === 'string' ? [[arn, (payload: never) => this.invoke(name, payload)] as const] : [];
    });
    return Object.fromEntries(all);
  }

  /** What CloudFormation asks of the custom resource. */
  async publish(): Promise<void> {
    const [[, { Properties = {} }] = ['', {} as Resource]] = this.templates.ofType('Custom::SojournDocuments');
    const { ServiceToken: _, ...ResourceProperties } = this.templates.resolve(Properties as never) as JsonObject;
    await this.invoke('publish-definitions', { RequestType: 'Create', ResourceProperties });
  }

  /** ARN of the queue at an address, whoever it was told to. */
  readonly nameOfQueue = (url: string): string | undefined =>
    [...this.queues.values()].find((one) => url.endsWith(one.arn.split(':').at(-1)!))?.arn;

  /** Emails that SES was handed, as they were written. */
  async emails(): Promise<readonly string[]> {
    type Data = { readonly ses: { readonly RawMessage?: readonly { readonly raw_data: string }[] } };
    const data = (await motoData(this.config.endpoint)) as Data;
    return (data.ses.RawMessage ?? []).map(({ raw_data }) => raw_data);
  }

  /** Calls a function as Lambda would. @throws FunctionFailed */
  async invoke(name: string, event: unknown): Promise<unknown> {
    const found = this.functions.get(name);
    if (!found) throw new RangeError(`No function ${name} is deployed.`);
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
    try {
      for (let more = this.times(name) - 1; more > 0; more--)
        await found.invoke(event, this.nowMs).catch(() => undefined);
      return await found.invoke(event, this.nowMs);
    } catch (error) {
      // Two failures are answers that state machines are made to hear.
      const isAnswer = error instanceof FunctionFailed && ['EnrollmentEnded', 'TouchDiverted'].includes(error.name);
      if (!isAnswer) this.failures.push({ name, error });
      throw error;
    }
  }

  /** A request of the intake, as HTTP API hands it over. */
  async post(path: string, body: object, key: string): Promise<HttpAnswer> {
    return this.request('accept-events', 'POST', path, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${key}:`)}` },
    });
  }
  /** A request of the management API, past its authoriser. */
  async api(method: string, path: string, body?: object): Promise<HttpAnswer> {
    return this.request('manage', method, path, { ...(body && { body: JSON.stringify(body) }), headers: {} });
  }
  /** A request of a page behind a link. */
  async link(method: string, path: string): Promise<HttpAnswer> {
    return this.request('answer-link', method, path, { headers: {} });
  }
  private async request(name: string, method: string, path: string, request: HttpRequest): Promise<HttpAnswer> {
    const once = (): Promise<HttpAnswer> => this.requestOnce(name, method, path, request);
    if (!this.isRedelivering) return once();
    // A caller repeats what was answered 5xx or 429, as the SDKs of ours do; a function that fails is a 500.
    for (let tries = 1; ; tries++) {
      const answer = await once().catch((): HttpAnswer => ({ status: 500, body: {} }));
      if ((answer.status < 500 && answer.status !== 429) || tries >= mostRequests) return answer;
    }
  }
  private async requestOnce(
    name: string,
    method: string,
    path: string,
    { body, headers }: HttpRequest,
  ): Promise<HttpAnswer> {
    const [rawPath = '', rawQueryString = ''] = path.split('?');
    const answer = (await this.invoke(name, {
      version: '2.0',
      routeKey: '$default',
      rawPath,
      rawQueryString,
      headers: { host: 'api.example', ...headers },
      ...(rawQueryString !== '' && { queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)) }),
      requestContext: {
        accountId: this.templates.account,
        apiId: 'api',
        domainName: 'api.example',
        domainPrefix: 'api',
        http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '203.0.113.1', userAgent: 'test' },
        requestId: `request-${++this.requests}`,
        routeKey: '$default',
        stage: '$default',
        time: new Date(this.nowMs).toUTCString(),
        timeEpoch: this.nowMs,
      },
      ...(body !== undefined && { body }),
      isBase64Encoded: false,
    })) as { readonly statusCode: number; readonly body?: string };
    const text = answer.body ?? '';
    return { status: answer.statusCode, body: (text.startsWith('{') ? JSON.parse(text) : { text }) as JsonObject };
  }

  /** Carries everything on until nothing moves any more. */
  async settle(): Promise<void> {
    for (let isMoving = true; isMoving;) {
      const moved = [await this.carryStream(), await this.carryBus(), await this.carryQueues()];
      await this.stepFunctions.interpreter.idle();
      isMoving = moved.some(Boolean);
    }
  }

  /** Moves time on to an instant at which something arrives. */
  async windBefore(ms: number): Promise<void> {
    await this.settle();
    if (ms <= this.nowMs) return;
    await this.windTo(ms - 1);
    this.nowMs = ms;
  }
  /** Moves time on, to each instant at which something is due, in order. */
  async windTo(untilMs: number): Promise<void> {
    await this.settle();
    for (;;) {
      const wake = this.stepFunctions.interpreter.earliest();
      const dueMs = Math.min(...this.due.values(), Infinity);
      const nextMs = Math.min(wake?.wakeMs ?? Infinity, dueMs);
      if (nextMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      if (dueMs <= this.nowMs) {
        await this.tick();
        // What a failing tick left is the next minute's.
        if (this.isRedelivering && Math.min(...this.due.values(), Infinity) <= this.nowMs) this.nowMs += 60_000;
      } else await this.stepFunctions.interpreter.wake(wake!.name);
      await this.settle();
    }
    this.nowMs = untilMs;
    await this.settle();
  }
  /** What the Scheduler does each minute. */
  async tick(): Promise<void> {
    const [[, { Properties = {} }] = ['', {} as Resource]] = this.templates.ofType('AWS::Scheduler::Schedule');
    const { Input } = this.templates.resolve(Properties['Target']) as { readonly Input: string };
    const at = new Date(this.nowMs).toISOString();
    // The ticks of the minutes before found nothing, since nothing was due.
    const m = { N: String(Math.floor(this.nowMs / 60_000) - 1) };
    const cursor = { pk: { S: 'control#due' }, sk: { S: 'cursor' }, m };
    await this.client.send(new PutItemCommand({ TableName: 'deployed', Item: cursor }));
    for (const queue of this.queues.values()) if (queue.isFifo) this.filled.add(queue);
    await this.tellOfTick(JSON.parse(Input.replace('<aws.scheduler.scheduled-time>', at)) as JsonObject);
    await this.settle();
    for (const [key, ms] of this.due) if (ms <= this.nowMs && !(await this.standsDue(key))) this.due.delete(key);
  }
  /** An asynchronous invocation: tried again as often as the template says, and then left to the next minute. */
  private async tellOfTick(event: JsonObject): Promise<void> {
    if (!this.isRedelivering) return void (await this.invoke('find-due', event));
    const [[, { Properties = {} }] = ['', {} as Resource]] = this.templates.ofType('AWS::Lambda::EventInvokeConfig');
    for (let left = Number(Properties['MaximumRetryAttempts']); left >= 0; left--)
      if (await this.invoke('find-due', event).then(...isDone)) return;
  }
  /** Nothing that stands is due any more: for a test that has seen enough of its people. */
  async forgetDue(): Promise<void> {
    for (const key of this.due.keys()) {
      const [pk = '', sk = ''] = key.split('\u0000');
      await this.client.send(new DeleteItemCommand({ TableName: 'deployed', Key: { pk: { S: pk }, sk: { S: sk } } }));
    }
    await this.settle();
  }
  private async standsDue(key: string): Promise<boolean> {
    const [pk = '', sk = ''] = key.split('\u0000');
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: 'deployed', Key: { pk: { S: pk }, sk: { S: sk } } }),
    );
    return Item !== undefined;
  }

  private async carryStream(): Promise<boolean> {
    const records = (await this.readStream()).map(recordOf);
    for (const { dynamodb } of records) this.notice(dynamodb.Keys, dynamodb.NewImage !== undefined);
    for (const [, { Properties = {} }] of this.templates.ofType('AWS::Lambda::EventSourceMapping')) {
      if (this.templates.text(Properties['EventSourceArn']) !== this.streamArn) continue;
      const filters = (
        Properties['FilterCriteria'] as never as { readonly Filters: readonly { readonly Pattern: string }[] }
      ).Filters;
      const wanted = filters.flatMap(({ Pattern }) => leafOf(JSON.parse(Pattern) as JsonObject));
      const Records = records.filter(({ dynamodb }) =>
        wanted.some(({ name, type }) => dynamodb.NewImage?.[name]?.[type] !== undefined),
      );
      const size = Number(Properties['BatchSize']);
      for (let from = 0; from < Records.length; from += size)
        await this.stream(Properties, Records.slice(from, from + size), Number(Properties['MaximumRetryAttempts']));
      // Only the relay writes to the bus.
      this.hasNews ||= Records.length > 0;
    }
    return records.length > 0;
  }
  /** A batch of the stream: one that fails comes again in halves, as long as it may. */
  private async stream(mapping: NonNullable<Resource['Properties']>, Records: readonly object[], left: number) {
    const name = this.functionOf(mapping);
    if (!this.isRedelivering) return void (await this.invoke(name, { Records }));
    if (await this.invoke(name, { Records }).then(...isDone)) return;
    if (left === 0) return void this.lostBatches.push({ name, records: Records.length });
    const half = mapping['BisectBatchOnFunctionError'] === true ? Math.ceil(Records.length / 2) : Records.length;
    for (const part of [Records.slice(0, half), Records.slice(half)])
      if (part.length > 0) await this.stream(mapping, part, left - 1);
  }
  private notice(keys: Image | undefined, isThere: boolean): void {
    const [pk, sk] = [String(keys?.['pk']?.['S']), String(keys?.['sk']?.['S'])];
    if (!pk.startsWith('u#')) return;
    // A row stands under the minute in which a tick finds it, which may be later than when it is due.
    const foundMs = Math.max(Number(sk.slice(0, 13)), Number(pk.split('#')[1]) * 60_000);
    if (isThere) this.due.set(`${pk}\u0000${sk}`, foundMs);
    else this.due.delete(`${pk}\u0000${sk}`);
  }
  private async readStream(): Promise<readonly _Record[]> {
    const { StreamDescription } = await this.streams.send(new DescribeStreamCommand({ StreamArn: this.streamArn }));
    const found: _Record[] = [];
    for (const { ShardId = '' } of StreamDescription?.Shards ?? []) {
      let iterator = this.iterators.get(ShardId);
      if (iterator === undefined) {
        const asked = { StreamArn: this.streamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
        iterator = (await this.streams.send(new GetShardIteratorCommand(asked))).ShardIterator;
      }
      for (;;) {
        const page = await this.streams.send(new GetRecordsCommand({ ShardIterator: iterator }));
        found.push(...(page.Records ?? []));
        if (page.NextShardIterator !== undefined) this.iterators.set(ShardId, (iterator = page.NextShardIterator));
        if (!page.Records?.length) break;
      }
    }
    return found;
  }
  private functionOf(properties: NonNullable<Resource['Properties']>): string {
    const id = this.templates.text(properties['FunctionName']);
    const [, resource] = this.templates.ofType('AWS::Lambda::Function').find(([one]) => one === id)!;
    return String(resource.Metadata?.['sojourn:function']);
  }

  /** Carries out the template's rules of the custom bus. */
  private async carryBus(): Promise<boolean> {
    if (!this.hasNews) return false;
    const messages = await this.tap.receive(10);
    this.hasNews = messages.length > 0;
    for (const message of messages) {
      await this.offer(JSON.parse(message.Body!) as JsonObject);
      await this.tap.delete(message);
    }
    return messages.length > 0;
  }
  /** An event on a bus: each rule that it fits hands it to its target. */
  async offer(event: JsonObject): Promise<void> {
    for (const [, { Properties = {} }] of this.templates.ofType('AWS::Events::Rule')) {
      const pattern = this.templates.resolve(Properties['EventPattern']) as JsonObject;
      if (!isMatched(pattern, event)) continue;
      type Target = { readonly Arn: string; readonly InputTransformer?: Transformer };
      for (const { Arn, InputTransformer } of this.templates.resolve(
        Properties['Targets'],
      ) as unknown as readonly Target[]) {
        const queue = [...this.queues.values()].find((one) => one.arn === Arn);
        if (!queue) continue;
        this.filled.add(queue);
        await queue.send(InputTransformer ? transformed(InputTransformer, event) : JSON.stringify(event));
      }
    }
  }

  private async carryQueues(): Promise<boolean> {
    let hasMoved = false;
    for (const [, { Properties = {} }] of this.templates.ofType('AWS::Lambda::EventSourceMapping')) {
      const arn = this.templates.text(Properties['EventSourceArn']);
      const queue = [...this.queues.values()].find((one) => one.arn === arn);
      if (!queue || !this.filled.has(queue)) continue;
      const messages = await queue.receive(Math.min(10, Number(Properties['BatchSize'] ?? 10)));
      if (messages.length === 0) this.filled.delete(queue);
      if (messages.length === 0) continue;
      hasMoved = true;
      await this.deliver(queue, messages, this.functionOf(Properties));
    }
    return hasMoved;
  }
  private async deliver(queue: Queue, messages: readonly Message[], name: string): Promise<void> {
    const Records = messages.map(({ MessageId, Body, ReceiptHandle, Attributes }) => ({
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: Attributes ?? {},
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: queue.arn,
      awsRegion: region,
    }));
    type Failed = { readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[] };
    const answer = await this.invoke(name, { Records }).then(
      (told) => told as Failed,
      (error: unknown): Failed => {
        if (!this.isRedelivering) throw error;
        return { batchItemFailures: messages.map(({ MessageId = '' }) => ({ itemIdentifier: MessageId })) };
      },
    );
    const failed = new Set((answer.batchItemFailures ?? []).map((one) => one.itemIdentifier));
    if (failed.size > 0 && failed.size < messages.length) this.partlyFailed += 1;
    for (const message of messages) {
      if (failed.has(message.MessageId!)) {
        this.failures.push({
          name,
          error: new Error(`A message failed: ${this.functions.get(name)?.logged.slice(-1_500)}`),
        });
        if (this.isRedelivering && !(await this.isGivenUp(queue, message))) continue;
      }
      await queue.delete(message);
    }
  }

  /** Whether a message that failed went to the dead letters; else it is visible again. */
  private async isGivenUp(queue: Queue, message: Message): Promise<boolean> {
    const [id = ''] = [...this.queues].find(([, one]) => one === queue)!;
    const [, { Properties = {} }] = this.templates.ofType('AWS::SQS::Queue').find(([one]) => one === id)!;
    const { deadLetterTargetArn, maxReceiveCount } = this.templates.resolve(Properties['RedrivePolicy']) as JsonObject;
    const isLast = Number(message.Attributes?.ApproximateReceiveCount) >= Number(maxReceiveCount);
    if (!isLast) await queue.release(message);
    else await [...this.queues.values()].find(({ arn }) => arn === deadLetterTargetArn)!.send(message.Body!);
    return isLast;
  }
  /** What lies in queues that no function reads. */
  async deadLetters(): Promise<readonly string[]> {
    const read = new Set(
      this.templates
        .ofType('AWS::Lambda::EventSourceMapping')
        .map(([, { Properties = {} }]) => this.templates.text(Properties['EventSourceArn'])),
    );
    const dead = [...this.queues].filter(([, { arn }]) => !read.has(arn));
    const found = await Promise.all(dead.map(async ([id, queue]) => [id, await queue.length()] as const));
    return found.flatMap(([id, length]) => (length > 0 ? [`${id}: ${length}`] : []));
  }
  /** The next call of a function finds a container that knows nothing yet. */
  async restart(name: string): Promise<void> {
    await this.functions.get(name)!.stop();
  }

  async close(): Promise<void> {
    await this.stepFunctions.close();
    await Promise.all([...this.functions.values()].map((one) => one.stop()));
    await this.wire.close();
    await this.providers.close();
    for (const client of [this.client, this.streams, this.sqs]) client.destroy();
  }
}

/** As a promise's two ends. */
const isDone = [(): boolean => true, (): boolean => false] as const;

/** The attribute that a filter asks for: `exists` sees leaves only. */
function leafOf(pattern: JsonObject): readonly { readonly name: string; readonly type: string }[] {
  const { NewImage = {} } = (pattern['dynamodb'] ?? {}) as { readonly NewImage?: JsonObject };
  return Object.entries(NewImage).flatMap(([name, types]) =>
    Object.keys(types as JsonObject).map((type) => ({ name, type })),
  );
}

/** A record as Lambda hands it over: bytes in base64. */
function recordOf({ eventID, eventName, dynamodb }: _Record): StreamRecord & { readonly eventName: string } {
  const plain = (image: object | undefined): Image =>
    Object.fromEntries(
      Object.entries(image ?? {}).map(([name, value]) => {
        const { B } = value as { readonly B?: Uint8Array };
        return [name, (B ? { B: Buffer.from(B).toString('base64') } : value) as Image[string]];
      }),
    );
  return {
    eventID: eventID!,
    eventName: eventName!,
    dynamodb: {
      Keys: plain(dynamodb?.Keys),
      ...(dynamodb?.NewImage && { NewImage: plain(dynamodb.NewImage) }),
    },
  };
}

interface Transformer {
  readonly InputPathsMap: { readonly [name: string]: string };
  readonly InputTemplate: string;
}
/** What EventBridge makes of an event: texts go in as they are, everything else as JSON. */
function transformed({ InputPathsMap, InputTemplate }: Transformer, event: JsonObject): string {
  return InputTemplate.replace(/<([\w-]+)>/g, (_, name: string) => {
    const path = InputPathsMap[name]!.slice(2).split('.');
    const value = path.reduce<unknown>((at, part) => (at as JsonObject | undefined)?.[part], event);
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}
