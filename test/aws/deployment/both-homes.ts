import type { JsonObject } from '../../../core/json.ts';
import { Home } from '../../../local/home.ts';
import { HomeServer } from '../../../local/server.ts';
import type { Doubles } from '../doubles/accounts.ts';
import { Deployment } from './deployment.ts';
import type { Runner } from './trace.ts';

export interface BothHomesOptions {
  /** Folder of a synthesis of the same documents. */
  readonly out: string;
  readonly workflows: string;
  readonly doubles: Doubles;
  readonly startMs: number;
  /** Of ids and chance, 32 characters at most. */
  readonly seed: string;
}
const keys = { server: 'local-server-key', public: 'local-public-key' };

/** The embedded home and a deployment, of the same documents, keys and chance. */
export class BothHomes {
  readonly home: Home;
  readonly deployed: Deployment;
  private readonly server: HomeServer;

  private readonly failuresAtHome: readonly unknown[];

  private constructor(home: Home, server: HomeServer, deployed: Deployment, failuresAtHome: readonly unknown[]) {
    this.failuresAtHome = failuresAtHome;
    this.home = home;
    this.server = server;
    this.deployed = deployed;
  }
  static async open({ out, workflows, doubles, startMs, seed }: BothHomesOptions): Promise<BothHomes> {
    const secret = {
      // The key that a home of this seed makes for itself.
      signingKey: Buffer.from(seed.padEnd(32, '.')).toString('hex'),
      serverKeys: [keys.server],
      publicKeys: [keys.public],
      webhookSecrets: ['hook'],
    };
    const home = await Home.open({ data: ':memory:', workflows, clock: 'manual', startMs, seed });
    const failures: unknown[] = [];
    const server = await HomeServer.listen({ home, port: 0, token: 't', onError: (_, error) => failures.push(error) });
    return new BothHomes(home, server, await Deployment.open({ out, doubles, startMs, secret }), failures);
  }
  /** What went wrong in either home. */
  get failures(): readonly unknown[] {
    return [...this.failuresAtHome, ...this.deployed.failures];
  }
  async close(): Promise<void> {
    await this.deployed.close();
    await this.server.close();
    await this.home.close();
  }

  get onAws(): Runner {
    const { deployed } = this;
    const read = async (path: string): Promise<JsonObject> => (await deployed.api('GET', path)).body;
    return {
      post: async (path, body, isServer) =>
        (await deployed.post(path, body, isServer ? keys.server : keys.public)).status,
      windTo: (ms) => deployed.windTo(ms),
      windBefore: (ms) => deployed.windBefore(ms),
      read,
      list: pages(read),
    };
  }
  get atHome(): Runner {
    const { home, server } = this;
    const request = (path: string, authorization: string, body?: object): Promise<Response> =>
      fetch(`${server.url}${path}`, {
        headers: { authorization },
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      });
    const read = async (path: string): Promise<JsonObject> =>
      (await (await request(path, 'Bearer t')).json()) as JsonObject;
    return {
      post: async (path, body, isServer) => {
        const key = isServer ? keys.server : keys.public;
        const answer = await request(path, `Basic ${btoa(`${key}:`)}`, body);
        await answer.text();
        return answer.status;
      },
      windTo: (ms) => home.scheduler.wind(ms),
      windBefore: async (ms) => {
        await home.scheduler.settle();
        await home.scheduler.windBefore(ms);
      },
      read,
      list: pages(read),
    };
  }
}

/** All pages of a list, by whatever answers one. */
const pages =
  (get: (path: string) => Promise<JsonObject>) =>
  async (path: string): Promise<readonly JsonObject[]> => {
    const found: JsonObject[] = [];
    for (let next: unknown = ''; next !== undefined;) {
      const separator = path.includes('?') ? '&' : '?';
      const page = await get(`${path}${separator}limit=1000${next === '' ? '' : `&cursor=${String(next)}`}`);
      found.push(...(page['items'] as readonly JsonObject[]));
      next = page['next'];
    }
    return found;
  };
