import type { Context } from 'hono';
import { checkValues } from '../../../core/event/check-values.ts';
import { isObject, type JsonObject } from '../../../core/json.ts';
import { closest, didYouMean } from '../../../core/suggest.ts';
import { limits } from '../../api.ts';
import { ApiProblem } from './api-problem.ts';
import type { Page, PageQuery } from './directory.ts';

/** Names are kept and shown: no longer than somebody reads. */
export const longestText = 500;
/** Ids become keys of rows, which hold no more; the longest userId that comes in has as many letters. */
export const longestId = 300;

/**
 * The page that a list was asked for.
 * @param filters what this list may be asked beside
 * @throws ApiProblem 422
 */
export const pageOf = (context: Context, ...filters: readonly string[]): PageQuery => {
  onlyKnown(context.req.query(), ['limit', 'cursor', ...filters], 'query');
  const text = context.req.query('limit');
  const limit = text === undefined ? 100 : Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new ApiProblem(422, 'limit_invalid', 'limit is a whole number from 1 to 1000.', 'limit');
  for (const name of filters) textIn(context.req.query(), name, longestId);
  const cursor = context.req.query('cursor');
  return cursor === undefined ? { limit } : { limit, cursor };
};
/** A page of a list, as all lists are answered. */
export const list = <T>(page: Page<T>, present: (item: T) => JsonObject): Response =>
  Response.json({ items: page.items.map(present), ...(page.next !== undefined && { next: page.next }) });

/** Refuses what nothing reads: passed over, a slip of the pen would do something else. @throws ApiProblem 422 */
export function onlyKnown(given: object, known: readonly string[], what: 'key' | 'query' = 'key'): void {
  const name = Object.keys(given).find((one) => !known.includes(one));
  if (name === undefined) return;
  const others = known.length === 0 ? `No ${what} is known here.` : `Known here: ${known.join(', ')}.`;
  const { suggestion = others } = didYouMean(closest(name, known));
  const message = `Nothing reads the ${what} "${name.slice(0, 40)}".`;
  throw new ApiProblem(422, `${what}_unknown`, message, name.slice(0, longestText), suggestion);
}

/** An answer to a question that has no query: one is told, as everywhere. */
export const unasked =
  (answer: (context: Context) => Promise<Response> | Response) =>
  (context: Context): Promise<Response> | Response => {
    onlyKnown(context.req.query(), [], 'query');
    return answer(context);
  };

/** One of a few words. @throws ApiProblem 422 */
export function oneOf<Word extends string>(name: string, given: unknown, words: readonly Word[]): Word | undefined {
  if (given === undefined) return undefined;
  const found = words.find((word) => word === given);
  if (found) return found;
  const { suggestion } = didYouMean(typeof given === 'string' ? closest(given, words) : undefined);
  const all = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  throw new ApiProblem(422, `${name}_unknown`, `${name} is ${all}.`, name, suggestion);
}

/** Text that may be left out. @throws ApiProblem 422 */
export function textIn(body: JsonObject, key: string, most: number = longestText): string | undefined {
  const value = body[key];
  if (value === undefined || (typeof value === 'string' && value.length <= most)) return value;
  throw new ApiProblem(422, `${key}_invalid`, `${key} must be text of at most ${most} characters.`, key);
}

/** Who did something, and why: of every change that people make. @throws ApiProblem 422 */
export function saidIn(body: JsonObject): { readonly by?: string; readonly why?: string } {
  const [by, why] = [textIn(body, 'by'), textIn(body, 'reason')];
  return { ...(by !== undefined && { by }), ...(why !== undefined && { why }) };
}

/**
 * Properties of an event that a request makes; none where it has none.
 * @param mostBytes room is left for what else becomes part of the event
 * @throws ApiProblem 413, 422
 */
export function propertiesIn(body: JsonObject, mostBytes: number = limits.eventBytes / 2): JsonObject {
  const { properties = {} } = body;
  if (!isObject(properties))
    throw new ApiProblem(422, 'properties_invalid', 'The properties must be an object.', 'properties');
  if (Buffer.byteLength(JSON.stringify(properties)) > mostBytes)
    throw new ApiProblem(413, 'body_too_large', `Properties hold at most ${mostBytes} bytes.`, 'properties');
  return properties as JsonObject;
}

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

/** What a body may be. */
export interface BodyRules {
  /** Its keys; absent where any name is one. */
  readonly keys?: readonly string[];
  /** Whether no body at all is an empty one. */
  readonly mayBeEmpty?: boolean;
}

/** The body as a JSON object of sound values. @throws ApiProblem 400, 413, 422 */
export async function bodyOf(context: Context, { keys, mayBeEmpty }: BodyRules = {}): Promise<JsonObject> {
  // What it says becomes part of a person, as an event does.
  const text = await textOf(context, limits.eventBytes);
  if (text === '' && mayBeEmpty) return {};
  const body = objectIn(text);
  const found = checkValues(body);
  if (found) throw new ApiProblem(422, found.code, found.message, found.path, found.suggestion);
  if (keys) onlyKnown(body, keys);
  return body;
}

/** A JSON object; what its values are, nobody has looked at. @throws ApiProblem 400 */
export function objectIn(text: string): JsonObject {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ApiProblem(400, 'invalid_json', 'The body is not JSON.');
  }
  if (isObject(body)) return body as JsonObject;
  throw new ApiProblem(400, 'body_invalid', 'The body must be a JSON object.');
}
