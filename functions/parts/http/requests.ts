import type { Context } from 'hono';
import { checkValues } from '../../../core/event/check-values.ts';
import { isObject, type JsonObject } from '../../../core/json.ts';
import { limits } from '../../api.ts';
import { ApiProblem } from './api-problem.ts';
import type { Page, PageQuery } from './directory.ts';

/** The page that a list was asked for. @throws ApiProblem 422 */
export const pageOf = (context: Context): PageQuery => {
  const text = context.req.query('limit');
  const limit = text === undefined ? 100 : Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new ApiProblem(422, 'limit_invalid', 'limit is a whole number from 1 to 1000.', 'limit');
  const cursor = context.req.query('cursor');
  return cursor === undefined ? { limit } : { limit, cursor };
};
/** A page of a list, as all lists are answered. */
export const list = <T>(page: Page<T>, present: (item: T) => JsonObject): Response =>
  Response.json({ items: page.items.map(present), ...(page.next !== undefined && { next: page.next }) });

/** The body, of which no more is kept than may be. @throws ApiProblem 413 */
export async function textOf(context: Context, mostBytes: number = limits.batchBytes): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of context.req.raw.body ?? []) {
    size += chunk.byteLength;
    // The rest is read and dropped, so that the caller hears the answer.
    if (size <= mostBytes) chunks.push(chunk);
  }
  if (size > mostBytes) throw new ApiProblem(413, 'body_too_large', `A body holds at most ${mostBytes} bytes.`);
  return Buffer.concat(chunks).toString('utf8');
}

/** The body as a JSON object of sound values. @throws ApiProblem 400, 413, 422 */
export async function bodyOf(context: Context, whenEmpty?: JsonObject): Promise<JsonObject> {
  const text = await textOf(context);
  if (text === '' && whenEmpty) return whenEmpty;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ApiProblem(400, 'invalid_json', 'The body is not JSON.');
  }
  if (!isObject(body)) throw new ApiProblem(400, 'body_invalid', 'The body must be a JSON object.');
  const found = checkValues(body);
  if (found) throw new ApiProblem(422, found.code, found.message, found.path, found.suggestion);
  return body as JsonObject;
}
