import { once } from 'node:events';
import { request, type Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { authorization } from './server.ts';

/** How a load went. */
export interface LoadResult {
  readonly requests: number;
  readonly failed: number;
  readonly seconds: number;
  /** Of each request, in ms. */
  readonly latencies: readonly number[];
}

/**
 * Keeps so many connections busy for so long, each with its next request as soon as the last one is answered. On bare
 * sockets: Node's own client costs as much as the server, on the core that the server could use.
 */
export async function load(
  url: string,
  path: string,
  connections: number,
  seconds: number,
  next: () => string,
): Promise<LoadResult> {
  const { hostname, port } = new URL(url);
  const head = `POST ${path} HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\ncontent-length: `;
  const startMs = performance.now();
  const latencies: number[] = [];
  let failed = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = await Connection.open(hostname, Number(port));
      while (performance.now() - startMs < seconds * 1000) {
        const body = next();
        const sentMs = performance.now();
        const status = await client.send(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
        latencies.push(performance.now() - sentMs);
        if (status !== 200) failed++;
      }
      client.close();
    }),
  );
  return { requests: latencies.length, failed, seconds: (performance.now() - startMs) / 1000, latencies };
}

/** One connection with at most one request under way; answers must have a length. */
class Connection {
  private readonly socket: Socket;
  private received = '';
  private waiter: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;

  static async open(host: string, port: number): Promise<Connection> {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket);
  }
  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.take(text));
    socket.on('error', (error) => this.waiter?.reject(error));
    socket.on('close', () => this.waiter?.reject(new Error('The server closed the connection.')));
  }

  send(request: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.waiter = { resolve, reject };
      this.socket.write(request);
    });
  }
  private take(text: string): void {
    this.received += text;
    const headEnd = this.received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.received.slice(0, headEnd))?.[1]);
    if (this.received.length < headEnd + 4 + length) return;
    const status = Number(this.received.slice(9, 12));
    this.received = '';
    const { waiter } = this;
    this.waiter = undefined;
    waiter?.resolve(status);
  }
  close(): void {
    this.socket.destroy();
  }
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
