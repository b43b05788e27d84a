import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  SFNClient,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { compileJourney, type JourneyVersion } from '../../core/definitions.ts';
import { compileStateMachine } from '../../core/journey/compile.ts';
import type { Journey } from '../../core/journey/document.ts';
import { entryRule, entryRuleSays } from '../../core/journey/entry-rule.ts';
import type { WorkflowFile } from '../../core/journey/read-documents.ts';
import { DynamoDefinitions } from '../../functions/aws/definition-store.ts';
import { madeOf } from '../../functions/aws/deployed-publications.ts';
import { EntryRules } from '../../functions/aws/entry-rules.ts';
import { JourneyMachines } from '../../functions/aws/journey-machines.ts';
import { DynamoPublications, hashOfFiles, type PublicationOptions } from '../../functions/aws/publication-store.ts';
import { DynamoRanks } from '../../functions/aws/ranks.ts';
import { Table } from '../../functions/aws/table/table.ts';
import { deployDocuments } from '../../functions/publish-definitions/publish-definitions.ts';
import { publishDocuments, rollBack, type Published } from '../../functions/publish-documents/publish-documents.ts';
import { aWorkspace, startMs } from '../builders.ts';
import { aTable, type OpenTable } from './a-table.ts';
import type { DoubleConfig } from './doubles/accounts.ts';
import { anAccount } from './doubles/clients.ts';

const bus = 'facts';
const functions = { RunTouch: 'arn:run-touch', RegisterHold: 'arn:register-hold', MarkFailed: 'arn:mark-failed' };
const roleArn = 'arn:aws:iam::123456789012:role/journeys';

/** The files of a folder of these journeys. */
export const filesOf = (...journeys: readonly Journey[]): readonly WorkflowFile[] => [
  { path: 'workspace.json', text: JSON.stringify(aWorkspace()) },
  ...journeys.map((one) => ({ path: `journeys/${one.id}.journey.json`, text: JSON.stringify(one) })),
];

type Where = 'before' | 'after' | Error | undefined;
type Cut = (call: string) => Where | Promise<Where>;

/** An account with a bus, a table and what a deployment has made: on moto and DynamoDB Local. */
export class PublishingAccount {
  /** Says where a try dies: before a call reaches the service, or before its answer comes back. */
  cut: Cut = () => undefined;
  /** Calls so far. */
  readonly calls: string[] = [];
  readonly client: SFNClient;
  private readonly events: EventBridgeClient;
  private readonly dynamo: DynamoDBClient;
  private readonly open: OpenTable;
  private readonly arnPrefix: string;
  /** What the templates said last of machines. */
  private readonly ofStack = new Map<string, string>();
  private nowMs = startMs;

  private constructor(open: OpenTable, account: DoubleConfig, accountId: string) {
    this.open = open;
    this.arnPrefix = `arn:aws:states:us-east-1:${accountId}:stateMachine:Sojourn-dev-journey-`;
    this.dynamo = this.cuttable(new DynamoDBClient(open.config));
    this.client = this.cuttable(new SFNClient({ ...account, maxAttempts: 1 }));
    this.events = this.cuttable(new EventBridgeClient({ ...account, maxAttempts: 1 }));
  }
  static async make(): Promise<PublishingAccount> {
    const account = await anAccount();
    const made = new PublishingAccount(await aTable(), account, account.accountId);
    await made.events.send(new CreateEventBusCommand({ Name: bus }));
    return made;
  }
  /** The rows of ranks, by a client that no try dies in. */
  get ranks(): DynamoRanks {
    return new DynamoRanks(this.open.client, this.open.name);
  }
  close(): void {
    for (const one of [this.client, this.events, this.dynamo]) one.destroy();
    this.open.close();
  }

  private cuttable<C extends DynamoDBClient | SFNClient | EventBridgeClient>(client: C): C {
    type Stack = { add: (middleware: unknown, options: object) => void };
    (client.middlewareStack as unknown as Stack).add(
      (next: (args: object) => Promise<object>, context: { readonly commandName: string }) => async (args: object) => {
        const call = context.commandName.replace('Command', '');
        this.calls.push(call);
        const where = await this.cut(call);
        if (where instanceof Error) throw where;
        if (where === 'before') throw new Error('died');
        const answer = await next(args);
        if (where === 'after') throw new Error('died');
        return answer;
      },
      { step: 'initialize', name: 'cut' },
    );
    return client;
  }

  private options(
    over: Pick<PublicationOptions, 'machineOf' | 'open' | 'settle'> & Partial<PublicationOptions>,
  ): DynamoPublications {
    const table = new Table(this.dynamo, this.open.name);
    return new DynamoPublications({ templates: [], table, inside: async () => [], ...over });
  }
  private get rules(): EntryRules {
    const settings = { bus, prefix: 'Sojourn-dev-journey-', queueArn: 'arn:aws:sqs:us-east-1:123456789012:entries' };
    return new EntryRules(this.events, { ...settings, undeliveredArn: 'arn:aws:sqs:us-east-1:123456789012:dead' });
  }
  private get machines(): JourneyMachines {
    const logGroupArn = 'arn:aws:logs:us-east-1:123456789012:log-group:journeys:*';
    return new JourneyMachines(this.client, {
      arnPrefix: this.arnPrefix,
      roleArn,
      logGroupArn,
      isTraced: false,
      functions,
    });
  }

