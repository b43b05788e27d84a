import { isObject } from '../../core/json.ts';
import type { Chance } from './chance.ts';
import { basic, publicKey, serverKey, token } from './home.ts';

/** A request as it goes over the wire. */
export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: Uint8Array;
}
/** What is known of the home, so that requests can be about something. */
export interface Known {
  readonly profileIds: readonly string[];
  readonly deliveryIds: readonly string[];
  readonly cursor: string;
  readonly nowMs: number;
}

/** A request before it is put into bytes: mutations reach into its parts. */
interface Draft {
  method: string;
  path: string;
  headers: { [name: string]: string };
  json?: unknown;
}

/** A request that should be accepted. */
export function validDraft(chance: Chance, known: Known): Draft {
  return chance.isBelow(0.6) ? intakeDraft(chance, known) : apiDraft(chance, known);
}

function intakeDraft(chance: Chance, known: Known): Draft {
  const headers = { authorization: basic(chance.isBelow(0.8) ? serverKey : publicKey) };
  if (chance.isBelow(0.6)) {
    const { type, ...json } = message(chance, known);
    return { method: 'POST', path: `/v1/${type}`, headers, json };
  }
  const batch = Array.from({ length: chance.between(1, 4) }, () => message(chance, known));
  return {
    method: 'POST',
    path: '/v1/batch',
    headers,
    json: { batch, sentAt: instant(known, 0), context: { locale: 'de-DE' } },
  };
}

const instant = (known: Known, offsetMs: number): string => new Date(known.nowMs + offsetMs).toISOString();
const users = 300;

function message(chance: Chance, known: Known): { readonly type: string; readonly [key: string]: unknown } {
  const who = chance.below(users);
  const userId = `user-${who}`;
  const times = {
    messageId: `m${chance.below(2 ** 31)}`,
    timestamp: instant(known, -chance.below(86_400_000)),
    sentAt: instant(known, 0),
  };
  const context = {
    ip: '203.0.113.9',
    locale: 'en-GB',
    timezone: 'Europe/Riga',
    campaign: { source: 'news', medium: 'email' },
    page: { url: 'https://a.example/', referrer: 'https://b.example/' },
  };
  const product = {
    productId: `p${chance.below(50)}`,
    name: 'A Chair',
    price: chance.below(10_000) / 100,
    quantity: 1,
    category: 'Chairs',
  };
  return chance.pick<() => { readonly type: string; readonly [key: string]: unknown }>([
    () => ({
      type: 'identify',
      userId,
      anonymousId: `anon-${who}`,
      traits: {
        email: `${userId}@fuzz.example`,
        phone: `+3712${1_000_000 + who}`,
        firstName: 'Ana',
        age: 40,
        address: { city: 'Riga' },
        tags: ['a', 'b'],
      },
      context: {
        ...context,
        consent: { email: { marketing: chance.pick(['granted', 'denied']) }, source: 'form' },
        device: { token: `t-${who}`, type: 'ios' },
      },
      ...times,
    }),
    () => ({ type: 'track', userId, event: 'Product Viewed', properties: product, context, ...times }),
    () => ({
      type: 'track',
      userId,
      event: 'Product Added',
      properties: { ...product, cartId: `c${who}`, products: [product, product] },
      ...times,
    }),
    () => ({ type: 'track', userId, event: 'Signed Up', properties: { plan: 'free' }, ...times }),
    () => ({ type: 'track', userId, event: 'Checkout Started', properties: { cartId: `c${who}` }, ...times }),
    () => ({
      type: 'track',
      userId,
      event: 'Order Completed',
      properties: { orderId: 'o1', cartId: `c${who}`, revenue: 99.5, currency: 'EUR', products: [product] },
      context,
      ...times,
    }),
    () => ({
      type: 'track',
      userId,
      event: 'Email Bounced',
      properties: { email: `user-${chance.below(users)}@fuzz.example`, type: 'soft' },
      ...times,
    }),
    () => ({
      type: 'page',
      anonymousId: `anon-${who}`,
      name: 'Home',
      category: 'Shop',
      properties: { url: 'https://a.example/' },
      context,
      ...times,
    }),
    () => ({ type: 'screen', userId, name: 'Basket', properties: {}, ...times }),
    () => ({ type: 'group', userId, groupId: `g${chance.below(5)}`, traits: { employees: 420 }, ...times }),
    () => ({ type: 'alias', userId, previousId: `anon-${who}`, ...times }),
  ])();
}

