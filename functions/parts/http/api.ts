import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { type Context } from 'hono';
import type { EntryAnswer, Trigger } from '../../../core/enrollment/enter.ts';
import { channels, type Channel } from '../../../core/journey/document.ts';
import { checkValues } from '../../../core/event/check-values.ts';
import { isObject, type Json, type JsonObject } from '../../../core/json.ts';
import { suppressionScopes, type SuppressionReason } from '../../../core/message/delivery.ts';
import type { Loaded, Ports } from '../../../core/ports.ts';
import { normalizeEmail, normalizePhone } from '../../../core/profile/address.ts';
import { identityKey } from '../../../core/profile/identity.ts';
import { historyIds, type ConsentStatus } from '../../../core/profile/profile.ts';
import type { ConsentChange } from '../../change-consent/change-consent.ts';
import type { SuppressTask } from '../../suppress-address/suppress-address.ts';
import { limits } from '../../api.ts';
import { CursorInvalid, type Directory, type Page, type PageQuery } from './directory.ts';
import { explainJourney } from './explain.ts';
import {
  presentDelivery,
  presentEnrollment,
  presentProfile,
  presentSuppression,
  presentTimelineItem,
} from './present.ts';
import { toInstant } from '../../../core/time/instant.ts';

/** What the management API needs of the system behind it. */
export interface ApiOptions {
  readonly ports: Pick<Ports, 'profiles' | 'definitions' | 'clock' | 'ids'>;
  readonly directory: Directory;
  readonly isToken: (token: string) => boolean;
  readonly enter: (task: { readonly journeyId: string; readonly trigger: Trigger }) => Promise<EntryAnswer>;
  readonly changeConsent: (change: ConsentChange) => Promise<'changed' | 'unknown-profile'>;
  readonly suppress: (task: SuppressTask) => Promise<void>;
  /** Answers once what was written cannot be lost. */
  readonly durable: () => Promise<void>;
  readonly onError: (error: unknown, requestId: string) => void;
}

/** An answer that is no success: status, code, sentence, where, and what would help. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly path: string | undefined;
  readonly suggestion: string | undefined;
  constructor(status: number, code: string, message: string, path?: string, suggestion?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.path = path;
    this.suggestion = suggestion;
  }
}

/** The error body of every route. */
export function problemResponse(
  problem: Pick<ApiProblem, 'status' | 'code' | 'message' | 'path' | 'suggestion'>,
  headers: { readonly [name: string]: string } = {},
  requestId: string = randomUUID(),
): Response {
  const { status, code, message, path = '', suggestion } = problem;
  const error = { code, message, path, ...(suggestion !== undefined && { suggestion }), requestId };
  return Response.json({ error }, { status, headers });
}

type Handler = (context: Context) => Promise<Response> | Response;
/** Method and path of each route; answers 405 with Allow come from this same table. */
export type RouteTable = readonly (readonly ['GET' | 'POST' | 'PUT' | 'DELETE', string, Handler])[];

