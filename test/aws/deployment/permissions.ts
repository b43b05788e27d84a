import type { Deployment } from './deployment.ts';
import type { Json } from './template.ts';
import type { Call } from './wire.ts';

/** One thing that a call needs to be allowed. */
export interface Need {
  readonly caller: string;
  readonly action: string;
  /** `undefined` where the action knows no resource, or it cannot be told from the request. */
  readonly resource: string | undefined;
}
interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}
type Body = { readonly [name: string]: Json };

/** Needs of the calls that a function made which its role, as deployed, does not allow. */
export function notAllowed(deployed: Deployment): readonly Need[] {
  const statements = statementsByFunction(deployed);
  const seen = new Map<string, Need>();
  for (const need of deployed.wire.calls.flatMap((call) => needsOf(call, deployed)))
    seen.set(JSON.stringify(need), need);
  return [...seen.values()].filter(
    ({ caller, action, resource }) => !(statements.get(caller) ?? []).some((one) => allows(one, action, resource)),
  );
}

/** Actions that each function was seen to need, by these calls. */
export function neededActions(
  deployed: Deployment,
  calls: readonly Call[] = deployed.wire.calls,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { caller, action } of calls.flatMap((call) => needsOf(call, deployed)))
    found.set(caller, (found.get(caller) ?? new Set()).add(action));
  return found;
}
/** Actions that each function's role allows. */
export const allowedActions = (deployed: Deployment): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(
    [...statementsByFunction(deployed)].map(([name, statements]) => [
      name,
      new Set(statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => list(Action))),
    ]),
  );

const list = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

function allows({ Effect, Action, Resource }: Statement, action: string, resource: string | undefined): boolean {
  if (Effect !== 'Allow' || !list(Action).some((one) => fits(one, action))) return false;
  return resource === undefined || list(Resource).some((one) => fits(one, resource));
}
const fits = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text);

/** Statements of each function's own role. */
function statementsByFunction({ templates }: Deployment): ReadonlyMap<string, readonly Statement[]> {
  const documents = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => templates.ofType(type));
  const policies = documents.map(([, { Properties = {} }]) => ({
    roles: (templates.resolve(Properties['Roles']) as readonly string[]) ?? [],
    statements: (templates.resolve(Properties['PolicyDocument']) as unknown as { Statement: readonly Statement[] })
      .Statement,
  }));
  const found = new Map<string, readonly Statement[]>();
  for (const [, { Properties = {}, Metadata = {} }] of templates.ofType('AWS::Lambda::Function')) {
    const name = Metadata['sojourn:function'];
    if (typeof name !== 'string') continue;
    const role = templates.text(Properties['Role']);
    const own = policies.filter(({ roles }) => roles.some((id) => templates.physical(id).attributes['Arn'] === role));
    found.set(
      name,
      own.flatMap(({ statements }) => statements),
    );
  }
  return found;
}

/** What one request asks of IAM, by the service authorization reference. */
function needsOf({ caller, service, operation, body }: Call, { templates, queues }: Deployment): readonly Need[] {
  const need = (action: string, resource?: string): Need => ({ caller, action: `${service}:${action}`, resource });
  const [[tableId = ''] = []] = templates.ofType('AWS::DynamoDB::Table');
  const table = templates.physical(tableId).attributes['Arn']!;
  const asked = (): Body => JSON.parse(body.toString('utf8')) as Body;
  switch (service) {
    case 'dynamodb': {
      if (operation === 'TransactWriteItems') {
        const items = asked()['TransactItems'] as readonly Body[];
        const actions = {
          Put: 'PutItem',
          Update: 'UpdateItem',
          Delete: 'DeleteItem',
          ConditionCheck: 'ConditionCheckItem',
        };
        return items.map((item) => need(actions[Object.keys(item)[0] as keyof typeof actions], table));
      }
      const index = asked()['IndexName'];
      return [need(operation, typeof index === 'string' ? `${table}/index/${index}` : table)];
    }
    case 'states':
      return statesNeeds(operation, asked, need, templates.account);
    case 'events': {
      if (operation === 'ListRules') return [need(operation)];
      const rule = asked()['Rule'] ?? asked()['Name'];
      if (typeof rule === 'string')
        return [
          need(operation, `arn:aws:events:us-east-1:${templates.account}:rule/${asked()['EventBusName']}/${rule}`),
        ];
      const [entry] = asked()['Entries'] as readonly Body[];
      const bus = templates.ofType('AWS::Events::EventBus').map(([id]) => templates.physical(id));
      return [need(operation, bus.find(({ ref }) => ref === entry?.['EventBusName'])?.attributes['Arn'])];
    }
    case 'ses':
      return sesNeeds(operation, asked, need, templates.account);
    case 'sqs':
      // A batch is authorised as the single message is.
      return [need(operation.replace('Batch', ''), queues.arnAt(String(asked()['QueueUrl'])))];
    case 'firehose': {
      const id = String(asked()['DeliveryStreamName']);
      return [need(operation, templates.physical(id).attributes['Arn'])];
    }
    case 's3': {
      // By path: the bucket, and the key of an object.
      const [, method, bucket, key] = /^(\w+) \/([^/?]+)\/?([^?]*)/.exec(operation) ?? [];
      const arn = `arn:aws:s3:::${bucket}`;
      if (key === '') return [need('ListBucket', arn)];
      return [need(method === 'PUT' ? 'PutObject' : 'GetObject', `${arn}/${decodeURIComponent(key ?? '')}`)];
    }
    case 'secretsmanager':
      return [need(operation, String(asked()['SecretId']))];
    case 'sns': {
      const form = new URLSearchParams(body.toString('utf8'));
      return [need(operation, form.get('TargetArn') ?? form.get('PlatformApplicationArn') ?? undefined)];
    }
    case 'sms-voice':
      return [need(operation)];
    case 'outside':
      // Nobody of ours guards what is not AWS.
      return [];
    default:
      throw new RangeError(`It is not known what ${service}:${operation} needs.`);
  }
}

function statesNeeds(
  operation: string,
  asked: () => Body,
  need: (action: string, resource?: string) => Need,
  account: string,
): readonly Need[] {
  const { stateMachineArn, name, roleArn } = asked();
  // What it publishes at once is authorised by itself, and so is the role that it hands on.
  const publishes = (arn: string): readonly Need[] => [need(operation, arn), need('PublishStateMachineVersion', arn)];
  if (operation === 'CreateStateMachine') {
    const arn = `arn:aws:states:us-east-1:${account}:stateMachine:${String(name)}`;
    return [...publishes(arn), { ...need(''), action: 'iam:PassRole', resource: String(roleArn) }];
  }
  if (operation === 'UpdateStateMachine') return publishes(String(stateMachineArn));
  const isOnMachine = ['StartExecution', 'DescribeStateMachine'].includes(operation);
  return [need(operation, isOnMachine ? String(stateMachineArn) : undefined)];
}

function sesNeeds(
  operation: string,
  asked: () => Body,
  need: (action: string, resource?: string) => Need,
  account: string,
): readonly Need[] {
  if (operation === 'GET /v2/email/account') return [need('GetAccount')];
  if (operation !== 'POST /v2/email/outbound-emails') throw new RangeError(`Nothing asks SES for ${operation}.`);
  const set = `arn:aws:ses:us-east-1:${account}:configuration-set/${String(asked()['ConfigurationSetName'])}`;
  // Raw mail is authorised as such too, whichever of SES's two interfaces it comes by.
  return [need('SendEmail', set), need('SendRawEmail', set)];
}
