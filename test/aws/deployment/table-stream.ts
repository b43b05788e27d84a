import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record,
  type DynamoDBStreamsClient,
} from '@aws-sdk/client-dynamodb-streams';
import type { JsonObject } from '../../../core/json.ts';
import type { Functions } from './functions.ts';
import type { Situation } from './situation.ts';
import type { Resource } from './template.ts';

type Image = { readonly [name: string]: { readonly [type: string]: unknown } };
/** A record as Lambda hands it over. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly dynamodb: { readonly NewImage?: Image; readonly Keys: Image };
}
type Mapping = NonNullable<Resource['Properties']>;

/** Carries the table's stream to the functions that the template maps to it. */
export class TableStream {
  /** Hears of every record, in the order of their commits. */
  heard: (records: readonly StreamRecord[]) => void = () => undefined;
  /** Batches that were given up. */
  readonly lost: { readonly name: string; readonly records: number }[] = [];
  private readonly situation: Situation;
  private readonly functions: Functions;
  private readonly client: DynamoDBStreamsClient;
  private readonly arn: string;
  private readonly iterators = new Map<string, string>();

  constructor(situation: Situation, functions: Functions, client: DynamoDBStreamsClient, arn: string) {
    this.situation = situation;
    this.functions = functions;
    this.client = client;
    this.arn = arn;
  }

  /** @returns what was new */
  async carry(): Promise<readonly StreamRecord[]> {
    const { templates } = this.situation;
    const records = (await this.read()).map(recordOf);
    this.heard(records);
    for (const [, { Properties = {} }] of templates.ofType('AWS::Lambda::EventSourceMapping')) {
      if (templates.text(Properties['EventSourceArn']) !== this.arn) continue;
      const wanted = wantedBy(Properties);
      const fitting = records.filter(({ dynamodb }) =>
        wanted.some(({ name, type }) => dynamodb.NewImage?.[name]?.[type] !== undefined),
      );
      const size = Number(Properties['BatchSize']);
      for (let from = 0; from < fitting.length; from += size)
        await this.hand(Properties, fitting.slice(from, from + size), Number(Properties['MaximumRetryAttempts']));
    }
    return records;
  }
  /** Hands over a batch: one that fails comes again in halves, as long as it may. */
  private async hand(mapping: Mapping, Records: readonly StreamRecord[], left: number): Promise<void> {
    const name = this.situation.templates.functionOf(mapping['FunctionName']);
    const isTaken = await this.functions.invoke(name, { Records }).then(
      () => true,
      (error: unknown) => {
        if (!this.situation.isRedelivering) throw error;
        return false;
      },
    );
    if (isTaken) return;
    if (left === 0) return void this.lost.push({ name, records: Records.length });
    const half = mapping['BisectBatchOnFunctionError'] === true ? Math.ceil(Records.length / 2) : Records.length;
    for (const part of [Records.slice(0, half), Records.slice(half)])
      if (part.length > 0) await this.hand(mapping, part, left - 1);
  }

  private async read(): Promise<readonly _Record[]> {
    const { StreamDescription } = await this.client.send(new DescribeStreamCommand({ StreamArn: this.arn }));
    const found: _Record[] = [];
    for (const { ShardId = '' } of StreamDescription?.Shards ?? []) {
      let iterator = this.iterators.get(ShardId) ?? (await this.beginningOf(ShardId));
      for (;;) {
        const page = await this.client.send(new GetRecordsCommand({ ShardIterator: iterator }));
        found.push(...(page.Records ?? []));
        if (page.NextShardIterator !== undefined) this.iterators.set(ShardId, (iterator = page.NextShardIterator));
        if (!page.Records?.length) break;
      }
    }
    return found;
  }
  private async beginningOf(ShardId: string): Promise<string> {
    const asked = { StreamArn: this.arn, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
    return (await this.client.send(new GetShardIteratorCommand(asked))).ShardIterator!;
  }
}

/** The attributes that a mapping's filters ask for: `exists` sees leaves only. */
function wantedBy({ FilterCriteria }: Mapping): readonly { readonly name: string; readonly type: string }[] {
  const { Filters } = FilterCriteria as { readonly Filters: readonly { readonly Pattern: string }[] };
  return Filters.flatMap(({ Pattern }) => {
    const { dynamodb = {} } = JSON.parse(Pattern) as { readonly dynamodb?: { readonly NewImage?: JsonObject } };
    const leaves = Object.entries(dynamodb.NewImage ?? {});
    return leaves.flatMap(([name, types]) => Object.keys(types as JsonObject).map((type) => ({ name, type })));
  });
}

/** Bytes go to Lambda in base64. */
function recordOf({ eventID = '', eventName = 'MODIFY', dynamodb = {} }: _Record): StreamRecord {
  const { Keys = {}, NewImage } = dynamodb;
  return { eventID, eventName, dynamodb: { Keys: plain(Keys), ...(NewImage && { NewImage: plain(NewImage) }) } };
}
function plain(image: object): Image {
  const values = Object.entries(image).map(([name, value]) => {
    const { B } = value as { readonly B?: Uint8Array };
    return [name, B ? { B: Buffer.from(B).toString('base64') } : (value as Image[string])] as const;
  });
  return Object.fromEntries(values);
}
