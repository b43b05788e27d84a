import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  type DescribeExecutionCommandOutput,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { StepFunctionsExecutions } from '../../functions/aws/executions.ts';
import { executionsContract, type OpenExecutions } from '../contracts/executions.ts';
import { anAccount } from './doubles/clients.ts';

/** Else moto keeps executions without running them. */
beforeAll(async () => {
  const body = JSON.stringify({ stepfunctions: { execute_state_machine: true } });
  await fetch(`${inject('moto')}/moto-api/config`, { method: 'POST', body });
});

interface OpenStepFunctions extends OpenExecutions {
  readonly client: SFNClient;
  readonly machineArn: string;
}

const end = (state: string) => ({ Type: 'Pass', Result: { state }, End: true });
/** Written in JSONPath: moto evaluates JSONata only with a package that it does not bring along. */
const definitionOf = (queueUrl: string) => ({
  StartAt: 'Hold',
  States: {
    Hold: {
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Parameters: {
        QueueUrl: queueUrl,
        MessageBody: { 'token.$': '$$.Task.Token', 'name.$': '$$.Execution.Name' },
      },
      TimeoutSeconds: 3_600,
      Catch: [{ ErrorEquals: ['EnrollmentEnded'], Next: 'Failed' }],
      Next: 'Choose',
    },
    Choose: {
      Type: 'Choice',
      Choices: [{ Variable: '$.outcome', StringEquals: 'event', Next: 'Event' }],
      Default: 'Timeout',
    },
    Event: end('Event'),
    Timeout: end('Timeout'),
    Failed: end('Failed'),
  },
});

/** The workflow on moto's Step Functions; it tells of its token on a queue, since moto runs no functions without Docker. */
async function open(): Promise<OpenStepFunctions> {
  const account = await anAccount();
  // Whatever an execution calls, moto calls in its own account, with keys that it makes up.
  const queues = new SQSClient({ ...account, credentials: { accessKeyId: 'ak', secretAccessKey: 'sk' } });
  const client = new SFNClient(account);
  const queue = { QueueName: `told-${account.accountId}` };
  const QueueUrl = (await queues.send(new CreateQueueCommand(queue))).QueueUrl!;
  const definition = definitionOf(QueueUrl);
  const made = await client.send(
    new CreateStateMachineCommand({
      name: 'cart',
      roleArn: `arn:aws:iam::${account.accountId}:role/cart`,
      definition: JSON.stringify(definition),
    }),
  );
  const machineArn = made.stateMachineArn!;
  const tokens = new Map<string, string>();
  let told = 0;
  const hear = async (WaitTimeSeconds: number): Promise<void> => {
    const { Messages = [] } = await queues.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
    );
    for (const { Body } of Messages) {
      const { token, name } = JSON.parse(Body!) as { readonly token: string; readonly name: string };
      tokens.set(name, token);
      told++;
    }
  };
  const describeOne = (name: string): Promise<DescribeExecutionCommandOutput> =>
    client.send(
      new DescribeExecutionCommand({ executionArn: `${machineArn.replace(':stateMachine:', ':execution:')}:${name}` }),
    );
  return {
    client,
    machineArn,
    executions: new StepFunctionsExecutions(client, async () => machineArn),
    tokenOf: async (name) => {
      for (let tries = 1; !tokens.has(name) && tries <= 10; tries++) await hear(1);
      if (!tokens.has(name)) throw new Error(`${name} told of no token: ${JSON.stringify(await describeOne(name))}`);
      return tokens.get(name)!;
    },
    told: async () => {
      await hear(0);
      return told;
    },
    endOf: async (name) => {
      const ended = await vi.waitFor(async () => {
        const found = await describeOne(name);
        expect(found.status).not.toBe('RUNNING');
        return found;
      }, 20_000);
      expect(ended.status, `${ended.error}: ${ended.cause}`).toBe('SUCCEEDED');
      return (JSON.parse(ended.output!) as { readonly state: string }).state;
    },
    close: async () => {
      client.destroy();
      queues.destroy();
    },
  };
}

executionsContract('moto’s Step Functions', open);

describe('executions on Step Functions', () => {
  it('begin on the machine of the version that they are pinned to, with ids as their input', async () => {
    const { client, machineArn, tokenOf } = await open();
    const asked: unknown[] = [];
    const executions = new StepFunctionsExecutions(client, async (...version) => {
      asked.push(version);
      return machineArn;
    });
    await executions.start({ name: 'e1-0', journeyId: 'cart', version: 'v7', input: { enrollmentId: 'e1' } });
    expect(asked).toEqual([['cart', 'v7']]);
    await tokenOf('e1-0');
    const executionArn = `${machineArn.replace(':stateMachine:', ':execution:')}:e1-0`;
    const { input } = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(JSON.parse(input!)).toEqual({ enrollmentId: 'e1' });
  });

  it('that cannot begin or be told fail loudly, whatever it is but a dead token', async () => {
    const { client, machineArn } = await open();
    const executions = new StepFunctionsExecutions(client, async () => `${machineArn}-gone`);
    const start = { name: 'e1-0', journeyId: 'cart', version: 'v1', input: {} };
    await expect(executions.start(start)).rejects.toThrow();
    for (const [name, told] of [
      // By this name the state machine that called us tries again.
      ['ThrottlingException', 'StoreUnavailable'],
      ['ECONNRESET', 'StoreUnavailable'],
      ['AccessDeniedException', 'AccessDeniedException'],
    ] as const) {
      const failing = Object.assign(new Error(name), { name, code: name });
      const down = { send: () => Promise.reject(failing) } as unknown as SFNClient;
      const unheard = new StepFunctionsExecutions(down, async () => machineArn);
      await expect(unheard.succeed('t', {})).rejects.toMatchObject({ name: told });
      await expect(unheard.fail('t', 'e', 'c')).rejects.toMatchObject({ name: told });
      await expect(unheard.start(start)).rejects.toMatchObject({ name: told });
    }
  });

  it.each(['TaskDoesNotExist', 'TaskTimedOut', 'InvalidToken'])('know a token for dead by %s', async (name) => {
    const down = { send: () => Promise.reject(Object.assign(new Error(name), { name })) } as unknown as SFNClient;
    const executions = new StepFunctionsExecutions(down, async () => '');
    expect(await executions.succeed('t', {})).toBe('dead');
    expect(await executions.fail('t', 'e', 'c')).toBe('dead');
  });
});
