import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server of another language, in a process of its own. */
export interface Double {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  /** Ends exactly this process, and answers when it has ended. */
  stop(): Promise<void>;
}

/** What to run, given the port to listen on. */
export interface Command {
  readonly name: string;
  readonly program: string;
  readonly args: (port: number) => readonly string[];
  /** Added to this process's own. */
  readonly env?: { readonly [name: string]: string };
}

const startLimitMs = 60_000;

/**
 * Starts a server on a free port and waits until it answers a request, whatever it says.
 * @throws Error with what the server printed, where it ends or stays silent
 */
export async function startDouble(command: Command): Promise<Double> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(command.program, command.args(port), {
    env: { ...process.env, ...command.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = tailOf(child);
  // A run that is interrupted must leave no server behind.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  if (await hasAnswered(child, endpoint)) return { endpoint, stop };
  await stop();
  throw new Error(`${command.name} did not start on port ${port}. It said:\n${printed()}`);
}

async function hasAnswered(child: ChildProcess, endpoint: string): Promise<boolean> {
  let hasFailed = false;
  child.once('error', () => (hasFailed = true));
  for (const untilMs = Date.now() + startLimitMs; Date.now() < untilMs; await sleep(100)) {
    if (hasFailed || child.exitCode !== null) return false;
    const answer = await fetch(endpoint, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer) return true;
  }
  return false;
}

/** The last of what a process prints; both streams are read on, or it would stand still once they are full. */
function tailOf(child: ChildProcess): () => string {
  let tail = '';
  const keep = (chunk: Buffer): void => void (tail = (tail + chunk.toString()).slice(-4_000));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.once('error', (error) => (tail += error.message));
  return () => tail;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
