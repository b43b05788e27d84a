import { shareOf } from '../../core/hash.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Clock, Executions } from '../../core/ports.ts';
import { toInstant } from '../../core/time/instant.ts';
import { isListed, type Machine, type State, type Way } from './definition.ts';
import type { ExecutionStore } from './execution-store.ts';
import { type Execution } from './execution-store.ts';
import type { Scope } from './expression.ts';

/** A function that a Task calls, as Lambda would be: payload in, answer out, an error by its name. */
export type TaskFunction = (payload: never) => Promise<unknown>;

export interface InterpreterOptions {
  readonly store: ExecutionStore;
  readonly clock: Clock;
  /** The machine of one journey version, compiled once by whoever keeps it. */
  readonly machine: (journeyId: string, version: string) => Promise<Machine>;
  readonly functions: { readonly [name: string]: TaskFunction };
  /** Executions advanced at the same time. */
  readonly concurrency: number;
  readonly onBroken: (name: string, error: unknown) => void;
}

/** A function that has not answered within this real time is taken to have been stopped, as Lambda would. */
const taskLimitMs = 60_000;

type Task = Extract<State, { type: 'Task' }>;
/** What a token that came back does to its execution. */
type Move = (execution: Execution, task: Task) => Promise<Execution>;

/**
 * Step Functions on one machine: each transition is in SQLite before the next begins, and a person who waits costs a
 * row and nothing else: no promise, no timer, no memory.
 */
export class Interpreter implements Executions {
  private readonly options: InterpreterOptions;
  private readonly ready: string[] = [];
  private readonly running = new Set<string>();
  private readonly again = new Set<string>();
  /** Tokens that a function is being told of, and what has come back by them meanwhile. */
  private readonly telling = new Map<string, Move | undefined>();
  private idleWaiters: (() => void)[] = [];
  private isStopped = false;

  constructor(options: InterpreterOptions) {
    this.options = options;
  }

  /** Goes on with executions that a stop or a crash left between two states. */
  recover(): void {
    for (const name of this.options.store.unfinished()) this.enqueue(name);
  }

  async start(execution: {
    readonly name: string;
    readonly journeyId: string;
    readonly version: string;
    readonly input: JsonObject;
  }): Promise<'running' | 'closed'> {
    const { startAt } = await this.options.machine(execution.journeyId, execution.version);
    const nowMs = this.options.clock.nowMs();
    const profileId = String(execution.input['profileId'] ?? '');
    const isNew = this.options.store.insert({
      ...execution,
      profileId,
      state: startAt,
      startedMs: nowMs,
      enteredMs: nowMs,
      status: 'running',
      transitions: 1,
      variables: {},
      retries: {},
    });
    if (isNew) this.enqueue(execution.name);
    return isNew || this.options.store.get(execution.name)?.status === 'running' ? 'running' : 'closed';
  }

  async succeed(token: string, _output: JsonObject): Promise<'done' | 'dead'> {
    return this.complete(token, async (execution, task) => this.leave(execution, task.way, { result: _output }));
  }
  async fail(token: string, error: string, cause: string): Promise<'done' | 'dead'> {
    return this.complete(token, async (execution, task) => this.leaveByError(execution, task, error, cause));
  }
  private async complete(token: string, move: Move): Promise<'done' | 'dead'> {
    if (this.telling.has(token)) {
      if (this.telling.get(token)) return 'dead';
      this.telling.set(token, move);
      return 'done';
    }
    const execution = this.options.store.byToken(token);
    if (!execution) return 'dead';
    const task = await this.stateOf(execution);
    if (task.type !== 'Task') return 'dead';
    const { token: _, wakeMs: __, ...rest } = execution;
    // Only whoever takes the token off the row may move the execution.
    if (!this.options.store.takeToken(token)) return 'dead';
    this.options.store.update(await move(rest, task));
    this.enqueue(execution.name);
    return 'done';
  }

