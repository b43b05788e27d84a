import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text as readAll } from 'node:stream/consumers';

/** How a provider behaves: it answers, or what else goes wrong once a connection stands. */
export type Behaviour =
  | { readonly status: number; readonly headers?: { readonly [name: string]: string }; readonly body?: string }
  | 'reset-unread'
  | 'reset-read'
  | 'silence'
  | 'half-an-answer';

/** A provider on loopback that does as it is told, and keeps what it was asked. */
export interface FaultyProvider {
  readonly endpoint: string;
  readonly asked: string[];
  /** One per request: nothing is kept open. */
  connections(): number;
  stop(): void;
}

export async function aFaultyProvider(behaviour: Behaviour): Promise<FaultyProvider> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const answer: RequestListener = (request, response) => {
    void readAll(request).then((text) => {
      asked.push(text);
      if (behaviour === 'silence' || behaviour === 'reset-unread') return;
      if (typeof behaviour === 'object')
        return response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body);
      if (behaviour === 'half-an-answer') return response.writeHead(200, { 'content-length': '100' }).write('{"Mess');
      request.socket.resetAndDestroy();
    });
  };
  const server = createServer(answer);
  server.on('connection', (socket) => {
    sockets.add(socket);
    // After a moment, so that the other side has seen its connection stand.
    if (behaviour === 'reset-unread') setTimeout(() => socket.resetAndDestroy(), 50);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { endpoint: `http://127.0.0.1:${port}`, asked, connections: () => sockets.size, stop };
}

/** What every client of these tests is made of, beside where it goes. */
export const someone = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
} as const;
