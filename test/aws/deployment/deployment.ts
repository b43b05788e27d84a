import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { JsonObject } from '../../../core/json.ts';
import type { SecretDocument } from '../../../functions/env.ts';
import { motoData, newAccount, type Account, type Doubles } from '../doubles/accounts.ts';
import { DueRows } from './due-rows.ts';
import { EventBus } from './event-bus.ts';
import { Functions } from './functions.ts';
import { HttpRequests, type HttpAnswer } from './http-requests.ts';
import { Imports } from './imports.ts';
import { Machines } from './machines.ts';
import {
  makeBus,
  makeLake,
  makeQueues,
  makeSecret,
  makeSenders,
  makeTable,
  nameOthers,
  standingIds,
} from './make-resources.ts';
import { ProvidersFront } from './providers-front.ts';
import type { Queue } from './queue.ts';
import { Queues } from './queues.ts';
import { Scheduler } from './scheduler.ts';
import type { Failure, Situation } from './situation.ts';
import { functionBehind } from './routes.ts';
import { Rules } from './rules.ts';
import { StepFunctions } from './step-functions.ts';
import { TableStream } from './table-stream.ts';
import { Templates } from './template.ts';
import { Wire, type Call } from './wire.ts';

export interface DeploymentOptions {
  /** Folder of a synthesis. */
  readonly out: string;
  readonly doubles: Doubles;
  /** Epoch milliseconds at which everything begins. */
  readonly startMs: number;
  readonly secret: SecretDocument;
}

/** What was made of the template before anything runs. */
interface Made {
  readonly account: Account;
  readonly templates: Templates;
  readonly table: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  readonly streamArn: string;
  readonly sqs: SQSClient;
  /** By their logical ids. */
  readonly queues: ReadonlyMap<string, Queue>;
  /** What comes over the bus. */
  readonly tap: Queue;
  readonly providers: ProvidersFront;
}

/**
 * A deployment of the synthesized template on doubles: the table on DynamoDB Local, bus, queues, secret and SES on moto,
 * each bundled function in a process of its own with exactly the environment that the template gives it, and the
 * template's state machines on our interpreter. Carrying things between them is the harness's part, as it is AWS's.
 */
export class Deployment implements Situation {
  readonly templates: Templates;
  /** For a test to look at. */
  readonly failures: Failure[] = [];
  isRedelivering = false;
  nowMs: number;
  readonly functions: Functions;
  readonly stepFunctions: StepFunctions;
  readonly machines: Machines;
  readonly rules = new Rules();
  /** Where all requests of the functions come by. */
  readonly wire = new Wire();
  readonly queues: Queues;
  readonly stream: TableStream;
  /** Files that are uploaded to be imported. */
  readonly imports: Imports;
  /** What the custom resources were told last, by their type. */
  private readonly told = new Map<string, JsonObject>();
  private readonly made: Made;
  private readonly doubles: Doubles;
  private readonly bus: EventBus;
  private readonly scheduler: Scheduler;
  private readonly due: DueRows;
  private readonly requests: HttpRequests;

  private constructor(made: Made, { startMs, doubles }: DeploymentOptions) {
    this.made = made;
    this.doubles = doubles;
    this.templates = made.templates;
    this.machines = new Machines(made.account.accountId);
    this.wire.own = (call) => this.answerChange(call);
    this.nowMs = startMs;
    this.functions = new Functions(this, { config: made.account, wire: this.wire });
    this.stepFunctions = new StepFunctions({
      definitionOf: (arn) => this.machines.definitionOf(arn),
      functions: this.functions.tasks,
      clock: { nowMs: () => this.nowMs, backOff: () => Promise.resolve() },
      onBroken: (name, error) => this.failures.push({ name, error }),
    });
    this.queues = new Queues(this, this.functions, made.queues);
    this.imports = new Imports(this, this.functions, made.account);
    this.bus = new EventBus(this.rules, made.tap, (arn, body) =>
      arn === this.imports.machineArn ? this.imports.begin(body) : this.queues.hand(arn, body),
    );
    this.stream = new TableStream(this, this.functions, made.streams, made.streamArn);
    this.scheduler = new Scheduler(this, this.functions);
    this.due = new DueRows(this, this.scheduler, made.table);
    this.requests = new HttpRequests(this, this.functions);
  }

