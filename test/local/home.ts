import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchItem } from '../../functions/api.ts';
import { readWorkflows } from '../../functions/parts/read-workflows.ts';
import { Home, type HomeOptions } from '../../local/home.ts';
import { HomeServer } from '../../local/server.ts';

export const serverKey = 'local-server-key';
export const publicKey = 'local-public-key';
export const token = 'a-token';
export const testWorkflows = 'test/fixtures/home/workflows';

/** An answer, with its body read as JSON where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}
/** The parts of answers that tests look at. */
export interface Body {
  readonly [key: string]: unknown;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly path: string;
    readonly suggestion?: string;
    readonly requestId: string;
  };
  readonly results?: readonly BatchItem[];
  readonly items?: readonly Item[];
  readonly next?: string;
}
export interface Item {
  readonly [key: string]: unknown;
}

export interface TestHomeOptions {
  /** Where the manual clock begins. */
  readonly now?: string;
  readonly workflows?: string;
  readonly clock?: HomeOptions['clock'];
  /** A folder to go on with; else a new one that is removed at the end. */
  readonly data?: string;
  readonly hosts?: readonly string[];
  /** With one, ids and chances are the same each time. */
  readonly seed?: string;
}
export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
}

export const basic = (key: string): string => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
/** What a refusal says: status, code and path. */
export const refusal = ({ status, body }: Answer): readonly unknown[] => [status, body.error?.code, body.error?.path];

let people = 0;
/** A user of whom nobody has heard. */
export const somebody = (): string => `somebody-${++people}`;

/** When homes of tests begin. */
export const startMs = Date.parse('2026-03-02T10:00:00Z');
/** An instant, by how long after the beginning it is. */
export const at = (offsetMs: number): string => new Date(startMs + offsetMs).toISOString();

export const aFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'sojourn-test-')));

/** One embedded home behind its HTTP server, on any free port of loopback. */
export class LocalHome {
  readonly home: Home;
  readonly server: HomeServer;
  readonly data: string;
  /** Whatever went wrong out of a caller's sight. */
  readonly problems: readonly string[];
  private readonly isOwnFolder: boolean;

  private constructor(home: Home, server: HomeServer, data: string, isOwnFolder: boolean, problems: readonly string[]) {
    this.home = home;
    this.server = server;
    this.data = data;
    this.isOwnFolder = isOwnFolder;
    this.problems = problems;
  }

  static async open(options: TestHomeOptions = {}): Promise<LocalHome> {
    const { now = '2026-03-02T10:00:00Z', workflows = testWorkflows, clock = 'manual', hosts = [], seed } = options;
    const data = options.data ?? aFolder();
    const problems: string[] = [];
    const onProblem = (what: string, error: unknown): unknown => problems.push(`${what}: ${String(error)}`);
    const start = { startMs: Date.parse(now), ...(seed !== undefined && { seed }) };
    const home = await Home.open({ data, workflows, clock, ...start, onProblem });
    const server = await HomeServer.listen({ home, port: 0, token, hosts, onError: onProblem });
    return new LocalHome(home, server, data, options.data === undefined, problems);
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.home.close();
    if (this.isOwnFolder) rmSync(this.data, { recursive: true, force: true });
  }

  async call({ method = 'GET', path, body, headers = {} }: Call): Promise<Answer> {
    const payload =
      body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const response = await fetch(`${this.server.url}${path}`, {
      method,
      headers,
      redirect: 'manual',
      ...(payload !== undefined && { body: payload as string }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }
  /** A call of the intake, under the server key unless another is given. */
  post(path: string, body: unknown, key: string = serverKey): Promise<Answer> {
    return this.call({ method: 'POST', path, body, headers: { authorization: basic(key) } });
  }
  /** A call of the management API. */
  api(method: string, path: string, body?: unknown, headers: Call['headers'] = {}): Promise<Answer> {
    return this.call({ method, path, body, headers: { authorization: `Bearer ${token}`, ...headers } });
  }
  async items(path: string): Promise<readonly Item[]> {
    return (await this.api('GET', path)).body.items ?? [];
  }
  async track(userId: string, event: string, properties: object = {}, more: object = {}): Promise<void> {
    const { status, text } = await this.post('/v1/track', { userId, event, properties, ...more });
    if (status !== 200) throw new Error(`track was answered with ${status}: ${text}`);
  }
  async identify(userId: string, traits: object, more: object = {}): Promise<void> {
    const { status, text } = await this.post('/v1/identify', { userId, traits, ...more });
    if (status !== 200) throw new Error(`identify was answered with ${status}: ${text}`);
  }
  async settle(): Promise<void> {
    await this.api('POST', '/local/settle');
  }
  async wind(by: string): Promise<void> {
    const { status, text } = await this.api('POST', '/local/clock', { by });
    if (status !== 200) throw new Error(`winding was answered with ${status}: ${text}`);
  }
  /** The profile of a userId. */
  async profile(userId: string): Promise<Item & { readonly profileId: string }> {
    const [found] = await this.items(`/api/profiles?userId=${encodeURIComponent(userId)}`);
    if (!found) throw new Error(`Nobody is ${userId}.`);
    return found as Item & { readonly profileId: string };
  }
  /** What a user's timeline holds of events, newest first. */
  async events(userId: string): Promise<readonly Item[]> {
    const { profileId } = await this.profile(userId);
    return (await this.items(`/api/profiles/${profileId}/timeline?limit=1000`)).filter(
      (item) => item['kind'] === 'event',
    );
  }
  countEvents(): number {
    return this.home.db.get<{ n: number }>('SELECT count(*) AS n FROM events')?.n ?? 0;
  }
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
}

/** A home on a folder of its own, which may be begun again, with workflows of its own to write to. */
export class OwnHome {
  readonly workflows: string;
  private readonly folder = aFolder();
  private standing: LocalHome | undefined;

  constructor() {
    this.workflows = join(this.folder, 'workflows');
    cpSync(testWorkflows, this.workflows, { recursive: true });
  }
  get home(): LocalHome {
    return this.standing!;
  }
  async begin(): Promise<void> {
    await this.standing?.close();
    this.standing = await LocalHome.open({ data: join(this.folder, 'data'), workflows: this.workflows });
  }
  async end(): Promise<void> {
    await this.standing?.close();
    rmSync(this.folder, { recursive: true });
  }
  /** Publishes what the workflows say now. */
  publish(more: object = {}): Promise<Answer> {
    return this.home.api('POST', '/api/publications', { files: readWorkflows(this.workflows), by: 'ana', ...more });
  }
}
