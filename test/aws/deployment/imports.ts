import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { JsonObject } from '../../../core/json.ts';
import { compileTemplate } from '../../../local/interpreter/expression.ts';
import { incoming } from '../../../lib/import-definition.ts';
import type { DoubleConfig } from '../doubles/accounts.ts';
import type { Functions } from './functions.ts';
import type { Situation } from './situation.ts';
import type { Templates } from './template.ts';

/** What an import answers of some lines. */
export interface LinesOutcome {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}
interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
}
interface Task {
  readonly Arguments: { readonly FunctionName: string; readonly Payload: unknown };
  readonly Output: string;
  readonly Retry: readonly Retrier[];
}
interface LinesMap {
  readonly ItemReader: { readonly Arguments: object };
  readonly ItemSelector?: unknown;
  readonly ItemBatcher: { readonly MaxItemsPerBatch: number; readonly BatchInput: object };
  readonly ItemProcessor: { readonly StartAt: string; readonly States: { readonly [name: string]: Task } };
}

/** A batch holds at most as many lines as the definition says; fewer make more of them. */
const linesAtOnce = 4;

/**
 * Files of an import, and the machine of the template that hands out their lines. Neither moto nor our interpreter runs a
 * distributed map: its part is done here by what the definition says, on an object that lies on moto.
 */
export class Imports {
  /** What became of each batch of the latest import; an error where it could not be done. */
  outcomes: readonly (LinesOutcome | Error)[] = [];
  private readonly situation: Situation;
  private readonly functions: Functions;
  private readonly s3: S3Client;
  private begun = 0;

  constructor(situation: Situation, functions: Functions, config: DoubleConfig) {
    this.situation = situation;
    this.functions = functions;
    this.s3 = new S3Client({ ...config, forcePathStyle: true });
  }

  /** ARN of the machine, which a rule begins with each file. */
  get machineArn(): string {
    return targetOf(this.situation.templates).arn;
  }
  /** Puts a file of JSON lines where the rule looks for them. @returns what S3 tells the default bus */
  async put(name: string, lines: readonly unknown[]): Promise<JsonObject> {
    const { bucket } = targetOf(this.situation.templates);
    const Key = `${incoming}${name}`;
    const Body = lines.map((line) => JSON.stringify(line)).join('\n');
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    return {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: bucket }, object: { key: Key } },
    };
  }

  /** Runs the machine on what the rule has told it. */
  async begin(input: string): Promise<void> {
    const { StartAt, States } = JSON.parse(this.situation.templates.definitionOf(this.machineArn)) as {
      readonly StartAt: string;
      readonly States: { readonly [name: string]: LinesMap };
    };
    const map = States[StartAt]!;
    const execution = `import-${++this.begun}`;
    const states = { input: JSON.parse(input) as JsonObject };
    const items = await this.items(map, states);
    const BatchInput = await compileTemplate(map.ItemBatcher.BatchInput)({ states, variables: {} });
    const size = Math.min(linesAtOnce, map.ItemBatcher.MaxItemsPerBatch);
    const { StartAt: first, States: inner } = map.ItemProcessor;
    const outcomes: (LinesOutcome | Error)[] = [];
    for (let from = 0; from < items.length; from += size) {
      const Items = items.slice(from, from + size);
      outcomes.push(await this.child(inner[first]!, { Items, BatchInput }, `${execution}/${from}`));
    }
    this.outcomes = outcomes;
  }
  private async items({ ItemReader, ItemSelector }: LinesMap, states: object): Promise<readonly unknown[]> {
    const scope = { states: states as JsonObject, variables: {} };
    const { Bucket, Key } = (await compileTemplate(ItemReader.Arguments)(scope)) as { Bucket: string; Key: string };
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key }));
    const lines = (await Body!.transformToString()).split('\n').map((line) => JSON.parse(line) as unknown);
    if (ItemSelector !== undefined) throw new RangeError('Items are not selected here.');
    return lines;
  }

  /** One execution of a child, which has one task. */
  private async child({ Arguments, Output, Retry }: Task, input: object, id: string): Promise<LinesOutcome | Error> {
    const context = { Execution: { Id: id, StartTime: new Date(this.situation.nowMs).toISOString() } };
    const asked = (await compileTemplate(Arguments)({
      states: { input, context },
      variables: {},
    })) as Task['Arguments'];
    const retriers = new Map(Retry.map((retrier) => [retrier, retrier.MaxAttempts]));
    for (;;)
      try {
        const Payload = await this.functions.tasks[asked.FunctionName]!(asked.Payload as never);
        const states = { input, context, result: { Payload } };
        return (await compileTemplate(Output)({ states, variables: {} })) as LinesOutcome;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const [retrier, left = 0] = [...retriers].find(([{ ErrorEquals }]) => ErrorEquals.includes(error.name)) ?? [];
        if (!retrier || left === 0) return error;
        retriers.set(retrier, left - 1);
      }
  }
}

/** The machine that files begin, and the bucket of those files: what the rule says that matches an upload. */
function targetOf(templates: Templates): { readonly arn: string; readonly bucket: string } {
  for (const [, { Properties = {} }] of templates.ofType('AWS::Events::Rule')) {
    const { source, detail } = templates.resolve(Properties['EventPattern']) as {
      readonly source?: readonly string[];
      readonly detail?: { readonly bucket: { readonly name: readonly string[] } };
    };
    if (!source?.includes('aws.s3')) continue;
    const [target] = templates.resolve(Properties['Targets']) as unknown as readonly { readonly Arn: string }[];
    return { arn: target!.Arn, bucket: detail!.bucket.name[0]! };
  }
  throw new RangeError('No rule begins an import.');
}