function apiDraft(chance: Chance, known: Known): Draft {
  const headers = { authorization: `Bearer ${token}` };
  const profileId = chance.pick(known.profileIds);
  const userId = `user-${chance.below(users)}`;
  const page = chance.pick(['', '?limit=5', `?limit=3&cursor=${known.cursor}`]);
  const get = (path: string): Draft => ({ method: 'GET', path, headers });
  const send = (method: string, path: string, json: unknown, more: object = {}): Draft => ({
    method,
    path,
    headers: { ...headers, ...more },
    json,
  });
  const suppression = { channel: 'email', address: `${userId}@fuzz.example` };
  return chance.pick<() => Draft>([
    () => get(`/api/profiles?userId=${userId}`),
    () => get(`/api/profiles?email=${userId}%40fuzz.example`),
    () => get(`/api/profiles/${profileId}`),
    () => get(`/api/profiles/${profileId}/${chance.pick(['timeline', 'enrollments', 'deliveries'])}${page}`),
    () =>
      get(
        chance.pick([
          '/api/segments',
          '/api/audiences',
          '/api/journeys',
          '/api/journeys/greet',
          '/api/tasks?queue=a',
          '/api/coupons',
        ]),
      ),
    () => get(`/api/${chance.pick(['segments/lookers', 'audiences/prospects'])}/members${page}`),
    () => get(`/api/journeys/${chance.pick(['greet', 'basket'])}/enrollments${page}`),
    () => get(`/api/deliveries${page === '' ? '?channel=email&status=sent' : page}`),
    () => get(`/api/deliveries/${chance.pick(known.deliveryIds)}`),
    () => get(`/api/profiles/${profileId}/journeys/greet`),
    () => get(`/api/suppressions?channel=email&address=${userId}%40fuzz.example`),
    () =>
      send('PUT', `/api/profiles/${profileId}/consent`, {
        email: { marketing: 'granted', 'topic:offers': 'denied' },
        source: 'desk',
      }),
    () => send('POST', '/api/suppressions', { ...suppression, reason: chance.pick(['complaint', 'manual']) }),
    () => send('DELETE', '/api/suppressions', { ...suppression, evidence: 'asked' }),
    () =>
      send(
        'POST',
        '/api/journeys/asked/enrollments',
        { userId, key: `k${chance.below(9)}`, properties: { why: 'fuzz' } },
        { 'idempotency-key': `i${chance.below(5_000)}` },
      ),
    () => get(chance.pick(['/health', '/local/clock'])),
    () => send('POST', '/local/settle', undefined),
    () => send('POST', '/local/clock', chance.isBelow(0.5) ? { by: 'PT1S' } : { to: instant(known, 2_000) }),
    () =>
      send('POST', '/local/import', {
        type: 'track',
        userId,
        event: 'Product Viewed',
        messageId: `i${chance.below(9_999)}`,
        timestamp: '2025-11-01T10:00:00Z',
      }),
  ])();
}

/** The bytes of a request that nothing was done to. */
export const encoded = ({ method, path, headers, json }: Draft): FuzzRequest => ({
  method,
  path,
  headers,
  ...(json !== undefined && { body: Buffer.from(JSON.stringify(json)) }),
});

/** Does one thing to a request. */
export function mutated(draft: Draft, chance: Chance): FuzzRequest {
  if (draft.json === undefined || chance.isBelow(0.12)) return encoded(mutateHead(draft, chance));
  if (chance.isBelow(0.2)) {
    const request = encoded(draft);
    return { ...request, body: mutateBytes(Buffer.from(request.body ?? []), chance) };
  }
  const text = mutateJson(draft.json, chance);
  const { json: _, ...rest } = draft;
  return { ...encoded(rest), body: Buffer.from(text) };
}

/** Nothing of sense. */
export function nonsense(chance: Chance): FuzzRequest {
  const bytes = (): Buffer => Buffer.from(Array.from({ length: chance.below(200) }, () => chance.below(256)));
  const path = chance.pick([
    '/v1/track',
    '/v1/batch',
    '/api/suppressions',
    '/local/clock',
    '/v1/',
    '/api/profiles/%',
    '//',
    '/u/a.b',
    '/outbox/x',
    '/%2e%2e/x',
  ]);
  const headers = { authorization: chance.pick([basic(serverKey), `Bearer ${token}`, 'Basic ====', '']) };
  return { method: chance.pick(['POST', 'GET', 'PUT', 'DELETE']), path, headers, body: bytes() };
}

