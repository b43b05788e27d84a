import {
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { StoreUnavailable } from '../../core/failures.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Executions } from '../../core/ports.ts';
import { isPassing } from './passing.ts';

/** Step Functions says so of a token that is no longer waited for. */
const deadTokens = new Set(['TaskDoesNotExist', 'TaskTimedOut', 'InvalidToken']);

/** Journeys' executions on Step Functions, each on the version of its state machine that its enrollment is pinned to. */
export class StepFunctionsExecutions implements Executions {
  private readonly client: SFNClient;
  private readonly machineArn: (journeyId: string, version: string) => Promise<string>;

  constructor(client: SFNClient, machineArn: (journeyId: string, version: string) => Promise<string>) {
    this.client = client;
    this.machineArn = machineArn;
  }

  async start({
    name,
    journeyId,
    version,
    input,
  }: {
    readonly name: string;
    readonly journeyId: string;
    readonly version: string;
    readonly input: JsonObject;
  }): Promise<'running' | 'closed'> {
    const stateMachineArn = await this.machineArn(journeyId, version);
    try {
      // One that runs under this name with this input answers as if it had just been started.
      await this.client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
      return 'running';
    } catch (error) {
      if (error instanceof Error && error.name === 'ExecutionAlreadyExists') return 'closed';
      throw unavailable(error);
    }
  }

  async succeed(taskToken: string, output: JsonObject): Promise<'done' | 'dead'> {
    return this.tell(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
  }
  async fail(taskToken: string, error: string, cause: string): Promise<'done' | 'dead'> {
    return this.tell(new SendTaskFailureCommand({ taskToken, error, cause }));
  }
  private async tell(command: SendTaskSuccessCommand | SendTaskFailureCommand): Promise<'done' | 'dead'> {
    try {
      // Both have no output, and TypeScript cannot tell which overload of send is meant.
      await (command instanceof SendTaskSuccessCommand ? this.client.send(command) : this.client.send(command));
      return 'done';
    } catch (error) {
      if (error instanceof Error && deadTokens.has(error.name)) return 'dead';
      throw unavailable(error);
    }
  }
}

/** By this name the state machine that called us tries again; any other would mark the enrollment failed. */
const unavailable = (error: unknown): unknown =>
  isPassing(error) ? new StoreUnavailable(`Step Functions could not be told: ${error.name}.`, { cause: error }) : error;
