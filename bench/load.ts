import { Agent, request } from 'node:http';
import { authorization } from './server.ts';

/** How a load went. */
export interface LoadResult {
  readonly requests: number;
  readonly failed: number;
  readonly seconds: number;
  /** Of each request, in ms. */
  readonly latencies: readonly number[];
}

/** Keeps so many connections busy for so long, each with its next request as soon as the last one is answered. */
export async function load(
  url: string,
  path: string,
  connections: number,
  seconds: number,
  next: () => string,
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const startMs = performance.now();
  const latencies: number[] = [];
  let failed = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() - startMs < seconds * 1000) {
        const sentMs = performance.now();
        const status = await post(agent, url + path, next());
        latencies.push(performance.now() - sentMs);
        if (status !== 200) failed++;
      }
    }),
  );
  agent.destroy();
  return { requests: latencies.length, failed, seconds: (performance.now() - startMs) / 1000, latencies };
}

/** One request; answers with its status once the answer is read. */
export function post(agent: Agent, url: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sending = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    sending.once('error', reject);
    sending.end(body);
  });
}