const strangePathParts = [
  '%00',
  '%',
  '%ff',
  '..',
  '%2f',
  'a'.repeat(3_000),
  '%F0%9F%90%9F',
  '?',
  '?limit=0',
  '?limit=1e3',
  '?cursor=WzFd',
  '?cursor=WzEsMiwzXQ',
  '?cursor=W10',
  '?cursor=WzEse31d',
  '?cursor=%00',
  '&limit=-1',
  '?channel=',
  '?status=%00',
  ';',
  '#',
  '?__proto__=1',
];

function mutateHead(draft: Draft, chance: Chance): Draft {
  const { path, headers } = draft;
  return chance.pick<() => Draft>([
    () => ({ ...draft, method: chance.pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) }),
    () => ({ ...draft, path: path + chance.pick(strangePathParts) }),
    () => ({ ...draft, path: path.replace(/[^/]+$/, chance.pick(['x', ...strangePathParts])) }),
    () => ({ ...draft, path: path.replace(/\/[^/]+$/, '') || '/' }),
    () => ({ ...draft, path: `${path}/` }),
    () => ({ ...draft, path: path.toUpperCase() }),
    () => ({
      ...draft,
      headers: {
        ...headers,
        authorization: chance.pick([
          '',
          'Basic',
          'Bearer',
          basic('wrong'),
          'Bearer wrong',
          'Basic %%%',
          basic(serverKey).slice(0, -3),
        ]),
      },
    }),
    () => ({
      ...draft,
      headers: { ...headers, 'content-encoding': chance.pick(['gzip', 'br', 'identity', 'GZIP', '']) },
    }),
    () => ({
      ...draft,
      headers: { ...headers, 'content-type': chance.pick(['', 'text/plain', 'multipart/form-data', '\u00ff']) },
    }),
    () => ({
      ...draft,
      headers: { ...headers, 'idempotency-key': chance.pick(['', ' ', 'k'.repeat(4_000), '\u00e9', 'i1']) },
    }),
    () => ({ ...draft, headers: { ...headers, host: chance.pick(['evil.example', 'localhost', '127.0.0.1:1']) } }),
    () => ({ ...draft, headers: { ...headers, cookie: chance.pick(['sojourn=', 'sojourn=%', ';;;=']) } }),
  ])();
}

function mutateBytes(bytes: Buffer, chance: Chance): Uint8Array {
  const at = chance.below(bytes.length + 1);
  const some = (): Buffer => Buffer.from(Array.from({ length: chance.between(1, 6) }, () => chance.below(256)));
  return chance.pick<() => Uint8Array>([
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, at), some(), bytes.subarray(at)]),
    () => {
      if (at < bytes.length) bytes[at]! ^= 1 << chance.below(8);
      return bytes;
    },
    () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + chance.between(1, 9))]),
    () => Buffer.concat([bytes, bytes]),
    () => Buffer.concat([bytes, Buffer.alloc(chance.pick([100, 40_000, 600_000]), ' ')]),
    () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  ])();
}

/** JSON text of strange values. */
const strange: readonly string[] = [
  'null',
  'true',
  '0',
  '-1',
  '1e999',
  '-1e999',
  '1e-400',
  '12345678901234567890',
  '0.1',
  '""',
  '" "',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00x"',
  '[]',
  '{}',
  '[null]',
  '[[]]',
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":1}}',
  '{"toString":1}',
  '{"a.b":{"c d":1}}',
  '{"":""}',
  '"null"',
  '"undefined"',
  '"0"',
  '"__proto__"',
  '"\u202e\u200b"',
  '"\ud83d\ude00"',
  '"2026-02-30T10:00:00Z"',
  '"0000-01-01T00:00:00Z"',
  '"9999-12-31T23:59:59+23:59"',
  '"2026-03-02"',
  '"PT1S"',
  '"P900Y"',
  '"-P1D"',
  '"granted"',
  '"ios"',
  '"a@b"',
  '"+371"',
  '"Europe/Nowhere"',
  '"zz-ZZ-zz-zz"',
  '"Order Completed"',
  '"{{ 1 | divided_by: 0 }}"',
  `"${'x'.repeat(400)}"`,
  `"${'y'.repeat(40_000)}"`,
  `${'['.repeat(30)}${']'.repeat(30)}`,
  `${'{"a":'.repeat(20)}1${'}'.repeat(20)}`,
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `[${'0,'.repeat(5_000)}0]`,
];

/** A placeholder in a JSON text, to be replaced by a text that is not made by `JSON.stringify`. */
const place = '@@strange@@';

interface Spot {
  readonly of: Record<string, unknown> | unknown[];
  readonly key: string | number;
}