  /** What publishing without a deployment does with a folder. */
  async publish(files: readonly WorkflowFile[]): Promise<Published> {
    const publications = this.publisher({ said: hashOfFiles(files) });
    return publishDocuments({ publications, clock: this.clock })({ files, by: 'ana' });
  }
  async rollBack(journeyId: string): Promise<Published> {
    return rollBack({ publications: this.publisher({}), clock: this.clock })({ journeyId });
  }
  publisher(saying: NonNullable<PublicationOptions['saying']>): DynamoPublications {
    return this.options({
      saying,
      machineOf: async (journey, standing, arn) => standing ?? this.machines.publish(journey, arn),
      open: (journeys) => this.rules.open(journeys),
      settle: (journeys) => this.rules.settle(journeys, true),
    });
  }
  /** What a deployment does: machines of its own, the documents, then rules of its own. */
  async deploy(journeys: readonly Journey[], replaces?: string): Promise<string> {
    const files = filesOf(...journeys);
    const compiled = journeys.map((journey) => compileJourney(journey));
    const made = new Map<string, string>();
    for (const one of compiled) made.set(`${one.id}/${one.version}`, await this.stackMachine(one));
    const publications = this.options({
      machineOf: (journey, standing) => madeOf(this.client, journey, { made, standing }),
      open: (all) => this.rules.open(all),
      settle: (all) => this.rules.settle(all, false),
    });
    const task = { files, brings: hashOfFiles(files), ...(replaces !== undefined && { replaces }) };
    const said = await deployDocuments({ publications, clock: this.clock })(task);
    for (const one of compiled) await this.stackRule(one);
    await this.publisher({}).settle();
    return said;
  }
  private async stackMachine(journey: JourneyVersion): Promise<string> {
    const name = `Journeys${journey.id}`;
    const definition = JSON.stringify(compileStateMachine(journey)).replace(
      /\$\{(\w+)\}/g,
      (_, one: keyof typeof functions) => functions[one],
    );
    const machineArn = this.arnPrefix.replace('Sojourn-dev-journey-', name);
    const said = this.ofStack.get(name);
    this.ofStack.set(name, definition);
    if (said !== undefined) return this.stackVersion(machineArn, said === definition ? undefined : definition);
    const made = new CreateStateMachineCommand({ name, roleArn, definition, publish: true });
    return (await this.client.send(made)).stateMachineVersionArn!;
  }
  /** CloudFormation changes what its template says otherwise than before; a version is of whatever stands then. */
  private async stackVersion(stateMachineArn: string, changed: string | undefined): Promise<string> {
    const definition = changed ?? (await this.definitionOf(stateMachineArn));
    const asked = new UpdateStateMachineCommand({ stateMachineArn, definition, publish: true });
    return (await this.client.send(asked)).stateMachineVersionArn!;
  }
  private async stackRule(journey: JourneyVersion): Promise<void> {
    const EventPattern = JSON.stringify(entryRule(journey));
    const Name = `Sojourn-dev-App-Entries${journey.id}`;
    const rule = { Name, EventBusName: bus, EventPattern, Description: entryRuleSays(journey.id) };
    await this.events.send(new PutRuleCommand(rule));
  }
  private get clock() {
    return { nowMs: () => (this.nowMs += 1_000) };
  }

  /** All that somebody who enters would meet. */
  async seen(): Promise<object> {
    const { current, held } = await this.publisher({}).state();
    const definitions = new DynamoDefinitions(this.dynamo, this.open.name, { nowMs: () => 0 });
    const { journeys } = await definitions.current();
    const runs: { [journeyId: string]: unknown } = {};
    for (const journey of journeys.values())
      runs[journey.id] = await this.machines.look(journey, await definitions.machineArn(journey.id, journey.version));
    return { current, held, runs, rules: await this.rulesNow(), history: await this.history([...journeys.keys()]) };
  }
  /** Numbers that are current. */
  async current(): Promise<object> {
    return (await this.publisher({}).state()).current;
  }
  async history(journeyIds: readonly string[]): Promise<readonly string[]> {
    const all = await Promise.all(journeyIds.map((id) => this.publisher({}).records(id)));
    return all.flat().map(({ journeyId, number, action }) => `${journeyId} ${action} ${number}`);
  }
  /** Names of events that rules let through, those of the deployment first. */
  async letIn(): Promise<readonly string[]> {
    type Rule = { readonly of: { readonly name: readonly string[] }; readonly State: string };
    const rules = (await this.rulesNow()) as readonly Rule[];
    return rules.filter(({ State }) => State === 'ENABLED').flatMap(({ of }) => of.name);
  }
  private async rulesNow(): Promise<readonly object[]> {
    const { Rules = [] } = await this.events.send(new ListRulesCommand({ EventBusName: bus }));
    const told = Rules.map(async ({ Name, EventPattern = '', State }) => {
      const { Targets = [] } = await this.events.send(new ListTargetsByRuleCommand({ Rule: Name, EventBusName: bus }));
      const of = (JSON.parse(EventPattern) as { readonly detail: object }).detail;
      return { Name, of, State, targets: Targets.map(({ Arn, InputTransformer }) => [Arn, InputTransformer]) };
    });
    return (await Promise.all(told)).toSorted((a, b) => (a.Name! < b.Name! ? -1 : 1));
  }
  drift(journeys: readonly Journey[]) {
    return this.rules.look(journeys.map((journey) => compileJourney(journey)));
  }
  async definitionOf(stateMachineArn: string): Promise<string> {
    return (await this.client.send(new DescribeStateMachineCommand({ stateMachineArn }))).definition!;
  }
}
