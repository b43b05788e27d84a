import { createServer as createSecureServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, LookupFunction, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Reach } from '../../../../functions/parts/channels/webhook-request.ts';

/** Of hooks.example and 127.0.0.1, self-signed; made for these tests, and worth nothing elsewhere. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBpzCCAU2gAwIBAgIUC0L35R8yavZqNfilkIJI2lc0EOIwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNaG9va3MuZXhhbXBsZTAgFw0yNjExMjIwNjI1NDZaGA8yMTI2
MTAyOTA2MjU0NlowGDEWMBQGA1UEAwwNaG9va3MuZXhhbXBsZTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABBqKgTetUV5Pk4LNh88xQCxlYfRzedA4CJfn7lCL7BED
8qLxELJqECQsoxMvGfwhMoTAQ4bt/5DG5GPEwuDTV+6jczBxMB0GA1UdDgQWBBRe
X/YmNz28TgnAORqcompuiNrVqDAfBgNVHSMEGDAWgBReX/YmNz28TgnAORqcompu
iNrVqDAeBgNVHREEFzAVgg1ob29rcy5leGFtcGxlhwR/AAABMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgEnlQNBDqtzwyqkJ7peL8AnOulHgtaDQ8
+5XJjUm3IEgCIQD0nqAsVaAmQQsb2n/SIqEciTvgIhS/YxuWqxGG8+qBAw==
-----END CERTIFICATE-----
`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgexdXKCmmzzxZf7la
QPzJiIZgZ1KXg9X+e57QjLkqLR6hRANCAAQaioE3rVFeT5OCzYfPMUAsZWH0c3nQ
OAiX5+5Qi+wRA/Ki8RCyahAkLKMTLxn8ITKEwEOG7f+QxuRjxMLg01fu
-----END PRIVATE KEY-----
`;

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}
/** A host that is reached over https on loopback, and keeps what it is asked. */
export interface ForeignHost {
  readonly port: number;
  readonly url: string;
  readonly asked: Asked[];
  connections(): number;
  /** Lets a sender reach it by its name. */
  readonly reach: Required<Pick<Reach, 'lookup' | 'isAllowed' | 'ca' | 'limitMs'>>;
  stop(): void;
}

export async function aForeignHost(
  answer: (response: ServerResponse, socket: Socket) => void = (response) => void response.end(),
): Promise<ForeignHost> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const server = createSecureServer({ cert: certificate, key }, (request, response) => {
    void buffer(request).then((body) => {
      asked.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      answer(response, request.socket);
    });
  });
  server.on('connection', (socket: Socket) => void sockets.add(socket));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  const isAllowed = (address: string): boolean => address === '127.0.0.1';
  const reach = { lookup: resolvesTo('127.0.0.1'), isAllowed, ca: certificate, limitMs: 500 };
  return { port, url: `https://hooks.example:${port}`, asked, connections: () => sockets.size, reach, stop };
}

/** A resolver that gives these addresses for every name. */
export const resolvesTo =
  (...addresses: readonly string[]): LookupFunction =>
  (_host, _options, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