/** Every place inside a JSON value. */
function spotsOf(json: unknown): readonly Spot[] {
  const spots: Spot[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach((inner, key) => {
        spots.push({ of: value, key });
        visit(inner);
      });
    } else if (isObject(value)) {
      for (const key of Object.keys(value)) {
        spots.push({ of: value, key });
        visit(value[key]);
      }
    }
  };
  visit(json);
  return spots;
}

/** Every strange value at every place of some requests, and every strange end of some addresses: nothing is left to chance. */
export function* sweep(chance: Chance, known: Known): Generator<FuzzRequest> {
  const api = { authorization: `Bearer ${token}` };
  const track = message(chance, known);
  const drafts: readonly Draft[] = [
    {
      method: 'POST',
      path: '/v1/track',
      headers: { authorization: basic(serverKey) },
      json: {
        userId: 'swept',
        event: 'Signed Up',
        messageId: 'swept',
        timestamp: instant(known, 0),
        properties: { a: 1, email: 'swept@fuzz.example', phone: '+37120000001' },
      },
    },
    {
      method: 'POST',
      path: '/v1/identify',
      headers: { authorization: basic(serverKey) },
      json: {
        anonymousId: 'swept',
        traits: { email: 'swept@fuzz.example' },
        context: { consent: { email: { marketing: 'denied' } }, device: { token: 't', type: 'ios' }, timezone: 'UTC' },
      },
    },
    {
      method: 'POST',
      path: '/v1/batch',
      headers: { authorization: basic(publicKey) },
      json: { batch: [{ ...track, type: 'group', groupId: 'g' }], context: { ip: 'x' }, sentAt: instant(known, 0) },
    },
    {
      method: 'POST',
      path: '/api/suppressions',
      headers: api,
      json: { channel: 'email', address: 'swept@fuzz.example', reason: 'manual', source: 'x' },
    },
    {
      method: 'PUT',
      path: `/api/profiles/${known.profileIds[0]}/consent`,
      headers: api,
      json: { email: { marketing: 'granted' }, source: 'x' },
    },
    {
      method: 'POST',
      path: '/api/journeys/asked/enrollments',
      headers: api,
      json: { userId: 'user-1', profileId: known.profileIds[0], key: 'k', properties: { a: 1 } },
    },
    { method: 'POST', path: '/local/clock', headers: api, json: { by: 'PT1S' } },
    {
      method: 'POST',
      path: '/local/import',
      headers: api,
      json: { type: 'track', userId: 'swept', event: 'A', messageId: 'm', timestamp: instant(known, 0) },
    },
  ];
  let count = 0;
  for (const { json, ...rest } of drafts) {
    for (let at = 0; at < spotsOf(json).length; at++) {
      for (const odd of strange) {
        // Under an id of its own: a duplicate would be passed over.
        const copy = JSON.parse(
          JSON.stringify(json).replace(/"messageId":"[^"]*"/, `"messageId":"swept-${++count}"`),
        ) as unknown;
        const { of, key } = spotsOf(copy)[at]!;
        (of as Record<string | number, unknown>)[key] = place;
        yield { ...encoded(rest), body: Buffer.from(JSON.stringify(copy).replace(`"${place}"`, () => odd)) };
      }
    }
  }
  const lists = [
    '/api/deliveries',
    '/api/segments/lookers/members',
    '/api/suppressions',
    `/api/profiles/${known.profileIds[0]}/timeline`,
    '/outbox',
    '/u/a.b',
    '/v1/track',
  ];
  for (const path of lists)
    for (const part of strangePathParts) yield { method: 'GET', path: path + part, headers: api };
}

/** One place of a JSON value is replaced, removed, renamed, added to or doubled. */
function mutateJson(json: unknown, chance: Chance): string {
  const copy: unknown = structuredClone(json);
  const spots = spotsOf(copy);
  const odd = chance.pick(strange);
  if (spots.length === 0) return odd;
  const { of, key } = chance.pick(spots);
  const kind = chance.below(10);
  if (kind < 6) (of as Record<string | number, unknown>)[key] = place;
  else if (Array.isArray(of)) {
    if (kind < 8) of.splice(Number(key), 1);
    else of.push(kind === 8 ? of[Number(key)] : place);
  } else if (kind < 8) delete of[key];
  else if (kind === 8) {
    of[chance.pick([`${key}s`, String(key).toUpperCase(), '__proto__x', ' ', 'constructor'])] = of[key];
    delete of[key];
  } else of[chance.pick(['extra', 'type', 'userId', 'context', 'traits', 'integrations'])] = place;
  return JSON.stringify(copy).replace(`"${place}"`, () => odd);
}