  static async open(options: DeploymentOptions): Promise<Deployment> {
    const account = await newAccount(options.doubles.moto);
    const templates = new Templates(options.out, account.accountId);
    const toTable = { ...account, endpoint: options.doubles.dynamodb };
    const [table, streams] = [new DynamoDBClient(toTable), new DynamoDBStreamsClient(toTable)];
    const streamArn = await makeTable(templates, table);
    await makeSecret(templates, account, options.secret);
    const sqs = new SQSClient(account);
    const queues = await makeQueues(templates, sqs);
    const tap = await makeBus(templates, account, sqs);
    await makeSenders(templates, account);
    await makeLake(templates, account);
    const providers = await ProvidersFront.listen(account.endpoint);
    const made = { account, templates, table, streams, streamArn, sqs, queues, tap, providers };
    const deployment = new Deployment(made, options);
    await deployment.start();
    return deployment;
  }
  private async start(): Promise<void> {
    const { dynamodb, moto } = this.doubles;
    const providers = this.made.providers.url;
    const states = await this.stepFunctions.listen();
    const onMoto = { sns: moto, sqs: moto, events: moto, firehose: moto, s3: moto, secretsmanager: moto };
    const outside = `${providers}/outside`;
    await this.wire.listen({ dynamodb, states, ses: providers, 'sms-voice': providers, outside, ...onMoto });
    await this.deploy('Create');
  }
  /** In the order that the template's dependencies make: functions, machines and their versions, documents, rules. */
  private async deploy(RequestType: 'Create' | 'Update', properties: JsonObject = {}): Promise<void> {
    nameOthers(this.templates);
    await this.functions.make();
    this.machines.deploy(this.templates);
    await this.publish(RequestType, properties);
    this.rules.deploy(this.templates);
    await this.tell('Custom::SojournRules', RequestType);
  }
  /** What functions ask of machines and rules themselves. */
  private answerChange({ service, operation, body }: Call): object | undefined {
    if (service !== 'states' && service !== 'events') return undefined;
    const asked = JSON.parse(body.toString('utf8')) as JsonObject;
    return service === 'states' ? this.machines.answer(operation, asked) : this.rules.answer(operation, asked);
  }
  /**
   * Deploys another synthesis over all that stands.
   * @param replaces as `-c replaces=` says it
   */
  async redeploy(out: string, replaces?: string): Promise<void> {
    const before = standingIds(this.templates);
    this.templates.replace(out);
    const after = standingIds(this.templates);
    if (!isDeepStrictEqual(after, before)) throw new RangeError(`It would make and delete stores: ${String(after)}`);
    await this.deploy('Update', replaces === undefined ? {} : { replaces });
  }
  /** What CloudFormation asks of the custom resource of documents. */
  publish(RequestType: 'Create' | 'Update' = 'Create', properties: JsonObject = {}): Promise<void> {
    return this.tell('Custom::SojournDocuments', RequestType, properties);
  }
  private async tell(type: string, RequestType: 'Create' | 'Update', more: JsonObject = {}): Promise<void> {
    const [, properties] = this.templates.only(type);
    const { ServiceToken: _, ...resolved } = this.templates.resolve(properties) as JsonObject;
    const ResourceProperties = { ...resolved, ...more };
    // Nothing is asked of a resource whose properties are the same.
    if (RequestType === 'Update' && isDeepStrictEqual(ResourceProperties, this.told.get(type))) return;
    await this.functions.invoke('publish-definitions', { RequestType, ResourceProperties });
    this.told.set(type, ResourceProperties);
  }
  async close(): Promise<void> {
    await this.stepFunctions.close();
    await this.functions.close();
    await this.wire.close();
    await this.made.providers.close();
    for (const client of [this.made.table, this.made.streams, this.made.sqs]) client.destroy();
  }

  /** Whose everything is, for what reads past the functions. */
  get account(): Made['account'] {
    return this.made.account;
  }

  /** What reads the table past the functions. */
  get table(): DynamoDBClient {
    return this.made.table;
  }

