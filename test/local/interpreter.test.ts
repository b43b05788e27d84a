import { describe, expect, it } from 'vitest';
import { HomeClock } from '../../local/clock.ts';
import { compileMachine } from '../../local/interpreter/definition.ts';
import { ExecutionStore } from '../../local/interpreter/execution-store.ts';
import { Interpreter, type TaskFunction } from '../../local/interpreter/interpreter.ts';
import { Database } from '../../local/store/database.ts';
import { hourMs } from '../builders.ts';

/** Waits for its token for an hour, then ends; an error ends it in another state. */
const machine = compileMachine({
  QueryLanguage: 'JSONata',
  StartAt: 'Hold',
  States: {
    Hold: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'register', Payload: { token: '{% $states.context.Task.Token %}' } },
      TimeoutSeconds: 3600,
      Catch: [
        { ErrorEquals: ['States.Timeout'], Next: 'Late' },
        { ErrorEquals: ['States.ALL'], Next: 'Failed' },
      ],
      Next: 'Done',
    },
    Done: { Type: 'Succeed' },
    Late: { Type: 'Succeed' },
    Failed: { Type: 'Succeed' },
  },
});

type Register = (payload: { readonly token: string }, interpreter: Interpreter) => Promise<unknown>;

/** One data folder in memory, and the processes that run on it, one after the other. */
class Folder {
  readonly clock: HomeClock;
  readonly store: ExecutionStore;
  constructor() {
    const db = new Database(':memory:');
    this.clock = new HomeClock(db, { kind: 'manual', startMs: 0 });
    this.store = new ExecutionStore(db);
  }
  process(register: Register): Interpreter {
    const { clock, store } = this;
    const tell: TaskFunction = (payload: never) => register(payload, interpreter);
    const interpreter: Interpreter = new Interpreter({
      store,
      clock,
      machine: async () => machine,
      functions: { register: tell },
      concurrency: 8,
      onBroken: (_, error) => {
        throw error;
      },
    });
    return interpreter;
  }
  get state(): string | undefined {
    return this.store.get('x')?.state;
  }
}
const begin = (interpreter: Interpreter) =>
  interpreter.start({ name: 'x', journeyId: 'j', version: 'v', input: { profileId: 'p' } });
/** A process that is killed while it tells of its token: nothing of it answers any more. @returns the token */
async function killedTelling(folder: Folder): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  await begin(
    folder.process(({ token }) => {
      resolve(token);
      return new Promise(() => undefined);
    }),
  );
  return promise;
}

describe('an execution that waits for its token', () => {
  it('tells of it again after a kill before it was heard', async () => {
    const folder = new Folder();
    const before = await killedTelling(folder);
    const told: string[] = [];
    const interpreter = folder.process(async ({ token }) => told.push(token));
    interpreter.recover();
    await interpreter.idle();
    expect(told).toEqual([before]);
    expect(await interpreter.succeed(told[0]!, {})).toBe('done');
    await interpreter.idle();
    expect(folder.state).toBe('Done');
  });

  it('is left alone at a restart once that was heard', async () => {
    const folder = new Folder();
    const first = folder.process(async () => undefined);
    await begin(first);
    await first.idle();
    const told: string[] = [];
    const second = folder.process(async ({ token }) => told.push(token));
    second.recover();
    await second.idle();
    expect(told).toEqual([]);
  });

  it('wakes no later for having been told of again', async () => {
    const folder = new Folder();
    await killedTelling(folder);
    folder.clock.moveTo(hourMs / 2);
    const interpreter = folder.process(async () => undefined);
    interpreter.recover();
    await interpreter.idle();
    expect(interpreter.earliest()).toMatchObject({ wakeMs: hourMs });
  });

  it('goes on by one that comes back while it is told', async () => {
    const folder = new Folder();
    const answers: unknown[] = [];
    const interpreter = folder.process(async ({ token }, itself) => {
      answers.push(await itself.succeed(token, {}), await itself.succeed(token, {}));
    });
    await begin(interpreter);
    await interpreter.idle();
    expect(answers).toEqual(['done', 'dead']);
    expect(folder.state).toBe('Done');
  });

  it('goes on by one that has come back although telling failed', async () => {
    const folder = new Folder();
    const interpreter = folder.process(async ({ token }, itself) => {
      await itself.succeed(token, {});
      throw new Error('broken');
    });
    await begin(interpreter);
    await interpreter.idle();
    expect(folder.state).toBe('Done');
  });

  it('takes the way of the error where telling failed', async () => {
    const folder = new Folder();
    const interpreter = folder.process(() => Promise.reject(new Error('broken')));
    await begin(interpreter);
    await interpreter.idle();
    expect(folder.state).toBe('Failed');
    expect(await interpreter.succeed('x.1', {})).toBe('dead');
  });

  it('takes the way of the time-out when its time is over', async () => {
    const folder = new Folder();
    const interpreter = folder.process(async () => undefined);
    await begin(interpreter);
    await interpreter.idle();
    folder.clock.moveTo(hourMs);
    await interpreter.wake('x');
    await interpreter.idle();
    expect(folder.state).toBe('Late');
  });

  it('is found by one that comes back in the very turn after it was told', async () => {
    for (let turns = 0; turns < 20; turns++) {
      const folder = new Folder();
      const answers: unknown[] = [];
      const interpreter = folder.process(async ({ token }, itself) => {
        void (async () => {
          for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          answers.push(await itself.succeed(token, {}));
        })();
      });
      await begin(interpreter);
      await interpreter.idle();
      await new Promise((resolve) => setImmediate(resolve));
      await interpreter.idle();
      expect(answers).toEqual(['done']);
      expect(folder.state).toBe('Done');
    }
  });
});