/** Adds routes to an app, with JSON errors, 404, and 405 with Allow. */
export function mount(app: Hono, table: RouteTable, onError: (error: unknown, requestId: string) => void): void {
  for (const [method, path, handler] of table) app.on(method, path, handler);
  const patterns = table.map(([method, path]) => ({
    method,
    shape: new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}/?$`),
  }));
  app.notFound((context) => {
    const allow = [
      ...new Set(patterns.filter(({ shape }) => shape.test(context.req.path)).map(({ method }) => method)),
    ].join(', ');
    if (allow !== '')
      return problemResponse(
        {
          status: 405,
          code: 'method_not_allowed',
          message: `This address takes ${allow}.`,
          path: undefined,
          suggestion: undefined,
        },
        { allow },
      );
    return problemResponse({
      status: 404,
      code: 'not_found',
      message: `There is no ${context.req.path.slice(0, 200)}.`,
      path: undefined,
      suggestion: undefined,
    });
  });
  app.onError((error) => {
    if (error instanceof ApiProblem) return problemResponse(error);
    if (error instanceof CursorInvalid)
      return problemResponse({
        status: 422,
        code: 'cursor_invalid',
        message: error.message,
        path: 'cursor',
        suggestion: 'Start again without a cursor.',
      });
    if (error.name === 'StoreContended')
      return problemResponse(
        { status: 429, code: 'contended', message: error.message, path: undefined, suggestion: undefined },
        { 'retry-after': '1' },
      );
    const requestId = randomUUID();
    onError(error, requestId);
    return problemResponse(
      {
        status: 500,
        code: 'internal',
        message: 'Something went wrong here; it was logged.',
        path: undefined,
        suggestion: undefined,
      },
      {},
      requestId,
    );
  });
}

/** Lets only the bearer of the token through. */
export const bearer =
  (isToken: (token: string) => boolean) =>
  async (context: Context, next: () => Promise<void>): Promise<Response | void> => {
    const token = /^Bearer\s+(\S+)\s*$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (token !== undefined && isToken(token)) return next();
    const problem = {
      status: 401,
      code: 'unauthorized',
      message: 'The token is missing or wrong.',
      path: 'authorization',
      suggestion: 'Send "Authorization: Bearer <token>"; the token is printed at start.',
    };
    return problemResponse(problem, { 'www-authenticate': 'Bearer realm="sojourn"' });
  };

/** The management API of both homes. */
export const apiRoutes = (options: ApiOptions): RouteTable => [
  ...profileRoutes(options),
  ...listRoutes(options),
  ...journeyRoutes(options),
  ...suppressionRoutes(options),
  ...explainRoutes(options),
];

const pageOf = (context: Context): PageQuery => {
  const text = context.req.query('limit');
  const limit = text === undefined ? 100 : Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new ApiProblem(422, 'limit_invalid', 'limit is a whole number from 1 to 1000.', 'limit');
  const cursor = context.req.query('cursor');
  return cursor === undefined ? { limit } : { limit, cursor };
};
const list = <T>(page: Page<T>, present: (item: T) => JsonObject): Response =>
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

async function bodyOf(context: Context, whenEmpty?: JsonObject): Promise<JsonObject> {
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

const profileQueries = ['userId', 'anonymousId', 'email', 'phone'] as const;

function profileRoutes({ ports, directory, changeConsent, durable }: ApiOptions): RouteTable {
  const one = async (context: Context): Promise<Loaded> => {
    const loaded = await ports.profiles.load(context.req.param('profileId') ?? '');
    if (!loaded)
      throw new ApiProblem(
        404,
        'profile_unknown',
        'There is no profile with this id.',
        'profileId',
        'Look it up with GET /api/profiles?userId=…',
      );
    return loaded;
  };
  return [
    [
      'GET',
      '/api/profiles',
      async (context) => {
        const kind = profileQueries.find((name) => context.req.query(name) !== undefined);
        if (!kind)
          throw new ApiProblem(422, 'query_missing', 'Say whom to look for: userId, anonymousId, email or phone.');
        const value = normalized(kind, context.req.query(kind)!);
        const owner =
          value === undefined
            ? undefined
            : (await ports.profiles.owners([identityKey(kind, value)])).get(identityKey(kind, value));
        const loaded = owner === undefined ? undefined : await ports.profiles.load(owner);
        return Response.json({
          items: loaded ? [presentProfile(loaded, await ports.definitions.current(), ports.clock.nowMs())] : [],
        });
      },
    ],
    [
      'GET',
      '/api/profiles/:profileId',
      async (context) =>
        Response.json(presentProfile(await one(context), await ports.definitions.current(), ports.clock.nowMs())),
    ],
    [
      'GET',
      '/api/profiles/:profileId/timeline',
      async (context) =>
        list(await directory.timeline(historyIds((await one(context)).profile), pageOf(context)), presentTimelineItem),
    ],
    [
      'GET',
      '/api/profiles/:profileId/enrollments',
      async (context) =>
        list(
          await directory.enrollmentsOf(historyIds((await one(context)).profile), pageOf(context)),
          presentEnrollment,
        ),
    ],
    [
      'GET',
      '/api/profiles/:profileId/deliveries',
      async (context) =>
        list(await directory.deliveriesOf(historyIds((await one(context)).profile), pageOf(context)), presentDelivery),
    ],
    [
      'PUT',
      '/api/profiles/:profileId/consent',
      async (context) => {
        const { profile } = await one(context);
        const { source, ...given } = await bodyOf(context);
        if (typeof source !== 'string' || source === '')
          throw new ApiProblem(422, 'source_missing', 'Say where the consent comes from.', 'source');
        await changeConsent({ profileId: profile.profileId, consent: readConsent(given), source });
        await durable();
        const loaded = await one(context);
        return Response.json(presentProfile(loaded, await ports.definitions.current(), ports.clock.nowMs()));
      },
    ],
  ];
}

function normalized(kind: (typeof profileQueries)[number], value: string): string | undefined {
  if (kind === 'email') return normalizeEmail(value);
  // An unescaped + in a query reads as a space.
  return kind === 'phone' ? normalizePhone(value.replace(/^ /, '+')) : value.trim();
}

function readConsent(given: JsonObject): { readonly [key: string]: ConsentStatus } {
  const consent: { [key: string]: ConsentStatus } = {};
  for (const [channel, purposes] of Object.entries(given)) {
    if (!(channels as readonly string[]).includes(channel))
      throw new ApiProblem(
        422,
        'channel_unknown',
        `There is no channel "${channel}".`,
        channel,
        `Channels are ${channels.join(', ')}.`,
      );
    if (!isObject(purposes)) throw new ApiProblem(422, 'consent_invalid', 'Give each purpose a status.', channel);
    for (const [purpose, status] of Object.entries(purposes)) {
      if (status !== 'granted' && status !== 'denied')
        throw new ApiProblem(422, 'consent_invalid', 'A consent is "granted" or "denied".', `${channel}.${purpose}`);
      consent[`${channel}/${purpose}`] = status;
    }
  }
  if (Object.keys(consent).length === 0)
    throw new ApiProblem(422, 'consent_missing', 'Name at least one channel and purpose.');
  return consent;
}

function listRoutes({ ports, directory }: ApiOptions): RouteTable {
  const member = ({ profileId, sinceMs }: { readonly profileId: string; readonly sinceMs: number }): JsonObject => ({
    profileId,
    since: toInstant(sinceMs),
  });
  const known = async (kind: 'segment' | 'audience', id: string): Promise<void> => {
    const definitions = await ports.definitions.current();
    const rules = kind === 'segment' ? definitions.segments : definitions.audiences;
    if (!rules.some((rule) => rule.id === id))
      throw new ApiProblem(404, `${kind}_unknown`, `There is no ${kind} "${id}".`, 'id');
  };
  return [
    [
      'GET',
      '/api/segments',
      async () => {
        const counts = await directory.memberCounts('segment');
        return Response.json({
          items: (await ports.definitions.current()).segments.map(({ id, name }) => ({
            id,
            name,
            members: counts[id] ?? 0,
          })),
        });
      },
    ],
    [
      'GET',
      '/api/segments/:id/members',
      async (context) => {
        const id = context.req.param('id') ?? '';
        await known('segment', id);
        return list(await directory.members('segment', id, pageOf(context)), member);
      },
    ],
    [
      'GET',
      '/api/audiences',
      async () => {
        const counts = await directory.memberCounts('audience');
        return Response.json({
          items: (await ports.definitions.current()).audiences.map(({ id, name, use }) => ({
            id,
            name,
            use,
            members: counts[id] ?? 0,
          })),
        });
      },
    ],
    [
      'GET',
      '/api/audiences/:id/members',
      async (context) => {
        const id = context.req.param('id') ?? '';
        await known('audience', id);
        return list(await directory.members('audience', id, pageOf(context)), member);
      },
    ],
    [
      'GET',
      '/api/deliveries',
      async (context) => {
        const filter = Object.fromEntries(
          ['journeyId', 'channel', 'status'].flatMap((name) =>
            context.req.query(name) === undefined ? [] : [[name, context.req.query(name)]],
          ),
        );
        return list(await directory.deliveries(filter, pageOf(context)), presentDelivery);
      },
    ],
    [
      'GET',
      '/api/deliveries/:deliveryId',
      async (context) => {
        const deliveryId = context.req.param('deliveryId') ?? '';
        const delivery = await ports.profiles.delivery(deliveryId);
        if (!delivery)
          throw new ApiProblem(404, 'delivery_unknown', 'There is no delivery with this id.', 'deliveryId');
        const message = await directory.message(deliveryId);
        return Response.json({ ...presentDelivery(delivery), ...(message && { message }) });
      },
    ],
    // Tasks come with the step that makes them; until then nothing waits in any queue.
    ['GET', '/api/tasks', () => Response.json({ items: [] })],
    [
      'POST',
      '/api/tasks/:id',
      () => {
        throw new ApiProblem(404, 'task_unknown', 'There is no task with this id.', 'id');
      },
    ],
  ];
}

function journeyRoutes({ ports, directory, enter, durable }: ApiOptions): RouteTable {
  const find = async (context: Context) => {
    const journey = (await ports.definitions.current()).journeys.get(context.req.param('id') ?? '');
    if (!journey)
      throw new ApiProblem(404, 'journey_unknown', `There is no journey "${context.req.param('id')}".`, 'id');
    return journey;
  };
  const summary = async (journey: Awaited<ReturnType<typeof find>>): Promise<JsonObject> => {
    const { id, name, stage, kind } = journey.document;
    return {
      id,
      name,
      stage,
      kind,
      version: journey.version,
      counts: (await directory.journeyCounts(id)) as unknown as Json,
    };
  };
  return [
    [
      'GET',
      '/api/journeys',
      async () =>
        Response.json({
          items: await Promise.all([...(await ports.definitions.current()).journeys.values()].map(summary)),
        }),
    ],
    [
      'GET',
      '/api/journeys/:id',
      async (context) => {
        const journey = await find(context);
        return Response.json({ ...(await summary(journey)), document: journey.document });
      },
    ],
    [
      'GET',
      '/api/journeys/:id/enrollments',
      async (context) => {
        const journey = await find(context);
        return list(
          await directory.enrollmentsIn(journey.id, context.req.query('status'), pageOf(context)),
          presentEnrollment,
        );
      },
    ],
    [
      'POST',
      '/api/journeys/:id/enrollments',
      async (context) => {
        const journey = await find(context);
        const body = await bodyOf(context);
        if (!('api' in journey.document.entry.on))
          throw new ApiProblem(
            422,
            'entry_not_api',
            'This journey is not entered by the API.',
            'id',
            'Give it the entry { "on": { "api": true } }.',
          );
        const loaded = await profileOf(body, ports);
        const key = body['key'];
        if (key !== undefined && typeof key !== 'string')
          throw new ApiProblem(422, 'key_invalid', 'key must be text.', 'key');
        const properties = isObject(body['properties']) ? (body['properties'] as JsonObject) : {};
        const idempotencyKey = context.req.header('idempotency-key') ?? randomUUID();
        const nowMs = ports.clock.nowMs();
        const { profileId } = loaded.profile;
        const event = { eventId: idempotencyKey, name: 'Journey Requested', properties, occurredMs: nowMs };
        const trigger: Trigger = {
          kind: 'api',
          triggerId: `api/${idempotencyKey}`,
          event,
          atMs: nowMs,
          profileId,
          version: loaded.version,
          ...(key !== undefined && { key }),
        };
        const answer = await enter({ journeyId: journey.id, trigger });
        await durable();
        if (answer.kind === 'refused')
          throw new ApiProblem(409, 'entry_refused', `The person does not enter: ${answer.reason}.`, undefined);
        if (!historyIds(loaded.profile).includes(answer.enrollment.profileId))
          throw new ApiProblem(
            422,
            'idempotency_key_reused',
            'This key stands for an entry of somebody else.',
            'idempotency-key',
            'Use a new key for each entry.',
          );
        return Response.json(presentEnrollment(answer.enrollment), { status: 201 });
      },
    ],
  ];
}

/** Why a person is, or is not, in a journey. */
const explainRoutes = ({ ports, directory }: ApiOptions): RouteTable => [
  [
    'GET',
    '/api/profiles/:profileId/journeys/:id',
    async (context) => {
      const loaded = await ports.profiles.load(context.req.param('profileId') ?? '');
      if (!loaded) throw new ApiProblem(404, 'profile_unknown', 'There is no profile with this id.', 'profileId');
      const journey = (await ports.definitions.current()).journeys.get(context.req.param('id') ?? '');
      if (!journey)
        throw new ApiProblem(404, 'journey_unknown', `There is no journey "${context.req.param('id')}".`, 'id');
      return Response.json(await explainJourney(ports, directory, loaded, journey));
    },
  ],
];

async function profileOf(body: JsonObject, ports: ApiOptions['ports']): Promise<Loaded> {
  const { profileId, userId } = body;
  const id =
    typeof profileId === 'string'
      ? profileId
      : typeof userId === 'string'
        ? (await ports.profiles.owners([identityKey('userId', userId.trim())])).get(
            identityKey('userId', userId.trim()),
          )
        : undefined;
  if (profileId === undefined && userId === undefined)
    throw new ApiProblem(422, 'profile_missing', 'Say who enters: profileId or userId.', 'profileId');
  const loaded = id === undefined ? undefined : await ports.profiles.load(id);
  if (!loaded)
    throw new ApiProblem(
      404,
      'profile_unknown',
      'There is no such profile.',
      profileId === undefined ? 'userId' : 'profileId',
    );
  return loaded;
}

function suppressionRoutes({ ports, directory, suppress, durable }: ApiOptions): RouteTable {
  const read = (
    channel: Json | undefined,
    address: Json | undefined,
  ): { readonly channel: Channel; readonly address: string } => {
    const found = channels.find((one) => one === channel);
    if (!found)
      throw new ApiProblem(
        422,
        'channel_unknown',
        'Name the channel.',
        'channel',
        `Channels are ${channels.join(', ')}.`,
      );
    const text =
      typeof address === 'string'
        ? found === 'email'
          ? normalizeEmail(address)
          : found === 'sms'
            ? normalizePhone(address.replace(/^ /, '+'))
            : address.trim()
        : undefined;
    if (text === undefined || text === '')
      throw new ApiProblem(422, 'address_invalid', 'This is no address of that channel.', 'address');
    return { channel: found, address: text };
  };
  return [
    [
      'GET',
      '/api/suppressions',
      async (context) => {
        const [channel, address] = [context.req.query('channel'), context.req.query('address')];
        const asked = address === undefined ? undefined : read(channel, address);
        const hash = asked && ports.ids.addressHash(asked.channel, asked.address);
        return list(await directory.suppressions(channel, hash, pageOf(context)), (item) =>
          presentSuppression(item, asked?.address),
        );
      },
    ],
    [
      'POST',
      '/api/suppressions',
      async (context) => {
        const body = await bodyOf(context);
        const { channel, address } = read(body['channel'], body['address']);
        const reason = (body['reason'] ?? 'manual') as SuppressionReason;
        if (typeof reason !== 'string' || !Object.hasOwn(suppressionScopes, reason))
          throw new ApiProblem(
            422,
            'reason_unknown',
            'There is no such reason.',
            'reason',
            `Reasons are ${Object.keys(suppressionScopes).join(', ')}.`,
          );
        const source = typeof body['source'] === 'string' ? body['source'] : 'api';
        const { purpose } = body;
        if (purpose !== undefined && purpose !== 'marketing' && purpose !== 'all')
          throw new ApiProblem(422, 'purpose_unknown', 'A suppression covers "marketing" or "all".', 'purpose');
        const narrowed: { readonly purpose?: 'marketing' } = purpose === 'marketing' ? { purpose } : {};
        await suppress({ channel, address, change: { kind: 'suppress', reason, source, ...narrowed } });
        await durable();
        return Response.json({ channel, address, reason, ...narrowed }, { status: 201 });
      },
    ],
    [
      'DELETE',
      '/api/suppressions',
      async (context) => {
        const body: JsonObject = { ...context.req.query(), ...(await bodyOf(context, {})) };
        const { channel, address } = read(body['channel'], body['address']);
        const { evidence } = body;
        if (typeof evidence !== 'string' || evidence.trim() === '')
          throw new ApiProblem(
            422,
            'evidence_missing',
            'A suppression is removed only on evidence that the person asked for it.',
            'evidence',
          );
        const standing = await ports.profiles.suppressions([
          { channel, addressHash: ports.ids.addressHash(channel, address) },
        ]);
        await suppress({ channel, address, change: { kind: 'release', evidence } });
        await durable();
        return Response.json({ channel, address, released: standing.length > 0 });
      },
    ],
  ];
}
