import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { JsonObject } from '../../../core/json.ts';
import type { Clock } from '../../../core/ports.ts';
import { compileMachine, type Machine } from '../../../local/interpreter/definition.ts';
import { ExecutionStore } from '../../../local/interpreter/execution-store.ts';
import { Interpreter, type TaskFunction } from '../../../local/interpreter/interpreter.ts';
import { Database } from '../../../local/store/database.ts';

interface StepFunctionsOptions {
  /** ARN of a state machine → its definition, as deployed. */
  readonly definitionOf: (machineArn: string) => string;
  /** ARN of a function → the function. */
  readonly functions: { readonly [arn: string]: TaskFunction };
  readonly clock: Clock;
  readonly onBroken: (name: string, error: unknown) => void;
}
type Asked = { readonly [name: string]: string };

/** Step Functions' API over our interpreter, which runs the template's own definitions. */
export class StepFunctions {
  readonly interpreter: Interpreter;
  readonly store: ExecutionStore;
  private readonly db = new Database(':memory:');
  private readonly machines = new Map<string, Machine>();
  private readonly server: Server;

  constructor({ definitionOf, ...options }: StepFunctionsOptions) {
    this.store = new ExecutionStore(this.db);
    this.interpreter = new Interpreter({
      ...options,
      store: this.store,
      concurrency: 1,
      // A version's ARN is its machine's with a number behind it.
      machine: async (machineArn) => {
        const known = this.machines.get(machineArn);
        if (known) return known;
        const machine = compileMachine(JSON.parse(definitionOf(machineArn)) as unknown);
        this.machines.set(machineArn, machine);
        return machine;
      },
    });
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

  private async answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
    const operation = String(request.headers['x-amz-target']).split('.')[1];
    const asked = JSON.parse(await text(request)) as Asked;
    const failed = (name: string): { readonly status: number; readonly body: object } => ({
      status: 400,
      body: { __type: name, message: name },
    });
    switch (operation) {
      case 'StartExecution':
        return (await this.start(asked))
          ? { status: 200, body: { executionArn: asked['name'], startDate: 0 } }
          : failed('ExecutionAlreadyExists');
      case 'SendTaskSuccess':
        return (await this.interpreter.succeed(asked['taskToken']!, JSON.parse(asked['output']!) as JsonObject)) ===
          'done'
          ? { status: 200, body: {} }
          : failed('TaskTimedOut');
      case 'SendTaskFailure':
        return (await this.interpreter.fail(asked['taskToken']!, asked['error']!, asked['cause']!)) === 'done'
          ? { status: 200, body: {} }
          : failed('TaskTimedOut');
      default:
        return failed('UnknownOperationException');
    }
  }

  /** @returns whether it runs now: the same name and input again counts as started, for as long as it runs */
  private async start({ stateMachineArn = '', name = '', input = '{}' }: Asked): Promise<boolean> {
    const standing = this.store.get(name);
    if (standing && JSON.stringify(standing.input) !== JSON.stringify(JSON.parse(input))) return false;
    const machineArn = stateMachineArn.replace(/:\d+$/, '');
    const started = { name, journeyId: machineArn, version: stateMachineArn, input: JSON.parse(input) as JsonObject };
    return (await this.interpreter.start(started)) === 'running';
  }
}
