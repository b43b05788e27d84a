import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { JsonObject } from '../../../core/json.ts';
import { installDoubles, installJsonata } from '../doubles/install.ts';
import { startMotoWithJsonata } from '../doubles/moto.ts';
import type { Double } from '../doubles/server.ts';
import { Play, type Definition, type Walk } from './play.ts';

const longestMs = 90_000;

/** moto looks at all executions, and stumbles over one that another request is just beginning. It is asked again then. */
async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries >= 10) throw error;
      await sleep(100);
    }
  }
}

/** moto's Step Functions with functions of ours: state machines find their Lambda here. */
export class MotoStepFunctions {
  private readonly client: SFNClient;
  private readonly moto: Double;
  private readonly functions: Server;
  private readonly plays: Map<string, Play>;
  private readonly failures: unknown[];

  private constructor(made: {
    readonly client: SFNClient;
    readonly moto: Double;
    readonly functions: Server;
    readonly plays: Map<string, Play>;
    readonly failures: unknown[];
  }) {
    ({
      client: this.client,
      moto: this.moto,
      functions: this.functions,
      plays: this.plays,
      failures: this.failures,
    } = made);
  }

  static async open(): Promise<MotoStepFunctions> {
    const plays = new Map<string, Play>();
    const failures: unknown[] = [];
    // The functions tell of tokens, to a client that is there once the server is.
    const tell: { client?: SFNClient } = {};
    const functions = serveFunctions(plays, (token, isSuccess) => {
      const command = isSuccess
        ? () => tell.client!.send(new SendTaskSuccessCommand({ taskToken: token, output: '{}' }))
        : () =>
            tell.client!.send(
              new SendTaskFailureCommand({ taskToken: token, error: 'EnrollmentEnded', cause: 'It is over.' }),
            );
      patiently<unknown>(command).catch((error: unknown) => failures.push(error));
    });
    await new Promise<void>((resolve) => functions.listen(0, '127.0.0.1', resolve));
    const doubles = await installDoubles();
    const { port } = functions.address() as AddressInfo;
    const moto = await startMotoWithJsonata(doubles, await installJsonata(doubles), port);
    const body = JSON.stringify({ stepfunctions: { execute_state_machine: true } });
    await fetch(`${moto.endpoint}/moto-api/config`, { method: 'POST', body });
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = new SFNClient({ endpoint: moto.endpoint, region: 'us-east-1', credentials });
    tell.client = client;
    return new MotoStepFunctions({ client, moto, functions, plays, failures });
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.moto.stop();
    this.functions.closeAllConnections();
    await new Promise((resolve) => this.functions.close(resolve));
  }

  /** @param input its `enrollmentId` is one that no other walk has */
  async walk(definition: Definition, seed: string, input: JsonObject): Promise<Walk> {
    const name = String(input['enrollmentId']);
    const play = new Play(definition, seed);
    this.plays.set(name, play);
    const stateMachineArn = await this.create(name, definition);
    const { executionArn } = await patiently(() =>
      this.client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) })),
    );
    const status = await this.endOf(executionArn!);
    if (this.failures.length > 0) throw this.failures[0];
    const { events = [] } = await this.client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
    const path = events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
    return { path, calls: play.calls, happened: play.happened, status };
  }

  /** @returns the ARN of the machine */
  async create(name: string, definition: object): Promise<string> {
    const roleArn = 'arn:aws:iam::123456789012:role/machine';
    const created = new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(definition) });
    return String((await patiently(() => this.client.send(created))).stateMachineArn);
  }

  private async endOf(executionArn: string): Promise<string> {
    for (const untilMs = Date.now() + longestMs; Date.now() < untilMs; await sleep(100)) {
      const { status } = await patiently(() => this.client.send(new DescribeExecutionCommand({ executionArn })));
      if (status !== 'RUNNING') return String(status).toLowerCase();
    }
    return 'running';
  }
}

/** Lambda's invocations, answered by the play that the enrollment belongs to. */
function serveFunctions(plays: ReadonlyMap<string, Play>, tell: (token: string, isSuccess: boolean) => void): Server {
  return createServer((request, response) => {
    void text(request).then((body) => {
      const functionName = /\/functions\/(\w+)\/invocations/.exec(request.url ?? '')?.[1];
      const payload = JSON.parse(body) as JsonObject;
      const play = plays.get(String(payload['enrollmentId']));
      if (functionName === undefined || !play) return response.writeHead(404).end();
      const says = play.says({ functionName, payload });
      if (says.kind === 'throws') {
        const failed = { errorType: says.name, errorMessage: says.message };
        return response.writeHead(200, { 'X-Amz-Function-Error': 'Unhandled' }).end(JSON.stringify(failed));
      }
      response.end(JSON.stringify(says.answer));
      if (says.token !== undefined && says.token !== 'times-out')
        tell(String(payload['token']), says.token === 'succeeds');
      return undefined;
    });
  });
}
