import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface ChildOptions {
  readonly args: readonly string[];
  readonly env?: { readonly [name: string]: string };
}

/** The server in a process of its own, which can be killed. */
export class ServerChild {
  readonly url: string;
  private readonly process: ChildProcess;
  private readonly output: { text: string };

  private constructor(process: ChildProcess, url: string, output: { text: string }) {
    this.process = process;
    this.url = url;
    this.output = output;
  }

  /** @throws Error with its output where it ends before it listens */
  static async start({ args, env = {} }: ChildOptions): Promise<ServerChild> {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      env: { ...process.env, NODE_OPTIONS: '', SOJOURN_TOKEN: 'a-token', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // A test that fails half-way leaves no server behind.
    const kill = (): unknown => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('close', () => process.off('exit', kill));
    const output = { text: '' };
    const url = await new Promise<string>((resolve, reject) => {
      const take = (chunk: Buffer): void => {
        output.text += chunk.toString();
        const found = /listens on (http:\S+)/.exec(output.text)?.[1];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.on('error', reject);
      child.on('close', (code) => reject(new Error(`It ended with ${code} before it listened: ${output.text}`)));
    });
    return new ServerChild(child, url, output);
  }

  /** All that it has printed. */
  get printed(): string {
    return this.output.text;
  }
  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }
  /** @returns its exit code; `null` where the signal ended it */
  async end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<number | null> {
    if (!this.isRunning) return this.process.exitCode;
    const closed = once(this.process, 'close');
    this.process.kill(signal);
    await closed;
    return this.process.exitCode;
  }
}

/** `sojourn start` on any free port. */
export const startArgs = (data: string, ...more: readonly string[]): readonly string[] => [
  'cli/sojourn.ts',
  'start',
  '--port',
  '0',
  '--data',
  data,
  '--workflows',
  'test/fixtures/home/workflows',
  ...more,
];