  /** A request of the intake. */
  post(path: string, body: object, key: string): Promise<HttpAnswer> {
    const headers = { 'content-type': 'application/json', authorization: `Basic ${btoa(`${key}:`)}` };
    return this.requests.send('accept-events', { method: 'POST', path, body: JSON.stringify(body), headers });
  }
  /** A request of the management API, past its authoriser. */
  api(
    method: string,
    path: string,
    body?: object,
    headers: { readonly [name: string]: string } = {},
  ): Promise<HttpAnswer> {
    const name = functionBehind(this.templates, method, path.split('?')[0]!);
    return this.requests.send(name, { method, path, headers, ...(body && { body: JSON.stringify(body) }) });
  }
  /** A pause, a stop or a resumption, past its authoriser. */
  control(method: string, path: string, body?: object): Promise<HttpAnswer> {
    return this.requests.send('control-journeys', { method, path, ...(body && { body: JSON.stringify(body) }) });
  }
  /** A request of `sojourn publish`, packed as the command packs it. */
  publisher(method: string, path: string, body?: object): Promise<HttpAnswer> {
    const packed = body && gzipSync(JSON.stringify(body)).toString('base64');
    return this.requests.send('publish-documents', { method, path, ...(packed && { body: packed, isPacked: true }) });
  }
  /** A request of a page behind a link. */
  link(method: string, path: string): Promise<HttpAnswer> {
    return this.requests.send('answer-link', { method, path });
  }
  /** An event on a bus. */
  offer(event: JsonObject): Promise<void> {
    return this.bus.offer(event);
  }
  /** One call of the function behind `sojourn redrive`, which writes to the bus. */
  redrive(task: JsonObject): Promise<unknown> {
    this.bus.hasNews = true;
    return this.functions.invoke('redrive', task);
  }
  /** Puts a file where imports are taken from, and lets it be imported. */
  async upload(name: string, lines: readonly unknown[]): Promise<void> {
    await this.offer(await this.imports.put(name, lines));
    await this.settle();
  }
  /** Emails that SES was handed, of all accounts, as they were written. */
  async emails(): Promise<readonly string[]> {
    type Data = { readonly ses: { readonly RawMessage?: readonly { readonly raw_data: string }[] } };
    const data = (await motoData(this.doubles.moto)) as Data;
    return (data.ses.RawMessage ?? []).map(({ raw_data }) => raw_data);
  }

  /** Carries everything on until nothing moves any more. */
  async settle(): Promise<void> {
    for (let isMoving = true; isMoving;) {
      // First, so that what an execution commits is carried in the same round.
      await this.stepFunctions.interpreter.idle();
      const maps = await this.stepFunctions.maps.carry();
      const moved = [maps, await this.carryStream(), await this.bus.carry(), await this.queues.carry()];
      isMoving = moved.some(Boolean);
    }
  }
  private async carryStream(): Promise<boolean> {
    const records = await this.stream.carry();
    this.due.notice(records);
    // The relay writes to the bus only of what is new.
    this.bus.hasNews ||= records.length > 0;
    return records.length > 0;
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
      const wakeMs = wake?.wakeMs ?? Infinity;
      const nextMs = Math.min(wakeMs, this.due.earliestMs, this.stepFunctions.maps.earliestMs);
      if (nextMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      if (this.due.earliestMs <= this.nowMs) {
        await this.tick();
        // What a failing tick left is the next minute's.
        if (this.due.earliestMs <= this.nowMs && !this.isRedelivering)
          throw new RangeError('A due row cannot be done.');
        if (this.due.earliestMs <= this.nowMs) this.nowMs += 60_000;
      } else if (wake && wakeMs <= this.nowMs) await this.stepFunctions.interpreter.wake(wake.name);
      // A map that is to be tried again is carried on by settling.
      await this.settle();
    }
    this.nowMs = untilMs;
    await this.settle();
  }
  /** What a schedule of the template does at this instant. @returns whether its function could do it */
  async strike(name: string): Promise<boolean> {
    const isDone = await this.scheduler.strike(name);
    await this.settle();
    return isDone;
  }
  private async tick(): Promise<void> {
    // It tells an ordered queue of what it finds.
    this.queues.expectOrdered();
    await this.due.tick();
    await this.settle();
    await this.due.forgetFound();
  }
  /** Nothing that stands is due any more: for a test that has seen enough of its people. */
  async forgetDue(): Promise<void> {
    await this.due.deleteAll();
    await this.settle();
  }
}