  /** The execution that wakes first, if any. */
  earliest(): { readonly name: string; readonly profileId: string; readonly wakeMs: number } | undefined {
    return this.options.store.earliestWake();
  }
  /** Wakes one execution whose time has come: a wait is over, a retry is due, or a task has timed out. */
  async wake(name: string): Promise<void> {
    const execution = this.options.store.get(name);
    if (!execution || execution.wakeMs === undefined || execution.wakeMs > this.options.clock.nowMs()) return;
    const state = await this.stateOf(execution);
    const { token, wakeMs: _, ...rest } = execution;
    const isTimeout = state.type === 'Task' && token !== undefined;
    if (token !== undefined && !this.options.store.takeToken(token)) return;
    if (isTimeout)
      this.options.store.update(await this.leaveByError(rest, state, 'States.Timeout', 'No answer came in time.'));
    else if (state.type === 'Wait') this.options.store.update(await this.leave(rest, state.way, {}));
    else this.options.store.update(rest);
    this.enqueue(name);
  }

  /** Whether nothing is being advanced. */
  get isIdle(): boolean {
    return this.running.size === 0 && this.ready.length === 0;
  }
  /** Answers once nothing is being advanced. */
  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }
  /** Takes up nothing new; what is between two states is finished and the rest stays in its row. */
  stop(): Promise<void> {
    this.isStopped = true;
    this.ready.length = 0;
    return this.idle();
  }

  private enqueue(name: string): void {
    if (this.isStopped) return;
    if (this.running.has(name)) {
      this.again.add(name);
      return;
    }
    this.ready.push(name);
    this.pump();
  }
  private pump(): void {
    while (this.running.size < this.options.concurrency && this.ready.length > 0) {
      const name = this.ready.shift()!;
      this.running.add(name);
      void this.run(name)
        .catch((error: unknown) => this.options.onBroken(name, error))
        .finally(() => {
          this.running.delete(name);
          if (this.again.delete(name)) this.enqueue(name);
          this.pump();
          if (this.isIdle) for (const waiter of this.idleWaiters.splice(0)) waiter();
        });
    }
  }

  /** Moves one execution on until it waits or ends. */
  private async run(name: string): Promise<void> {
    let execution = this.options.store.get(name);
    while (execution && isBetweenStates(execution) && !this.isStopped) {
      execution = await this.step(execution);
      if (execution) this.options.store.update(execution);
    }
  }

  private async stateOf(execution: Execution): Promise<State> {
    const { states } = await this.options.machine(execution.journeyId, execution.version);
    const state = states.get(execution.state);
    if (!state)
      throw new RangeError(
        `Execution ${execution.name} stands at "${execution.state}", which its machine does not have.`,
      );
    return state;
  }

  /** Runs the state that an execution stands at; `undefined` where it waits for a token, which is written by then. */
  private async step(execution: Execution): Promise<Execution | undefined> {
    const state = await this.stateOf(execution);
    switch (state.type) {
      case 'Task':
        return state.isCallback ? this.runCallback(execution, state) : this.runTask(execution, state);
      case 'Choice': {
        const scope = this.scope(execution);
        for (const choice of state.choices)
          if ((await choice.condition(scope)) === true) return this.leave(execution, choice, {});
        if (state.otherwise === undefined) return this.broken(execution, 'States.NoChoiceMatched', state.name);
        return this.leave(execution, { ...state.way, next: state.otherwise }, {});
      }
      case 'Wait': {
        const scope = this.scope(execution);
        const nowMs = this.options.clock.nowMs();
        const wakeMs = state.seconds
          ? nowMs + Number(await state.seconds(scope)) * 1_000
          : Date.parse(String(await state.timestamp!(scope)));
        return { ...execution, wakeMs };
      }
      case 'Pass':
        return this.leave(execution, state.way, {});
      case 'Succeed':
        return { ...execution, status: 'succeeded' };
      case 'Fail': {
        const scope = this.scope(execution);
        return this.broken(execution, String(await state.error(scope)), String(await state.cause(scope)));
      }
      default:
        return state satisfies never;
    }
  }

  private async runTask(execution: Execution, task: Task): Promise<Execution> {
    const scope = this.scope(execution);
    try {
      const payload = await task.payload(scope);
      const result = await this.call(String(await task.functionName(scope)), payload);
      return await this.leave(execution, task.way, { result: { Payload: result } });
    } catch (error) {
      const { name, cause } = thrown(error);
      return this.retryOrCatch(execution, task, name, cause);
    }
  }

  /**
   * The function is told of the token before the row waits for it. So a process that dies between the two finds the
   * execution between states and tells it again; the other way round, it would wait for a token that nobody knows.
   */
  private async runCallback(execution: Execution, task: Task): Promise<Execution | undefined> {
    // The same at each try, so that being told again changes nothing.
    const token = `${execution.name}.${execution.transitions}`;
    const scope = this.scope(execution, token);
    const seconds = task.timeoutSeconds && Number(await task.timeoutSeconds(scope));
    this.telling.set(token, undefined);
    let failure: ReturnType<typeof thrown> | undefined;
    try {
      await this.call(String(await task.functionName(scope)), await task.payload(scope));
    } catch (error) {
      failure = thrown(error);
    }
    const move = this.telling.get(token);
    this.telling.delete(token);
    if (move) return move(execution, task);
    if (failure) return this.retryOrCatch(execution, task, failure.name, failure.cause);
    // In one go with the look at what has come back: whatever comes next finds the row.
    const wakeMs = seconds === undefined ? undefined : execution.enteredMs + seconds * 1_000;
    this.options.store.update({ ...execution, token, ...(wakeMs !== undefined && { wakeMs }) });
    return undefined;
  }

  private async call(functionName: string, payload: unknown): Promise<unknown> {
    const called = this.options.functions[functionName];
    if (!called) throw new RangeError(`No function is called ${functionName}.`);
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(Object.assign(new Error(`${functionName} did not answer in time.`), { name: 'Sandbox.Timedout' })),
        taskLimitMs,
      );
    });
    try {
      return await Promise.race([called(payload as never), limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async retryOrCatch(execution: Execution, task: Task, error: string, cause: string): Promise<Execution> {
    const index = task.retriers.findIndex((one) => isListed(one.errors, error));
    const retrier = task.retriers[index];
    const done = execution.retries[index] ?? 0;
    if (!retrier || done >= retrier.maxAttempts) return this.leaveByError(execution, task, error, cause);
    const longest = Math.min(retrier.intervalSeconds * retrier.backoffRate ** done, retrier.maxDelaySeconds);
    const seconds = retrier.isJittered ? longest * shareOf(execution.name, task.name, String(done)) : longest;
    return {
      ...execution,
      retries: { ...execution.retries, [index]: done + 1 },
      wakeMs: this.options.clock.nowMs() + Math.ceil(seconds * 1_000),
    };
  }

  private async leaveByError(execution: Execution, task: Task, error: string, cause: string): Promise<Execution> {
    const catcher = task.catchers.find((one) => isListed(one.errors, error));
    if (!catcher) return this.broken(execution, error, cause);
    return this.leave(execution, catcher, { errorOutput: { Error: error, Cause: cause } });
  }

  private broken(execution: Execution, error: string, cause: string): Execution {
    this.options.onBroken(execution.name, Object.assign(new Error(cause), { name: error }));
    return { ...execution, status: 'failed' };
  }

  private async leave(execution: Execution, way: Way, extra: { readonly [key: string]: unknown }): Promise<Execution> {
    const scope = this.scope(execution, undefined, extra);
    const assigned = way.assign ? ((await way.assign(scope)) as { [name: string]: unknown }) : undefined;
    const variables = assigned ? { ...execution.variables, ...assigned } : execution.variables;
    if (way.next === undefined) return { ...execution, variables, status: 'succeeded' };
    return {
      ...execution,
      variables,
      state: way.next,
      enteredMs: this.options.clock.nowMs(),
      transitions: execution.transitions + 1,
      retries: {},
    };
  }

  private scope(execution: Execution, token?: string, extra: { readonly [key: string]: unknown } = {}): Scope {
    const context = {
      Execution: {
        Id: execution.name,
        Name: execution.name,
        Input: execution.input,
        StartTime: toInstant(execution.startedMs),
      },
      State: {
        Name: execution.state,
        EnteredTime: toInstant(execution.enteredMs),
        RetryCount: Object.values(execution.retries).reduce((sum, count) => sum + count, 0),
      },
      StateMachine: { Name: execution.journeyId, Id: `${execution.journeyId}:${execution.version}` },
      ...(token !== undefined && { Task: { Token: token } }),
    };
    return { states: { input: execution.input, context, ...extra }, variables: execution.variables };
  }
}

const isBetweenStates = ({ status, token, wakeMs }: Execution): boolean =>
  status === 'running' && token === undefined && wakeMs === undefined;

/** An error as Lambda reports it: its name, and a cause in JSON. */
function thrown(error: unknown): { readonly name: string; readonly cause: string } {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { name, cause: JSON.stringify({ errorType: name, errorMessage: message }) };
}
