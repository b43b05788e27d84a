import type { JsonObject } from '../../../core/json.ts';
import type { Functions } from './functions.ts';
import type { Situation } from './situation.ts';

/** An answer of the HTTP API. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: JsonObject;
  /** Requests that it took. */
  readonly tries: number;
}
export interface HttpRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body?: string;
  /** Whether the body is in base 64. @default false */
  readonly isPacked?: boolean;
  readonly headers?: { readonly [name: string]: string };
}

/** Requests that a caller makes until it gives up. */
const mostRequests = 10;

/** The HTTP API, behind its authorisers: hands requests to functions, and repeats them as callers would. */
export class HttpRequests {
  private readonly situation: Situation;
  private readonly functions: Functions;
  private sent = 0;

  constructor(situation: Situation, functions: Functions) {
    this.situation = situation;
    this.functions = functions;
  }

  async send(name: string, request: HttpRequest): Promise<HttpAnswer> {
    if (!this.situation.isRedelivering) return this.sendOnce(name, request);
    // A caller repeats what was answered 5xx or 429, as the SDKs of ours do; a function that fails is a 500.
    for (let tries = 1; ; tries++) {
      const answer = await this.sendOnce(name, request).catch((): HttpAnswer => ({ status: 500, body: {}, tries }));
      if ((answer.status < 500 && answer.status !== 429) || tries >= mostRequests) return { ...answer, tries };
    }
  }
  private async sendOnce(name: string, request: HttpRequest): Promise<HttpAnswer> {
    const answer = await this.functions.invoke(name, this.eventOf(request));
    const { statusCode, body = '' } = answer as { readonly statusCode: number; readonly body?: string };
    const read = (body.startsWith('{') ? JSON.parse(body) : { text: body }) as JsonObject;
    return { status: statusCode, body: read, tries: 1 };
  }
  /** A request in the payload format 2.0. */
  private eventOf({ method, path, body, headers, isPacked = false }: HttpRequest): object {
    const { templates, nowMs } = this.situation;
    const [rawPath = '', rawQueryString = ''] = path.split('?');
    return {
      version: '2.0',
      routeKey: '$default',
      rawPath,
      rawQueryString,
      headers: { host: 'api.example', ...headers },
      ...(rawQueryString !== '' && { queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)) }),
      requestContext: {
        accountId: templates.account,
        apiId: 'api',
        domainName: 'api.example',
        domainPrefix: 'api',
        http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '203.0.113.1', userAgent: 'test' },
        requestId: `request-${++this.sent}`,
        routeKey: '$default',
        stage: '$default',
        time: new Date(nowMs).toUTCString(),
        timeEpoch: nowMs,
      },
      ...(body !== undefined && { body }),
      isBase64Encoded: isPacked,
    };
  }
}
