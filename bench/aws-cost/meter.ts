import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { JsonObject } from '../../core/json.ts';
import type { Deployment } from '../../test/aws/deployment/deployment.ts';
import type { Answer, Call } from '../../test/aws/deployment/wire.ts';
import { itemSize, writeUnits, type WireItem } from './item-size.ts';
import { prices } from './prices.ts';

/** What was counted of one thing that is paid for, and for whom. */
export interface Line {
  /** As a bill would say: `writes`, `transitions`. */
  readonly item: string;
  /** The function that asked for it, or what stands before it. */
  readonly by: string;
  readonly count: number;
  readonly dollars: number;
}

type Key = { readonly [name: string]: { readonly S: string } };
interface Write {
  readonly key: Key;
  readonly isTransaction: boolean;
}
interface Index {
  readonly keys: readonly [string, string];
  /** Attributes that it holds besides all keys. */
  readonly projected: readonly string[];
}

/** What is only added up once counting has stopped. */
const itemsOfTheEnd = new Set(['transitions', 'log bytes', 'compute']);
/** Requests and events are counted in pieces of 64 KB, requests of the HTTP API in pieces of 512. */
const pieces = (bytes: number, size: number): number => Math.max(1, Math.ceil(bytes / size));
const queuePiece = 65_536;
/**
 * Time that Lambda charges is made of what was measured here: the processor's, of which a function has a share by its
 * memory, and requests, each taken to last as long as DynamoDB's usually do, one after another.
 */
const mebibytesOfProcessor = 1_769;
const requestMs = 5;
/** What CloudWatch counts beside the text of a line, and what Lambda's own lines of a call come to. */
const logLineOverhead = 26;
const platformLogBytes = 430;

/** How long a line of the access log is, with values of their usual length in it. */
function accessLine({ AccessLogSettings }: { readonly [name: string]: unknown }): number {
  const { Format = '' } = (AccessLogSettings ?? {}) as { readonly Format?: string };
  const usual: { readonly [name: string]: string } = {
    requestId: 'JKJaXmPLvHcESHA=',
    requestTime: '02/Mar/2026:10:00:00 +0000',
    routeKey: 'POST /v1/{call}',
    status: '200',
  };
  return Format.replace(/\$context\.(\w+)/g, (_, name: string) => usual[name] ?? '-').length;
}

/** Counts on a deployment what AWS would charge for, by the published rules of each service. */
export class Meter {
  private readonly deployed: Deployment;
  private readonly client: DynamoDBClient;
  private readonly tableName: string;
  private readonly indexes: readonly Index[];
  private readonly memory = new Map<string, number>();
  private readonly ordered: ReadonlySet<string>;
  private lines = new Map<string, { item: string; by: string; count: number; dollars: number }>();
  private transitionsBefore = 0;
  private readonly logLength = new Map<string, number>();
  private readonly cpuBefore = new Map<string, number>();
  /** Function → requests that it made of AWS. */
  private readonly requests = new Map<string, number>();
  /** Functions of which Lambda itself logs every call. */
  private readonly talkative = new Set<string>();
  private readonly accessLineBytes: number;
  private isPaused = true;

  constructor(deployed: Deployment, client: DynamoDBClient, tableName: string) {
    this.deployed = deployed;
    this.client = client;
    this.tableName = tableName;
    const { templates } = deployed;
    const [, table] = templates.only('AWS::DynamoDB::Table');
    this.indexes = indexesOf(templates.resolve(table['GlobalSecondaryIndexes']) as never);
    for (const [, { Properties = {}, Metadata }] of templates.ofType('AWS::Lambda::Function')) {
      const name = Metadata?.['sojourn:function'];
      if (typeof name !== 'string') continue;
      this.memory.set(name, Number(Properties['MemorySize'] ?? 128));
      const { SystemLogLevel } = (Properties['LoggingConfig'] ?? {}) as { readonly SystemLogLevel?: string };
      if (SystemLogLevel !== 'WARN') this.talkative.add(name);
      const { Mode } = (Properties['TracingConfig'] ?? {}) as { readonly Mode?: string };
      if (Mode === 'Active') throw new Error(`${name} is traced: traces are not counted here.`);
    }
    this.accessLineBytes =
      accessLine(templates.ofType('AWS::ApiGatewayV2::Stage')[0]![1].Properties!) + logLineOverhead;
    this.ordered = new Set(
      templates
        .ofType('AWS::SQS::Queue')
        .flatMap(([id, { Properties = {} }]) => (Properties['FifoQueue'] === true ? [templates.physical(id).ref] : [])),
    );
    deployed.wire.between = (call, forward) => this.pass(call, forward);
    deployed.functions.heard = ({ name, event }) => this.invoked(name, event);
  }

