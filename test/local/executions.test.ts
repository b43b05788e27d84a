import { expect, it } from 'vitest';
import { HomeClock } from '../../local/clock.ts';
import { compileMachine } from '../../local/interpreter/definition.ts';
import { ExecutionStore } from '../../local/interpreter/execution-store.ts';
import { Interpreter } from '../../local/interpreter/interpreter.ts';
import { Database } from '../../local/store/database.ts';
import { executionsContract, type OpenExecutions } from '../contracts/executions.ts';

const end = { Type: 'Pass', End: true };
const machine = compileMachine({
  QueryLanguage: 'JSONata',
  StartAt: 'Hold',
  States: {
    Hold: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: {
        FunctionName: 'tell',
        Payload: { token: '{% $states.context.Task.Token %}', name: '{% $states.context.Execution.Name %}' },
      },
      TimeoutSeconds: 3_600,
      Assign: { outcome: '{% $states.result.outcome %}' },
      Catch: [{ ErrorEquals: ['EnrollmentEnded'], Next: 'Failed' }],
      Next: 'Choose',
    },
    Choose: { Type: 'Choice', Choices: [{ Condition: "{% $outcome = 'event' %}", Next: 'Event' }], Default: 'Timeout' },
    Event: end,
    Timeout: end,
    Failed: end,
  },
});

async function open(): Promise<OpenExecutions> {
  const db = new Database(':memory:');
  const store = new ExecutionStore(db);
  const tokens = new Map<string, string>();
  let told = 0;
  const executions = new Interpreter({
    store,
    clock: new HomeClock(db, { kind: 'manual', startMs: 0 }),
    machine: async () => machine,
    functions: {
      tell: async ({ token, name }: { readonly token: string; readonly name: string }) => {
        tokens.set(name, token);
        told++;
      },
    },
    concurrency: 8,
    onBroken: (_, error) => {
      throw error;
    },
  });
  return {
    executions,
    tokenOf: async (name) => {
      await executions.idle();
      return tokens.get(name)!;
    },
    told: async () => told,
    endOf: async (name) => {
      await executions.idle();
      return store.get(name)!.state;
    },
    close: async () => {
      await executions.idle();
      db.close();
    },
  };
}

executionsContract('the embedded interpreter', open);

// moto takes the failure of a token that came back already; Step Functions and the interpreter do not.
it('a token that came back can fail no more', async () => {
  for (const isFirst of [true, false]) {
    const { executions, tokenOf, endOf, close } = await open();
    await executions.start({ name: 'e1-0', journeyId: 'cart', version: 'v1', input: {} });
    const token = await tokenOf('e1-0');
    const back = isFirst
      ? executions.succeed(token, { outcome: 'event' })
      : executions.fail(token, 'EnrollmentEnded', '');
    expect(await back).toBe('done');
    expect(await executions.fail(token, 'EnrollmentEnded', '')).toBe('dead');
    await endOf('e1-0');
    expect(await executions.fail(token, 'EnrollmentEnded', '')).toBe('dead');
    await close();
  }
});
