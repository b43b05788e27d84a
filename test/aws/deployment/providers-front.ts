import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** moto's SES with the one answer that it lacks, an account's rate of sending; End User Messaging, which it has not; and the hosts of webhooks. */
export class ProvidersFront {
  readonly url: string;
  private readonly server: Server;

  static async listen(moto: string): Promise<ProvidersFront> {
    const server = createServer((request, response) => {
      void answer(moto, request).then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type });
        response.end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ProvidersFront(server);
  }
  private constructor(server: Server) {
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function answer(moto: string, request: IncomingMessage) {
  const body = await buffer(request);
  if (request.url === '/outside/score') return { status: 200, type: 'application/json', body: '{"score":7}' };
  if (request.url?.startsWith('/outside')) return { status: 200, type: 'text/plain', body: 'ok' };
  if (String(request.headers['x-amz-target']).endsWith('.SendTextMessage'))
    return { status: 200, type: 'application/x-amz-json-1.0', body: '{"MessageId":"text"}' };
  if (request.method === 'GET' && request.url === '/v2/email/account')
    return { status: 200, type: 'application/json', body: '{"SendQuota":{"MaxSendRate":4000}}' };
  const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, ...headers } = request.headers;
  const told = await fetch(`${moto}${request.url}`, {
    method: request.method!,
    headers: headers as { [name: string]: string },
    ...(request.method !== 'GET' && { body: new Uint8Array(body) }),
  });
  return {
    status: told.status,
    type: told.headers.get('content-type') ?? 'application/json',
    body: Buffer.from(await told.arrayBuffer()),
  };
}