  /** Forgets what was counted, and counts from here on. */
  start(): void {
    this.lines = new Map();
    this.transitionsBefore = this.deployed.stepFunctions.count().transitions;
    this.requests.clear();
    for (const name of this.memory.keys()) {
      this.logLength.set(name, this.deployed.functions.logged(name).length);
      this.cpuBefore.set(name, this.deployed.functions.cpuMs(name));
    }
    this.isPaused = false;
  }
  /** What was counted since then, dearest first. */
  stop(): readonly Line[] {
    this.isPaused = true;
    const transitions = this.deployed.stepFunctions.count().transitions - this.transitionsBefore;
    if (transitions > 0) this.add('transitions', 'Step Functions', transitions, prices.transition);
    for (const [name, mebibytes] of this.memory) {
      const cpuMs = this.deployed.functions.cpuMs(name) - (this.cpuBefore.get(name) ?? 0);
      const ms = cpuMs / Math.min(1, mebibytes / mebibytesOfProcessor) + (this.requests.get(name) ?? 0) * requestMs;
      if (ms > 0) this.add('compute', name, ms, (mebibytes / 1_024 / 1_000) * prices.gigabyteSecond);
      const said = this.deployed.functions.logged(name).slice(this.logLength.get(name) ?? 0);
      const calls = this.lines.get(`calls ${name}`)?.count ?? 0;
      const own = this.talkative.has(name) ? calls * platformLogBytes : 0;
      const bytes = Buffer.byteLength(said) + (said.split('\n').length - 1) * logLineOverhead + own;
      if (bytes > 0) this.add('log bytes', name, bytes, prices.logGigabyte / 1e9);
    }
    const requests = this.lines.get('requests HTTP API')?.count ?? 0;
    if (requests > 0) this.add('log bytes', 'HTTP API', requests * this.accessLineBytes, prices.logGigabyte / 1e9);
    return [...this.lines.values()].toSorted((a, b) => b.dollars - a.dollars);
  }
  private add(item: string, by: string, count: number, price: number): void {
    if (this.isPaused && !itemsOfTheEnd.has(item)) return;
    const line = this.lines.get(`${item} ${by}`) ?? { item, by, count: 0, dollars: 0 };
    line.count += count;
    line.dollars += count * price;
    this.lines.set(`${item} ${by}`, line);
  }

  private invoked(name: string, event: unknown): void {
    this.add('calls', name, 1, prices.invocation);
    const { Records, requestContext } = event as { readonly Records?: readonly JsonObject[]; requestContext?: object };
    if (requestContext)
      this.add('requests', 'HTTP API', pieces(JSON.stringify(event).length, 524_288), prices.httpRequest);
    if (Records?.[0]?.['eventSource'] !== 'aws:sqs') return;
    // The poller takes the batch and deletes it; each message of an unordered queue was put there by a rule.
    const isOrdered = String(Records[0]['eventSourceARN']).endsWith('.fifo');
    const price = isOrdered ? prices.orderedQueueRequest : prices.queueRequest;
    this.add('queue requests', `${name}'s poller`, 2, price);
    if (!isOrdered) this.add('queue requests', 'rules', Records.length, price);
  }

  private async pass(call: Call, forward: (body?: Buffer) => Promise<Answer>): Promise<Answer> {
    if (this.isPaused) return forward();
    this.requests.set(call.caller, (this.requests.get(call.caller) ?? 0) + 1);
    if (call.service === 'dynamodb') return this.table(call, forward);
    const answer = await forward();
    const { caller, service, operation, body } = call;
    const asked = (): JsonObject => JSON.parse(body.toString('utf8')) as JsonObject;
    if (service === 'events') {
      const events = (asked()['Entries'] as readonly JsonObject[]).map((one) => JSON.stringify(one).length);
      this.add(
        'bus events',
        caller,
        events.reduce((sum, bytes) => sum + pieces(bytes, queuePiece), 0),
        prices.busEvent,
      );
    }
    if (service === 'firehose') {
      const records = asked()['Records'] as readonly { readonly Data: string }[];
      const bytes = records.reduce((sum, { Data }) => sum + 5_120 * Math.ceil((Data.length * 0.75) / 5_120), 0);
      this.add('lake bytes', caller, bytes, prices.firehoseGigabyte / 1e9);
    }
    if (service === 'sqs' && operation.startsWith('Send')) {
      const isOrdered = this.ordered.size > 0 && body.toString('utf8').includes('.fifo');
      const price = isOrdered ? prices.orderedQueueRequest : prices.queueRequest;
      this.add('queue requests', caller, pieces(body.length, queuePiece), price);
    }
    if (service === 'secretsmanager') this.add('secret calls', caller, 1, prices.secretCall);
    return answer;
  }

