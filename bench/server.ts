import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A home in a process of its own, as a user would start it. */
export class BenchServer {
  readonly url: string;
  readonly folder: string;
  readonly token = 'bench';
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, url: string, folder: string) {
    this.child = child;
    this.url = url;
    this.folder = folder;
  }

  /** @param workflows folder to publish; `more` are further arguments of `sojourn start` */
  static async start(workflows: string, more: readonly string[] = []): Promise<BenchServer> {
    const folder = mkdtempSync(join(tmpdir(), 'sojourn-bench-'));
    const args = [
      '--disable-warning=ExperimentalWarning',
      '--max-semi-space-size=16',
      '--heap-growing-percent=60',
      'cli/sojourn.ts',
      'start',
      '--port',
      '0',
      '--data',
      join(folder, 'data'),
      '--workflows',
      workflows,
      ...more,
    ];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, SOJOURN_TOKEN: 'bench' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /http:\/\/[\d.:]+/.exec(text)?.[0];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${text}`)));
    });
    return new BenchServer(child, url, folder);
  }

  /** Resident memory, in MB. */
  get rssMb(): number {
    return this.status('VmRSS');
  }
  /** The most it has been since the start, in MB. */
  get peakRssMb(): number {
    return this.status('VmHWM');
  }
  private status(field: string): number {
    const text = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(text)?.[1]) / 1024;
  }
  /** Processor time used so far, in ms. */
  get cpuMs(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    // utime and stime, in ticks of 10 ms.
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  async api(path: string, init: RequestInit = {}): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, { ...init, headers: { authorization: `Bearer ${this.token}` } });
    return response.json();
  }
  settle(): Promise<unknown> {
    return this.api('/local/settle', { method: 'POST' });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The server key, as Basic authentication. */
export const authorization = `Basic ${Buffer.from('local-server-key:').toString('base64')}`;
