import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { JsonObject } from '../../../core/json.ts';
import type { Clock } from '../../../core/ports.ts';
import { compileMachine, type Machine } from '../../../local/interpreter/definition.ts';
import { ExecutionStore } from '../../../local/interpreter/execution-store.ts';
import { Interpreter, type TaskFunction } from '../../../local/interpreter/interpreter.ts';
import { Database } from '../../../local/store/database.ts';
import { beginsWithMap, DistributedMaps, type Definition } from './distributed-maps.ts';

interface StepFunctionsOptions {
  /** ARN of a machine or of its version → its definition, where something can be started by it. */
  readonly definitionOf: (arn: string) => string | undefined;
  /** ARN of a function → the function. */
  readonly functions: { readonly [arn: string]: TaskFunction };
  readonly clock: Clock;
  readonly onBroken: (name: string, error: unknown) => void;
}
type Asked = { readonly [name: string]: string };

/** Step Functions' own tokens are about so long, and cannot be packed any closer. */
const tokenLength = 700;
const longToken = (token: string): string => {
  let filler = '';
  while (filler.length < tokenLength)
    filler += createHash('sha256')
      .update(token + filler)
      .digest('base64');
  return `${token}~${filler}`.slice(0, tokenLength);
};
const shortToken = (token: string): string => token.slice(0, token.indexOf('~'));

/** Step Functions' API over our interpreter, which runs the template's own definitions. */
export class StepFunctions {
  readonly interpreter: Interpreter;
  readonly store: ExecutionStore;
  readonly maps: DistributedMaps;
  private readonly db = new Database(':memory:');
  /** By the ARNs of their versions. An execution goes on with what it was started by, whatever is deleted since. */
  private readonly machines = new Map<string, Machine>();
  private readonly definitionOf: StepFunctionsOptions['definitionOf'];
  private readonly server: Server;

  constructor({ definitionOf, functions, ...options }: StepFunctionsOptions) {
    this.store = new ExecutionStore(this.db);
    this.maps = new DistributedMaps({
      nowMs: () => options.clock.nowMs(),
      add: (version, machine) => this.machines.set(version, machine),
      start: (name, journeyId, version, input) => this.interpreter.start({ name, journeyId, version, input }),
      statusOf: (name) => this.store.get(name)?.status,
      onBroken: options.onBroken,
    });
    this.interpreter = new Interpreter({
      ...options,
      functions: withLongTokens(functions),
      store: this.store,
      concurrency: 1,
      machine: async (_, versionArn) => this.machines.get(versionArn)!,
    });
    this.definitionOf = definitionOf;
    this.server = createServer((request, response) => {
      void this.answer(request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(JSON.stringify(body));
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  async close(): Promise<void> {
    await this.interpreter.stop();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    this.db.close();
  }

  /** Executions so far and the states that they entered, of all machines or of one. */
  count(machineArn?: string): { readonly executions: number; readonly transitions: number } {
    const [row] = this.db.all<{ executions: number; transitions: number | null }>(
      "SELECT count(*) AS executions, sum(transitions) AS transitions FROM executions WHERE ? IN (journey_id, '')",
      machineArn ?? '',
    );
    return { executions: row?.executions ?? 0, transitions: row?.transitions ?? 0 };
  }

  private async answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
    const operation = String(request.headers['x-amz-target']).split('.')[1];
    const asked = JSON.parse(await text(request)) as Asked;
    const failed = (name: string): { readonly status: number; readonly body: object } => ({
      status: 400,
      body: { __type: name, message: name },
    });
    switch (operation) {
      case 'StartExecution': {
        const definition = this.definitionOf(asked['stateMachineArn'] ?? '');
        if (definition === undefined) return failed('StateMachineDoesNotExist');
        return (await this.start(asked, definition))
          ? { status: 200, body: { executionArn: asked['name'], startDate: 0 } }
          : failed('ExecutionAlreadyExists');
      }
      case 'SendTaskSuccess':
        return (await this.interpreter.succeed(
          shortToken(asked['taskToken']!),
          JSON.parse(asked['output']!) as JsonObject,
        )) === 'done'
          ? { status: 200, body: {} }
          : failed('TaskTimedOut');
      case 'SendTaskFailure':
        return (await this.interpreter.fail(shortToken(asked['taskToken']!), asked['error']!, asked['cause']!)) ===
          'done'
          ? { status: 200, body: {} }
          : failed('TaskTimedOut');
      default:
        return failed('UnknownOperationException');
    }
  }

  /** @returns whether it runs now: the same name and input again counts as started, for as long as it runs */
  private async start(
    { stateMachineArn = '', name = '', input: text = '{}' }: Asked,
    definition: string,
  ): Promise<boolean> {
    const input = JSON.parse(text) as JsonObject;
    const atMap = this.maps.inputOf(name);
    const standing = atMap ?? this.store.get(name)?.input;
    if (standing && JSON.stringify(standing) !== JSON.stringify(input)) return false;
    if (atMap) return true;
    const machine = JSON.parse(definition) as Definition;
    if (beginsWithMap(machine)) {
      await this.maps.begin(name, stateMachineArn, machine, input);
      return true;
    }
    if (!this.machines.has(stateMachineArn)) this.machines.set(stateMachineArn, compileMachine(machine));
    const journeyId = stateMachineArn.replace(/:\d+$/, '');
    return (await this.interpreter.start({ name, journeyId, version: stateMachineArn, input })) === 'running';
  }
}

/** The functions as they are told of tokens of their real length. */
const withLongTokens = (functions: StepFunctionsOptions['functions']): StepFunctionsOptions['functions'] =>
  new Proxy(functions, {
    get: (all, arn: string) => {
      const called = all[arn];
      type Payload = { readonly token?: string };
      return (
        called &&
        ((payload: Payload) =>
          called((payload.token === undefined ? payload : { ...payload, token: longToken(payload.token) }) as never))
      );
    },
  });
