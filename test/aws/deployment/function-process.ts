import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

type Answer = { readonly id: number; readonly cpuMs: number } & (
  | { readonly answer: unknown }
  | { readonly error: { readonly name: string; readonly message: string; readonly stack?: string } }
);

/** A function that failed, by the name that Step Functions would match on. */
export class FunctionFailed extends Error {
  override readonly name: string;
  constructor({ name, message, stack }: { readonly name: string; readonly message: string; readonly stack?: string }) {
    super(message);
    this.name = name;
    if (stack !== undefined) this.stack = stack;
  }
}

const child = fileURLToPath(new URL('./function-child.mjs', import.meta.url));

/** One container of a deployed function: a process of its own that has the asset and its environment, and nothing else. */
export class FunctionProcess {
  private readonly name: string;
  private readonly folder: string;
  private readonly environment: { readonly [name: string]: string };
  private readonly log: string[] = [];
  private process: Promise<ChildProcess> | undefined;
  private calls = 0;
  private usedMs = 0;

  constructor(name: string, folder: string, environment: { readonly [name: string]: string }) {
    this.name = name;
    this.folder = folder;
    this.environment = environment;
  }

  /** What the function has logged so far. */
  get logged(): string {
    return this.log.join('');
  }

  /** Time of a processor that its calls have taken. */
  get cpuMs(): number {
    return this.usedMs;
  }

  /** @throws FunctionFailed */
  async invoke(event: unknown, atMs: number): Promise<unknown> {
    const running = await (this.process ??= this.start());
    const id = ++this.calls;
    const told = await new Promise<Answer>((resolve, reject) => {
      const hear = (message: Answer): void => {
        if (message.id !== id) return;
        running.off('message', hear as never);
        running.off('exit', die);
        resolve(message);
      };
      const die = (): void => reject(new Error(`${this.name} died: ${this.logged.slice(-2_000)}`));
      running.on('message', hear as never);
      running.once('exit', die);
      running.send({ id, event: JSON.parse(JSON.stringify(event)) as object, atMs, functionName: this.name });
    });
    this.usedMs += told.cpuMs;
    if ('error' in told) throw new FunctionFailed(told.error);
    return told.answer;
  }

  private async start(): Promise<ChildProcess> {
    const started = fork(child, [pathToFileURL(join(this.folder, 'index.mjs')).href], {
      env: { ...this.environment, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
    });
    // Each call that is under way listens.
    started.setMaxListeners(0);
    for (const stream of [started.stdout, started.stderr]) stream?.on('data', (text) => this.log.push(String(text)));
    const [first] = (await Promise.race([once(started, 'message'), once(started, 'exit').then(() => [undefined])])) as [
      { readonly ready: true } | undefined,
    ];
    if (!first) throw new Error(`${this.name} did not start: ${this.logged.slice(-4_000)}`);
    return started;
  }

  async stop(): Promise<void> {
    const running = await this.process?.catch(() => undefined);
    this.process = undefined;
    if (!running || running.exitCode !== null) return;
    const gone = once(running, 'exit');
    running.kill();
    await gone;
  }
}