  private async table(call: Call, forward: (body?: Buffer) => Promise<Answer>): Promise<Answer> {
    const asked = JSON.parse(call.body.toString('utf8')) as JsonObject;
    const writes = writesOf(call.operation, asked);
    if (writes.length === 0) {
      const answer = await forward(Buffer.from(JSON.stringify({ ...asked, ReturnConsumedCapacity: 'TOTAL' })));
      const told = JSON.parse(answer.body.toString('utf8')) as Told;
      this.add('reads', call.caller, readUnits(call.operation, asked, told), prices.readUnit);
      return answer;
    }
    const before = await this.rows(writes);
    const answer = await forward();
    const after = await this.rows(writes);
    for (const [index, { isTransaction }] of writes.entries()) {
      const [old, now] = [before[index], after[index]];
      const units = writeUnits(old ? itemSize(old) : 0, now ? itemSize(now) : 0, isTransaction);
      this.add('writes', call.caller, units, prices.writeUnit);
      this.add('index writes', call.caller, indexUnits(this.indexes, old, now), prices.writeUnit);
    }
    return answer;
  }
  private async rows(writes: readonly Write[]): Promise<readonly (WireItem | undefined)[]> {
    const asked = { [this.tableName]: { Keys: writes.map(({ key }) => ({ ...key })), ConsistentRead: true } };
    const { Responses } = await this.client.send(new BatchGetItemCommand({ RequestItems: asked }));
    const found = new Map((Responses?.[this.tableName] ?? []).map((item) => [nameOf(item as Key), item]));
    return writes.map(({ key }) => found.get(nameOf(key)));
  }
}

interface Told {
  readonly Item?: WireItem;
  readonly Responses?: { readonly [table: string]: readonly WireItem[] };
  readonly ConsumedCapacity?: { readonly CapacityUnits: number };
}
/** One for each 4 KB, half of that where the read may be stale; what is not there costs as the least that is. */
function readUnits(operation: string, asked: JsonObject, told: Told): number {
  const share = (isConsistent: unknown): number => (isConsistent === true ? 1 : 0.5);
  const units = (item: WireItem): number => Math.max(1, Math.ceil(itemSize(item) / 4_096));
  switch (operation) {
    case 'GetItem':
      return (told.Item ? units(told.Item) : 1) * share(asked['ConsistentRead']);
    case 'BatchGetItem': {
      const [[table, request] = ['', {}]] = Object.entries(asked['RequestItems'] as JsonObject);
      const { Keys = [], ConsistentRead } = request as { readonly Keys?: readonly object[]; ConsistentRead?: boolean };
      const found = told.Responses?.[table] ?? [];
      const missing = Keys.length - found.length;
      return found.reduce((sum, item) => sum + units(item), missing) * share(ConsistentRead);
    }
    case 'Query':
      return Math.max(told.ConsumedCapacity?.CapacityUnits ?? 0, share(asked['ConsistentRead']));
    default:
      throw new RangeError(`${operation} is not counted here.`);
  }
}

const nameOf = ({ pk, sk }: Key): string => `${pk!.S}\u0000${sk!.S}`;
const keyOf = ({ pk, sk }: Key): Key => ({ pk: pk!, sk: sk! });

/** Rows that a request writes; one that only checks a row of a transaction is charged as a write, too. */
function writesOf(operation: string, asked: JsonObject): readonly Write[] {
  type Part = { readonly Item?: Key; readonly Key?: Key };
  const one = ({ Item, Key: key }: Part, isTransaction: boolean): Write => ({
    key: keyOf((Item ?? key)!),
    isTransaction,
  });
  switch (operation) {
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [one(asked as never, false)];
    case 'TransactWriteItems':
      return (asked['TransactItems'] as readonly JsonObject[]).map((part) =>
        one(Object.values(part)[0] as never, true),
      );
    case 'BatchWriteItem':
      return Object.values(asked['RequestItems'] as JsonObject).flatMap((parts) =>
        (parts as readonly JsonObject[]).map((part) => one(Object.values(part)[0] as never, false)),
      );
    default:
      return [];
  }
}

function indexesOf(
  given: readonly {
    readonly KeySchema: readonly { readonly AttributeName: string }[];
    readonly Projection: { readonly NonKeyAttributes?: readonly string[] };
  }[],
): readonly Index[] {
  return given.map(({ KeySchema: [hash, range], Projection }) => ({
    keys: [hash!.AttributeName, range!.AttributeName],
    projected: Projection.NonKeyAttributes ?? [],
  }));
}

/** An index takes a write for an entry that comes, goes or changes, and two for one that moves. */
function indexUnits(indexes: readonly Index[], before: WireItem | undefined, after: WireItem | undefined): number {
  return indexes.reduce((sum, { keys, projected }) => {
    const entry = (row: WireItem | undefined): WireItem | undefined =>
      row && keys.every((name) => row[name])
        ? Object.fromEntries(
            ['pk', 'sk', ...keys, ...projected].flatMap((name) => (row[name] ? [[name, row[name]]] : [])),
          )
        : undefined;
    const [old, now] = [entry(before), entry(after)];
    if (JSON.stringify(old) === JSON.stringify(now)) return sum;
    const isMoved = old && now && keys.some((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]));
    const units = (row: WireItem | undefined): number => (row ? writeUnits(itemSize(row), 0, false) : 0);
    return sum + (isMoved ? units(old) + units(now) : Math.max(units(old), units(now)));
  }, 0);
}
