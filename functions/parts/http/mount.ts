import { randomUUID } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { retryAfterSeconds } from '../../api.ts';
import { ApiProblem, problemResponse } from './api-problem.ts';
import { CursorInvalid } from './directory.ts';

/** Answers a request. */
export type Handler = (context: Context) => Promise<Response> | Response;
/** Method, path, and what answers. */
export type Route = readonly ['GET' | 'POST' | 'PUT' | 'DELETE', string, Handler];
/** All routes; answers 405 with Allow come from this same table. */
export type RouteTable = readonly Route[];

/** Adds routes to an app, with JSON errors, 404, and 405 with Allow. */
export function mount(app: Hono, table: RouteTable, onError: (error: unknown, requestId: string) => void): void {
  for (const [method, path, handler] of table)
    app.on(method, path, path.startsWith('/api/') ? (context) => withIds(context, handler) : handler);
  const patterns = table.map(([method, path]) => ({
    method,
    shape: new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}/?$`),
  }));
  app.notFound((context) => {
    const allow = [
      ...new Set(patterns.filter(({ shape }) => shape.test(context.req.path)).map(({ method }) => method)),
    ].join(', ');
    if (allow !== '')
      return problemResponse(new ApiProblem(405, 'method_not_allowed', `This address takes ${allow}.`), { allow });
    return problemResponse(notFound(context));
  });
  app.onError((error) => {
    if (error instanceof ApiProblem) return problemResponse(error);
    if (error instanceof CursorInvalid)
      return problemResponse(
        new ApiProblem(422, 'cursor_invalid', error.message, 'cursor', 'Start again without a cursor.'),
      );
    if (error.name === 'StoreContended')
      return problemResponse(new ApiProblem(429, 'contended', error.message), {
        'retry-after': String(retryAfterSeconds),
      });
    const requestId = randomUUID();
    onError(error, requestId);
    return problemResponse(new ApiProblem(500, 'internal', internal), {}, requestId);
  });
}
/** The longest key of a row on AWS holds 1,024 bytes: asked for more, a store would fail instead of finding nothing. */
const mostIdBytes = 900;
function withIds(context: Context, handler: Handler): Promise<Response> | Response {
  const isTooLong = Object.values(context.req.param()).some((id) => Buffer.byteLength(id) > mostIdBytes);
  return isTooLong ? problemResponse(notFound(context)) : handler(context);
}
const notFound = ({ req }: Context): ApiProblem =>
  new ApiProblem(404, 'not_found', `There is no ${req.path.slice(0, 200)}.`);
const internal = 'Something went wrong here; it was logged.';

/** Lets only the bearer of the token through. */
export const bearer =
  (isToken: (token: string) => boolean) =>
  async (context: Context, next: () => Promise<void>): Promise<Response | void> => {
    const token = /^Bearer\s+(\S+)\s*$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (token !== undefined && isToken(token)) return next();
    const problem = new ApiProblem(
      401,
      'unauthorized',
      'The token is missing or wrong.',
      'authorization',
      'Send "Authorization: Bearer <token>"; the token is printed at start.',
    );
    return problemResponse(problem, { 'www-authenticate': 'Bearer realm="sojourn"' });
  };
