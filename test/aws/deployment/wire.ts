import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One request that a function made of AWS, or of somebody outside. */
export interface Call {
  readonly caller: string;
  /** As IAM names it: `dynamodb`, `states`, `ses`; `outside` for hosts of webhooks and of web push. */
  readonly service: string;
  /** `PutItem`; of REST services method and path, of hosts outside the first part of it. */
  readonly operation: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
export interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer;
}
/** What stands between a function and AWS: may look, answer by itself, or lose an answer. */
export type Between = (call: Call, forward: (body?: Buffer) => Promise<Answer>) => Promise<Answer | 'lost'>;

/** The line between the functions and AWS's doubles: every request comes by, with the name of who made it. */
export class Wire {
  /** All calls so far. */
  readonly calls: Call[] = [];
  /** Those of them that came to where they went, whatever became of their answers. */
  readonly arrived: Call[] = [];
  between: Between = (_, forward) => forward();
  /** Answers what the harness keeps by itself: undefined for what goes on to a double. */
  own: (call: Call) => object | undefined = () => undefined;
  private targets: { readonly [service: string]: string } = {};
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      void this.pass(request).then(
        (answer) => {
          if (answer === 'lost') return response.destroy();
          response.writeHead(answer.status, answer.headers);
          return response.end(answer.body);
        },
        () => response.destroy(),
      );
    });
  }
  /** @param targets service → endpoint */
  async listen(targets: { readonly [service: string]: string }): Promise<void> {
    this.targets = targets;
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }
  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
  /** Where one function reaches one service. */
  endpoint(caller: string, service: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/${caller}/${service}`;
  }

  private async pass(request: IncomingMessage): Promise<Answer | 'lost'> {
    const [, caller = '', service = '', path = ''] = /^\/([^/]+)\/([^/?]+)(.*)$/.exec(request.url ?? '') ?? [];
    const body = await buffer(request);
    const { method = '', headers } = request;
    const operation = operationOf({ service, method, path, headers, body });
    const call = { caller, service, operation, path, headers, body };
    this.calls.push(call);
    return this.between(call, (changed = body) => {
      this.arrived.push(call);
      const own = this.own(call);
      if (own) return Promise.resolve(answered(own));
      return this.forward(request, `${this.targets[service]}${path}`, changed);
    });
  }

  private async forward(request: IncomingMessage, url: string, body: Buffer): Promise<Answer> {
    const {
      host: _,
      connection: __,
      'content-length': ___,
      'transfer-encoding': ____,
      expect: _____,
      ...headers
    } = request.headers;
    const told = await fetch(url, {
      method: request.method!,
      headers: headers as { [name: string]: string },
      ...(request.method !== 'GET' && { body: new Uint8Array(body) }),
    });
    // Checksums of an answer that is not what was asked for would be refused.
    const kept = ['content-type', 'etag', 'x-amzn-requestid', 'x-amzn-errortype'];
    const names = kept.filter((name) => told.headers.has(name));
    return {
      status: told.status,
      headers: Object.fromEntries(names.map((name) => [name, told.headers.get(name)!])),
      body: Buffer.from(await told.arrayBuffer()),
    };
  }
}

/** As the JSON protocols answer; an error says its name. */
function answered(body: object): Answer {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { status: '__type' in body ? 400 : 200, headers, body: Buffer.from(JSON.stringify(body)) };
}

type Request = Pick<Call, 'service' | 'path' | 'headers' | 'body'> & { readonly method: string };

/** SNS speaks in forms, which name their action; most name it in a header, the others by method and path. */
function operationOf({ service, method, path, headers, body }: Request): string {
  const target = headers['x-amz-target'];
  if (target !== undefined) return String(target).split('.').at(-1)!;
  if (service === 'outside') return `${method} /${path.split('/')[1]}`;
  return new URLSearchParams(body.toString('utf8').slice(0, 200)).get('Action') ?? `${method} ${path}`;
}
