import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Message } from '../../core/event/event.ts';
import { StoreContended, StoreUnavailable } from '../../core/failures.ts';
import { Intake, type IntakeOptions } from '../../functions/parts/http/intake.ts';
import { basic, LocalHome, publicKey, serverKey, token, type Answer } from './home.ts';

const dayMs = 86_400_000;
const startMs = Date.parse('2026-03-02T10:00:00Z');
const at = (offsetMs: number): string => new Date(startMs + offsetMs).toISOString();

let local: LocalHome;
beforeAll(async () => {
  local = await LocalHome.open();
});
afterAll(() => local.close());

/** What a refusal says: status, code and path. */
const refusal = ({ status, body }: Answer): readonly unknown[] => [status, body.error?.code, body.error?.path];

let people = 0;
const somebody = (): string => `somebody-${++people}`;

describe('the six calls', () => {
  const calls = {
    identify: { traits: { plan: 'gold' } },
    track: { event: 'Song Played' },
    page: { name: 'Home', category: 'Shop' },
    screen: { name: 'Basket' },
    group: { groupId: 'g1', traits: { name: 'Initech' } },
    alias: { previousId: 'an-old-id' },
  };
  const names = ['Identified', 'Song Played', 'Page Viewed', 'Screen Viewed', 'Group Joined', 'Alias Given'];

  it('accepts each by its own address and as an item of a batch', async () => {
    const userId = somebody();
    for (const [type, body] of Object.entries(calls)) {
      const answer = await local.post(`/v1/${type}`, { userId, ...body });
      expect([type, answer.status, answer.body]).toEqual([type, 200, { success: true }]);
    }
    expect((await local.events(userId)).map((event) => event['name']).toSorted()).toEqual(names.toSorted());
    const other = somebody();
    const others = { ...calls, alias: { previousId: 'another-old-id' } };
    const batch = Object.entries(others).map(([type, body], index) => ({
      type,
      userId: other,
      messageId: `b${index}`,
      ...body,
    }));
    const answer = await local.post('/v1/batch', { batch });
    expect(answer.body.results).toEqual(batch.map(({ messageId }) => ({ messageId, status: 'accepted' })));
    expect((await local.events(other)).map((event) => event['name']).toSorted()).toEqual(names.toSorted());
  });

  it('keeps what came with each', async () => {
    const userId = somebody();
    await local.identify(userId, { plan: 'gold', address: { city: 'Riga' } });
    await local.post('/v1/page', { userId, name: 'Home', category: 'Shop', properties: { url: 'https://a.example/' } });
    await local.post('/v1/group', { userId, groupId: 'g1', traits: { employees: 420 } });
    const profile = await local.profile(userId);
    expect(profile['traits']).toMatchObject({ plan: 'gold', address: { city: 'Riga' } });
    expect(profile['groups']).toEqual(['g1']);
    const page = (await local.events(userId)).find((event) => event['name'] === 'Page Viewed');
    expect(page?.['properties']).toEqual({ name: 'Home', category: 'Shop', url: 'https://a.example/' });
  });

  it('takes any content type, and a path with a slash at its end', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1']) {
      const headers = { authorization: basic(serverKey), 'content-type': type };
      const body = { userId: somebody(), event: 'A' };
      expect((await local.call({ method: 'POST', path: '/v1/track/', body, headers })).status).toBe(200);
    }
  });

  it('takes a body that was compressed with gzip, as some SDKs send it', async () => {
    const headers = { authorization: basic(serverKey), 'content-encoding': 'gzip' };
    const send = (body: Uint8Array, encoding = 'gzip'): Promise<Answer> =>
      local.call({ method: 'POST', path: '/v1/track', body, headers: { ...headers, 'content-encoding': encoding } });
    expect((await send(gzipSync(JSON.stringify({ userId: somebody(), event: 'A' })))).status).toBe(200);
    expect(refusal(await send(Buffer.from('not gzip')))).toEqual([400, 'encoding_invalid', 'content-encoding']);
    expect(refusal(await send(gzipSync('{}'), 'br'))).toEqual([415, 'encoding_unsupported', 'content-encoding']);
    // A bomb: 100 MB of blanks in 100 KB.
    expect(refusal(await send(gzipSync(Buffer.alloc(100_000_000, ' '))))).toEqual([413, 'event_too_large', '']);
  });
});

describe('keys', () => {
  const body = (): object => ({ userId: somebody(), event: 'A' });

  it('is a Basic user name or stands in the body', async () => {
    expect((await local.post('/v1/track', body())).status).toBe(200);
    const inBody = await local.call({ method: 'POST', path: '/v1/track', body: { ...body(), writeKey: serverKey } });
    expect(inBody.status).toBe(200);
    const batch = { batch: [{ ...body(), type: 'track' }], writeKey: serverKey };
    expect((await local.call({ method: 'POST', path: '/v1/batch', body: batch })).status).toBe(200);
    // An OAuth token in the header leaves the key to the body.
    const headers = { authorization: 'Bearer abc' };
    const withToken = { ...body(), writeKey: serverKey };
    expect((await local.call({ method: 'POST', path: '/v1/track', body: withToken, headers })).status).toBe(200);
  });

  it.each([
    ['no key at all', {}, {}],
    ['a wrong key', { authorization: basic('wrong') }, {}],
    ['an empty key', { authorization: basic('') }, {}],
    ['a wrong key beside a right one in the body', { authorization: basic('wrong') }, { writeKey: serverKey }],
    ['a wrong key in the body', {}, { writeKey: 'wrong' }],
    ['a key in the body that is no text', {}, { writeKey: [serverKey] }],
    ['an empty key in the body', {}, { writeKey: '' }],
    ['something that is not Basic', { authorization: 'local-server-key' }, {}],
    ['the token of the API', { authorization: `Bearer ${token}` }, {}],
  ])('answers %s with 401', async (_, headers, more) => {
    const before = local.countEvents();
    const answer = await local.call({ method: 'POST', path: '/v1/track', body: { ...body(), ...more }, headers });
    expect(refusal(answer)).toEqual([401, 'unauthorized', 'authorization']);
    expect(answer.headers.get('www-authenticate')).toContain('Basic');
    expect(local.countEvents()).toBe(before);
  });

  it('believes a server key about identity and consent, and a public key about neither', async () => {
    const [trusted, visitor] = [somebody(), somebody()];
    const consent = { email: { marketing: 'granted' } };
    await local.post('/v1/identify', { userId: trusted, traits: { email: 'ana@keys.example' }, context: { consent } });
    await local.post(
      '/v1/identify',
      { userId: visitor, traits: { email: 'eve@keys.example' }, context: { consent } },
      publicKey,
    );
    const identifiersOf = async (userId: string): Promise<unknown> => (await local.profile(userId))['identifiers'];
    expect(await identifiersOf(trusted)).toContainEqual({
      kind: 'email',
      value: 'ana@keys.example',
      verified: true,
      resolves: true,
    });
    expect(await identifiersOf(visitor)).toContainEqual({
      kind: 'email',
      value: 'eve@keys.example',
      verified: false,
      resolves: false,
    });
    expect((await local.profile(trusted))['consent']).toEqual(consent);
    expect((await local.profile(visitor))['consent']).toEqual({});
    expect(await local.items('/api/profiles?email=eve@keys.example')).toEqual([]);
  });

  it('never lets a public key find or join a person by an e-mail', async () => {
    const userId = somebody();
    await local.identify(userId, { email: 'victim@keys.example' });
    await local.post(
      '/v1/identify',
      { anonymousId: 'thief', traits: { email: 'victim@keys.example', plan: 'stolen' } },
      publicKey,
    );
    expect((await local.profile(userId))['traits']).not.toHaveProperty('plan');
    expect(await local.items('/api/profiles?anonymousId=thief')).toHaveLength(1);
  });
});

describe('bad input', () => {
  const track = (more: object): object => ({ userId: 'bad-input', event: 'A', ...more });
  const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
  const keys = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));

  it.each<[string, string, string, number, string, string]>([
    ['no JSON', 'track', '{"userId": "u", "event": ', 400, 'invalid_json', ''],
    ['an empty body', 'track', '', 400, 'invalid_json', ''],
    ['a list', 'track', '[1]', 401, 'unauthorized', 'authorization'],
    ['no user and no anonymous id', 'track', '{"event":"X"}', 422, 'identity_missing', 'userId'],
    ['an empty user id alone', 'identify', '{"userId":""}', 422, 'identity_missing', 'userId'],
    ['no event name', 'track', '{"userId":"u9"}', 422, 'event_missing', 'event'],
    ['a blank event name', 'track', '{"userId":"u9","event":"  "}', 422, 'event_missing', 'event'],
    ['an event name that is a number', 'track', '{"userId":"u9","event":7}', 422, 'event_missing', 'event'],
    ['no group id', 'group', '{"userId":"u9"}', 422, 'group_id_missing', 'groupId'],
    ['an alias for nobody', 'alias', '{"anonymousId":"a","previousId":"p"}', 422, 'user_id_missing', 'userId'],
    ['traits that are a list', 'identify', '{"userId":"u9","traits":[]}', 422, 'field_invalid', 'traits'],
    [
      'a long message id',
      'track',
      JSON.stringify(track({ messageId: 'm'.repeat(101) })),
      422,
      'message_id_invalid',
      'messageId',
    ],
    [
      'a number as message id',
      'track',
      JSON.stringify(track({ messageId: 7 })),
      422,
      'message_id_invalid',
      'messageId',
    ],
    [
      'a forbidden key',
      'track',
      '{"userId":"u9","event":"A","properties":{"a":{"__proto__":{}}}}',
      422,
      'key_forbidden',
      'properties.a.__proto__',
    ],
    [
      'another forbidden key',
      'track',
      '{"userId":"u9","event":"A","context":{"constructor":1}}',
      422,
      'key_forbidden',
      'context.constructor',
    ],
    [
      'a forbidden key in a list',
      'track',
      '{"userId":"u9","event":"A","properties":{"a":[{"constructor":1}]}}',
      422,
      'key_forbidden',
      'properties.a.0.constructor',
    ],
    [
      'a NUL',
      'track',
      '{"userId":"u9","event":"A","properties":{"a":"x\\u0000"}}',
      422,
      'text_invalid',
      'properties.a',
    ],
    [
      'a lone surrogate',
      'track',
      '{"userId":"u9","event":"A","properties":{"a":"\\ud800"}}',
      422,
      'text_invalid',
      'properties.a',
    ],
    [
      'a lone surrogate in a key',
      'track',
      '{"userId":"u9","event":"A","traits":{"\\udc00":1}}',
      422,
      'text_invalid',
      'traits.\\udc00',
    ],
    ['a NUL in an id', 'track', '{"userId":"u\\u0000","event":"A"}', 422, 'text_invalid', 'userId'],
    [
      'an id of 301 characters',
      'track',
      JSON.stringify(track({ userId: 'u'.repeat(301) })),
      422,
      'identity_invalid',
      'userId',
    ],
    ['an id that is an object', 'track', '{"userId":{"a":1},"event":"A"}', 422, 'identity_invalid', 'userId'],
    [
      'an id that is a number too large to be exact',
      'track',
      '{"userId":12345678901234567890,"event":"A"}',
      422,
      'identity_invalid',
      'userId',
    ],
  ])('refuses %s', async (name, call, body, status, code, path) => {
    const isKeyInBody = name === 'a list';
    const headers = isKeyInBody ? {} : { authorization: basic(serverKey) };
    const answer = await local.call({ method: 'POST', path: `/v1/${call}`, body, headers });
    expect(refusal(answer)).toEqual([status, code, path.replace('\\udc00', '\udc00')]);
    expect(answer.body.error?.message).toMatch(/\.$/);
    expect(answer.body.error?.requestId).toBeTruthy();
  });

  it('refuses a body that is no object', async () => {
    for (const body of ['[1]', '7', '"a"', 'null', 'true'])
      expect(refusal(await local.post('/v1/track', body))).toEqual([400, 'body_invalid', '']);
    for (const body of ['{}', '[]', '{"batch":{}}', 'null'])
      expect(refusal(await local.post('/v1/batch', body))).toEqual([422, 'batch_missing', 'batch']);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"userId":"u9","event":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]);
    expect(refusal(await local.post('/v1/track', bytes))).toEqual([400, 'invalid_json', '']);
  });

  it.each([
    '0',
    'null',
    'undefined',
    'NaN',
    '00000000-0000-0000-0000-000000000000',
    'anonymous',
    'Guest',
    '[object Object]',
    ' null ',
  ])('refuses the junk id %j', async (id) => {
    expect(refusal(await local.post('/v1/track', { userId: id, event: 'A' }))).toEqual([
      422,
      'identity_invalid',
      'userId',
    ]);
    expect(refusal(await local.post('/v1/track', { userId: 'u9', anonymousId: id, event: 'A' }))).toEqual([
      422,
      'identity_invalid',
      'anonymousId',
    ]);
  });

  it.each([
    '2026-02-30T10:00:00Z',
    '2026-03-02T10:00:00',
    '2026-03-02',
    'yesterday',
    '2026-13-01T00:00:00Z',
    '2026-03-02T24:30:00Z',
    '',
  ])('refuses the time %j', async (timestamp) => {
    expect(refusal(await local.post('/v1/track', track({ timestamp })))).toEqual([
      422,
      'timestamp_invalid',
      'timestamp',
    ]);
    const sent = track({ timestamp: at(0), sentAt: timestamp });
    expect(refusal(await local.post('/v1/track', sent))).toEqual([422, 'timestamp_invalid', 'sentAt']);
  });
  it('refuses a time that is a number', async () => {
    expect(refusal(await local.post('/v1/track', track({ timestamp: startMs })))).toEqual([
      422,
      'timestamp_invalid',
      'timestamp',
    ]);
  });

  it('refuses nesting over 16 levels and keys over 500 in one object, and takes as much as that', async () => {
    const send = (properties: unknown): Promise<Answer> => local.post('/v1/track', track({ properties }));
    expect((await send(nested(16))).status).toBe(200);
    expect(refusal(await send(nested(17)))).toEqual([422, 'key_forbidden', `properties${'.a'.repeat(16)}`]);
    expect((await send(keys(500))).status).toBe(200);
    expect(refusal(await send(keys(501)))).toEqual([422, 'key_forbidden', 'properties']);
    expect(refusal(await send({ list: [keys(1), keys(501)] }))).toEqual([422, 'key_forbidden', 'properties.list.1']);
    expect((await send({ list: Array.from({ length: 3_000 }, () => 1) })).status).toBe(200);
  });

  it('answers nesting of any depth with a refusal', async () => {
    const deep = (open: string, close: string, count: number): string => open.repeat(count) + close.repeat(count);
    const properties = deep('[', ']', 200_000);
    const batch = `{"batch":[{"type":"track","userId":"u9","event":"A","properties":${properties}},{"type":"track","userId":"deep-neighbour","event":"A"}]}`;
    const answer = await local.post('/v1/batch', batch);
    expect(answer.status).toBe(200);
    expect(answer.body.results?.map(({ status }) => status)).toEqual(['rejected', 'accepted']);
    const one = `{"userId":"u9","event":"A","properties":{"a":${deep('[', ']', 15_000)}}}`;
    expect(refusal(await local.post('/v1/track', one)).slice(0, 2)).toEqual([422, 'key_forbidden']);
  });

  it('refuses what is over size, to the byte', async () => {
    const sized = (bytes: number): string => {
      const empty = JSON.stringify(track({ properties: { blob: '' } }));
      return JSON.stringify(track({ properties: { blob: 'x'.repeat(bytes - empty.length) } }));
    };
    expect((await local.post('/v1/track', sized(32_768))).status).toBe(200);
    expect(refusal(await local.post('/v1/track', sized(32_769)))).toEqual([413, 'event_too_large', '']);
    expect(refusal(await local.post('/v1/track', ' '.repeat(600_000)))).toEqual([413, 'event_too_large', '']);
    const batch = `{"batch":[{"type":"track","userId":"u9","event":"A"}]}`;
    expect((await local.post('/v1/batch', batch + ' '.repeat(512_000 - batch.length))).status).toBe(200);
    expect(refusal(await local.post('/v1/batch', batch + ' '.repeat(512_001 - batch.length)))).toEqual([
      413,
      'batch_too_large',
      '',
    ]);
    const large = { type: 'track', userId: 'u9', event: 'A', properties: { blob: 'x'.repeat(33_000) } };
    const answer = await local.post('/v1/batch', { batch: [large, { type: 'track', userId: 'u9', event: 'A' }] });
    expect(answer.body.results?.map(({ status, error }) => [status, error?.code, error?.path])).toEqual([
      ['rejected', 'event_too_large', 'batch.0'],
      ['accepted', undefined, undefined],
    ]);
  });

  it('refuses 2,501 messages and takes 2,500', async () => {
    const batch = (count: number): object => ({
      batch: Array.from({ length: count }, () => ({ type: 'track', userId: 'many', event: 'A' })),
    });
    const before = local.countEvents();
    expect(refusal(await local.post('/v1/batch', batch(2_501)))).toEqual([413, 'batch_too_large', 'batch']);
    expect(local.countEvents()).toBe(before);
    expect((await local.post('/v1/batch', batch(2_500))).status).toBe(200);
    expect(local.countEvents()).toBe(before + 2_500);
  });

  it('refuses in the context of a batch what it refuses in a message', async () => {
    const batch = [{ type: 'track', userId: somebody(), event: 'A' }];
    const send = (context: string): Promise<Answer> =>
      local.post('/v1/batch', `{"batch":${JSON.stringify(batch)},"context":${context}}`);
    expect(refusal(await send('{"__proto__":{"a":1}}'))).toEqual([422, 'key_forbidden', 'context.__proto__']);
    expect(refusal(await send('{"a":"\\u0000"}'))).toEqual([422, 'text_invalid', 'context.a']);
    expect(refusal(await send(JSON.stringify(nested(17)))).slice(0, 2)).toEqual([422, 'key_forbidden']);
    expect(refusal(await send('[]'))).toEqual([422, 'field_invalid', 'context']);
    expect((await send('{"locale":"de-DE"}')).status).toBe(200);
  });

  it('lets a page of any origin ask and send', async () => {
    const asked = await local.call({ method: 'OPTIONS', path: '/v1/track' });
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
  });

  it('knows no other address, and no other method', async () => {
    const headers = { authorization: basic(serverKey) };
    for (const path of ['/v1/other', '/v1/', '/v1', '/v1/track/more', '/v2/track', '/nothing'])
      expect(refusal(await local.call({ method: 'POST', path, body: '{}', headers }))).toEqual([404, 'not_found', '']);
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await local.call({ method, path: '/v1/track', headers });
      expect(refusal(answer)).toEqual([405, 'method_not_allowed', '']);
      expect(answer.headers.get('allow')).toBe('POST');
    }
  });
});

describe('a browser on another site', () => {
  it('may ask first, and may read the answer', async () => {
    const origin = { origin: 'https://shop.example' };
    const headers = {
      ...origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const asked = await local.call({ method: 'OPTIONS', path: '/v1/track', headers });
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    const body = { anonymousId: somebody(), event: 'A', writeKey: publicKey };
    const sent = await local.call({ method: 'POST', path: '/v1/track', body, headers: origin });
    expect([sent.status, sent.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    const refused = await local.call({ method: 'POST', path: '/v1/track', body: '{', headers: origin });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, '*']);
    // The management API is for no page of another site.
    const api = await local.api('GET', '/api/journeys', undefined, origin);
    expect(api.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a batch', () => {
  it('answers for each item, in order; a bad one never blocks the others', async () => {
    const userId = somebody();
    const good = (messageId: string): object => ({ type: 'track', userId, event: 'A', messageId });
    const answer = await local.post('/v1/batch', {
      batch: [
        good('i1'),
        { userId, event: 'A', messageId: 'i2' },
        'no object',
        good('i1'),
        { ...good('i5'), type: 'dance' },
        { type: 'group', userId },
        good('i7'),
        null,
      ],
    });
    expect(answer.status).toBe(200);
    expect(answer.body['success']).toBe(true);
    expect(
      answer.body.results?.map(({ messageId, status, error }) => [messageId, status, error?.code, error?.path]),
    ).toEqual([
      ['i1', 'accepted', undefined, undefined],
      ['i2', 'rejected', 'type_missing', 'batch.1.type'],
      ['', 'rejected', 'body_invalid', 'batch.2'],
      ['i1', 'duplicate', undefined, undefined],
      ['i5', 'rejected', 'type_missing', 'batch.4.type'],
      ['', 'rejected', 'group_id_missing', 'batch.5.groupId'],
      ['i7', 'accepted', undefined, undefined],
      ['', 'rejected', 'body_invalid', 'batch.7'],
    ]);
    expect((await local.events(userId)).map((event) => event['eventId'])).toEqual(['i7', 'i1']);
  });

  it('answers in the order of its items whoever they are about', async () => {
    const names = Array.from({ length: 60 }, () => somebody());
    const batch = Array.from({ length: 300 }, (_, index) => ({
      type: 'track',
      userId: names[(index * 7) % 60],
      event: 'A',
      messageId: `o${index}`,
    }));
    const { body } = await local.post('/v1/batch', { batch });
    expect(body.results?.map(({ messageId }) => messageId)).toEqual(batch.map(({ messageId }) => messageId));
  });

  it('gives its context to every item; what an item says itself wins', async () => {
    const userId = somebody();
    const item = { type: 'track', userId, event: 'A', context: { ip: '203.0.113.5', locale: 'fr-FR' } };
    await local.post('/v1/batch', {
      batch: [item, { type: 'track', userId, event: 'B' }],
      context: { locale: 'de-DE', app: { name: 'x' } },
    });
    const context = Object.fromEntries((await local.events(userId)).map((event) => [event['name'], event['context']]));
    expect(context).toEqual({
      A: { ip: '203.0.113.5', locale: 'fr-FR', app: { name: 'x' } },
      B: { locale: 'de-DE', app: { name: 'x' } },
    });
  });

  it('may be empty', async () => {
    expect((await local.post('/v1/batch', { batch: [] })).body).toEqual({ success: true, results: [] });
  });
});

describe('a message id', () => {
  it('is stored once, in one request or in several, alone or in a batch', async () => {
    const userId = somebody();
    const message = { userId, event: 'A', messageId: 'same' };
    const single = await Promise.all(Array.from({ length: 8 }, () => local.post('/v1/track', message)));
    expect(single.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    const { body } = await local.post('/v1/batch', { batch: [{ type: 'track', ...message }] });
    expect(body.results).toEqual([{ messageId: 'same', status: 'duplicate' }]);
    expect(await local.events(userId)).toHaveLength(1);
  });

  it('is known again after the person was merged', async () => {
    const userId = somebody();
    const anonymousId = `${userId}-visitor`;
    const message = { type: 'track', anonymousId, event: 'A', messageId: 'before-merge' };
    await local.post('/v1/track', message);
    await local.post('/v1/identify', { userId, anonymousId });
    const { body } = await local.post('/v1/batch', { batch: [message, { ...message, userId }] });
    expect(body.results?.map(({ status }) => status)).toEqual(['duplicate', 'duplicate']);
  });

  it('is made up for a message that has none', async () => {
    const userId = somebody();
    await local.track(userId, 'A');
    await local.track(userId, 'A');
    expect(await local.events(userId)).toHaveLength(2);
  });
});

describe('the time of an event', () => {
  const occurredAt = async (body: object): Promise<unknown> => {
    const userId = somebody();
    const answer = await local.post('/v1/track', { userId, event: 'A', ...body });
    expect([answer.status, answer.text]).toEqual([200, '{"success":true}']);
    return (await local.events(userId))[0]?.['at'];
  };

  it('is receivedAt - (sentAt - originalTimestamp)', async () => {
    // The caller's clock is a year slow; the event was 90 s before sending.
    const year = 365 * dayMs;
    expect(await occurredAt({ originalTimestamp: at(-year - 90_000), sentAt: at(-year) })).toBe(at(-90_000));
    expect(await occurredAt({ timestamp: at(-year - 90_000), sentAt: at(-year) })).toBe(at(-90_000));
    expect(await occurredAt({ originalTimestamp: at(-5_000), timestamp: at(-7_000), sentAt: at(0) })).toBe(at(-5_000));
  });
  it('is the time of receipt where the message gives none, and its own where nobody says when it was sent', async () => {
    expect(await occurredAt({})).toBe(at(0));
    expect(await occurredAt({ sentAt: at(-dayMs) })).toBe(at(0));
    expect(await occurredAt({ timestamp: at(-3_600_000) })).toBe(at(-3_600_000));
    expect(await occurredAt({ timestamp: '2026-03-02T08:30:00.1234+02:00' })).toBe('2026-03-02T06:30:00.123Z');
  });
  it('takes the sending time of a batch for its items, unless they have one', async () => {
    const userId = somebody();
    const item = (event: string, more: object = {}): object => ({
      type: 'track',
      userId,
      event,
      timestamp: at(-10 * dayMs),
      ...more,
    });
    await local.post('/v1/batch', {
      batch: [item('A'), item('B', { sentAt: at(-9 * dayMs) })],
      sentAt: at(-10 * dayMs + 1_000),
    });
    const times = Object.fromEntries((await local.events(userId)).map((event) => [event['name'], event['at']]));
    expect(times).toEqual({ A: at(-1_000), B: at(-dayMs) });
  });
  it('is the time of receipt where it lies more than 24 h ahead', async () => {
    expect(await occurredAt({ timestamp: at(dayMs) })).toBe(at(dayMs));
    expect(await occurredAt({ timestamp: at(dayMs + 1) })).toBe(at(0));
  });
  it('says in a note that it lay more than 24 h ahead', async () => {
    const userId = somebody();
    await local.track(userId, 'A', {}, { timestamp: at(dayMs + 1) });
    expect(await local.events(userId)).toMatchObject([{ at: at(0), note: 'clock_skew' }]);
  });
  it('may be 30 days back and no more', async () => {
    expect(await occurredAt({ timestamp: at(-30 * dayMs) })).toBe(at(-30 * dayMs));
    const answer = await local.post('/v1/track', { userId: 'old', event: 'A', timestamp: at(-30 * dayMs - 1) });
    expect(refusal(answer)).toEqual([422, 'event_too_old', 'timestamp']);
    expect(answer.body.error?.suggestion).toMatch(/use import/i);
    const original = { userId: 'old', event: 'A', originalTimestamp: at(-31 * dayMs) };
    expect(refusal(await local.post('/v1/track', original))).toEqual([422, 'event_too_old', 'originalTimestamp']);
  });
});

describe('pressure', () => {
  const clock = { nowMs: () => startMs };
  const intakeWith = (over: Partial<IntakeOptions>): { intake: Intake; errors: unknown[] } => {
    const errors: unknown[] = [];
    const accept = async (messages: readonly Message[]) =>
      messages.map(({ messageId }) => ({ messageId, status: 'accepted' as const }));
    const options: IntakeOptions = {
      accept,
      durable: async () => undefined,
      clock,
      newMessageId: () => 'made-here',
      trustOf: () => 'server',
      mostAtOnce: 2,
      onError: (error) => errors.push(error),
      ...over,
    };
    return { intake: new Intake(options), errors };
  };
  const message = Buffer.from('{"userId":"u1","event":"A"}');
  const take = (intake: Intake) =>
    intake.handle({ method: 'POST', path: '/v1/track', authorization: basic('k'), body: message });
  const told = ({ status, headers, body }: Awaited<ReturnType<typeof take>>) => [
    status,
    (JSON.parse(body) as { error?: { code: string } }).error?.code,
    headers['retry-after'],
  ];

  it('asks a caller to come again where too much is under way, and takes the next once there is room', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { intake } = intakeWith({ durable: () => gate });
    const first = [take(intake), take(intake)];
    expect(told(await take(intake))).toEqual([503, 'overloaded', '1']);
    release();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await take(intake)).status).toBe(200);
  });
  it('answers 429 where a person is written to by many, and 503 where the store does not answer', async () => {
    const failing = (error: Error) => intakeWith({ accept: () => Promise.reject(error) }).intake;
    expect(told(await take(failing(new StoreContended('busy'))))).toEqual([429, 'contended', '1']);
    expect(told(await take(failing(new StoreUnavailable('gone'))))).toEqual([503, 'unavailable', '1']);
  });
  it('never acknowledges what did not reach the disk', async () => {
    const { intake, errors } = intakeWith({ durable: () => Promise.reject(new Error('disk full')) });
    expect(told(await take(intake))).toEqual([500, 'internal', undefined]);
    expect(errors).toHaveLength(1);
    // Room is made again after a failure.
    for (let count = 0; count < 5; count++) expect((await take(intake)).status).toBe(500);
  });
});

describe('consent in the context', () => {
  const send = (consent: unknown, key?: string): Promise<Answer> =>
    local.post('/v1/track', { userId: somebody(), event: 'A', context: { consent } }, key);

  it.each([
    [{ emial: { marketing: 'denied' } }, 'emial', 'Did you mean "email"?'],
    [{ fax: { marketing: 'denied' } }, 'fax', 'Channels are email, push, sms, webhook, in-app.'],
    [{ email: { markting: 'denied' } }, 'email.markting', 'Did you mean "marketing"?'],
    [{ email: { marketing: 'grantd' } }, 'email.marketing', 'Did you mean "granted"?'],
    [{ email: { marketing: true } }, 'email.marketing', undefined],
    [{ email: 'granted' }, 'email', 'Write { "marketing": "granted" }.'],
  ])('is refused where it would be lost: %j', async (consent, path, suggestion) => {
    const answer = await send(consent);
    expect(refusal(answer)).toEqual([422, 'field_invalid', `context.consent.${path}`]);
    expect(answer.body.error?.suggestion).toBe(suggestion);
  });
  it('is refused where it is no object', async () => {
    expect(refusal(await send('granted'))).toEqual([422, 'field_invalid', 'context.consent']);
  });
  it('may name topics, its source, and what other consent managers write', async () => {
    expect((await send({ email: { offers: 'denied', 'spring-sale': 'denied' }, source: 'form' })).status).toBe(200);
    expect((await send({ categoryPreferences: { Advertising: true } })).status).toBe(200);
    expect((await send(null)).status).toBe(200);
  });
  it('is passed over under a public key, whatever it says', async () => {
    expect((await send({ emial: 7 }, publicKey)).status).toBe(200);
  });
});

describe('a body', () => {
  const head = (path: string, key: string, more: string): string =>
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${basic(key)}\r\n${more}\r\n\r\n`;
  const wanted = 'content-length: 100';
  /** A connection, with all that came back so far. */
  const dial = (port: number = local.server.port): { socket: Socket; heard: (status: number) => Promise<string> } => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const heard = (status: number): Promise<string> =>
      new Promise((resolve, reject) => {
        const look = (): void => (text.includes(`HTTP/1.1 ${status} `) ? resolve(text) : undefined);
        socket.on('data', look).on('close', () => reject(new Error(`Closed after: ${text}`)));
        look();
      });
    socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined);
    return { socket, heard };
  };

  it.each([
    ['a wrong key', '/v1/track', 'wrong', wanted, 401],
    ['no such call', '/v1/tracks', serverKey, wanted, 404],
    ['a packing not known', '/v1/track', serverKey, `${wanted}\r\ncontent-encoding: br`, 415],
    ['a length over the limit', '/v1/track', serverKey, 'content-length: 32769', 413],
  ])('is not waited for where the head says enough: %s', async (_name, path, key, more, status) => {
    const { socket, heard } = dial();
    socket.write(head(path, key, more));
    await heard(status);
    socket.destroy();
  });

  it('is read no further than its limit, and the answer does not wait for its end', async () => {
    const { socket, heard } = dial();
    socket.write(head('/v1/track', serverKey, 'transfer-encoding: chunked'));
    const chunk = `8000\r\n${' '.repeat(32_768)}\r\n`;
    socket.write(chunk + chunk);
    await heard(413);
    // What goes on for ever is cut off.
    const sending = setInterval(() => socket.write(chunk.repeat(16)), 1);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(sending);
    expect(socket.bytesWritten).toBeLessThan(20_000_000);
  });

  it('of a refused request is passed over, and the connection goes on', async () => {
    const { socket, heard } = dial();
    const body = JSON.stringify({ userId: somebody(), event: 'A' });
    const length = `content-length: ${body.length}`;
    socket.write(head('/v1/track', 'wrong', length) + body + head('/v1/track', serverKey, length) + body);
    const text = await heard(200);
    expect(text.indexOf('HTTP/1.1 401 ')).toBe(0);
    socket.destroy();
  });

  it('is answered before what follows it and is no request', async () => {
    const { socket, heard } = dial();
    const body = JSON.stringify({ userId: somebody(), event: 'A' });
    socket.write(`${head('/v1/track', serverKey, `content-length: ${body.length}`)}${body}\x00\x01 garbage\r\n\r\n`);
    const text = await heard(400);
    expect(text.indexOf('HTTP/1.1 200 ')).toBe(0);
    socket.destroy();
  });

  it('of a caller without a key in the head takes no more than half of the room', async () => {
    const crowd = Array.from({ length: 200 }, () => dial());
    const keyless = head('/v1/track', serverKey, wanted).replace(/authorization: .*\r\n/, '');
    for (const { socket } of crowd) socket.write(`${keyless}{`);
    const sent = { userId: somebody(), event: 'A' };
    const answered = async (body: object): Promise<number> =>
      (await local.call({ method: 'POST', path: '/v1/track', body })).status;
    await vi.waitUntil(async () => (await answered({ ...sent, writeKey: serverKey })) === 503);
    expect((await local.post('/v1/track', sent)).status).toBe(200);
    for (const { socket } of crowd) socket.destroy();
    await vi.waitUntil(async () => (await answered({ ...sent, writeKey: serverKey })) === 200);
  });

  it('has its place among 256 while it comes, and gives it back where its caller goes away', async () => {
    const crowd = Array.from({ length: 256 }, () => dial());
    for (const { socket } of crowd) socket.write(`${head('/v1/track', serverKey, wanted)}{`);
    const answered = async (): Promise<number> =>
      (await local.post('/v1/track', { userId: somebody(), event: 'A' })).status;
    await vi.waitUntil(async () => (await answered()) === 503);
    for (const { socket } of crowd) socket.destroy();
    await vi.waitUntil(async () => (await answered()) === 200);
  });
});

describe('the host', () => {
  const callAs = (host: string, path: string, port: number = local.server.port): Promise<number> =>
    new Promise((resolve, reject) => {
      request({ port, host: '127.0.0.1', path, headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  it('may be given more names', async () => {
    const named = await LocalHome.open({ hosts: ['shop.internal'] });
    const call = (host: string): Promise<number> => callAs(host, '/health', named.server.port);
    expect([await call('shop.internal'), await call('shop.internal:80'), await call('other.internal')]).toEqual([
      200, 200, 403,
    ]);
    await named.close();
  });
  it('is answered under the names of loopback and under no other', async () => {
    const { port } = local.server;
    for (const host of ['127.0.0.1', `127.0.0.1:${port}`, 'localhost', `LOCALHOST:${port}`, `[::1]:${port}`])
      expect([host, await callAs(host, '/health')]).toEqual([host, 200]);
    for (const host of [
      'evil.example',
      'evil.example:4000',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '[::2]',
      'localhost:x',
    ])
      for (const path of ['/health', '/v1/track', '/api/journeys', '/outbox'])
        expect([host, path, await callAs(host, path)]).toEqual([host, path, 403]);
  });
});

interface MessageCase {
  readonly name: string;
  readonly path: string;
  readonly body?: object;
  readonly raw?: string;
  readonly generate?: {
    readonly base?: object;
    readonly batch_of?: object;
    readonly pad_property?: string;
    readonly total_bytes?: number;
    readonly event_bytes?: number;
    readonly count?: number;
  };
  readonly accepted: boolean;
  readonly events?: number;
  readonly events_stored?: number;
  readonly stored_context?: object;
}

/** Documentation's own cases; they lie beside the project and are no part of it. */
const casesFile = '../shared/data/segment/message_cases.json';
const hasCases = existsSync(casesFile);
if (!hasCases) console.warn(`SKIPPED: ${casesFile} is not there, so the documented message cases were not run.`);

describe.skipIf(!hasCases)('the documented message cases', () => {
  const cases = hasCases
    ? (JSON.parse(readFileSync(casesFile, 'utf8')) as { readonly cases: readonly MessageCase[] }).cases
    : [];
  /** Where these differ from the file, "Bad input" of the issue wins. */
  const refusals: { readonly [name: string]: readonly [number, string] } = {
    'no user and no anonymous id': [422, 'identity_missing'],
    'track without event': [422, 'event_missing'],
    'group without groupId': [422, 'group_id_missing'],
    'batch item without type': [200, 'type_missing'],
    'event over 32 KB': [413, 'event_too_large'],
    'batch over 500 KB': [413, 'batch_too_large'],
    'batch of 2,501 events': [413, 'batch_too_large'],
    'invalid JSON': [400, 'invalid_json'],
  };

  const padded = (body: object, property: string | undefined, bytes: number | undefined): object => {
    if (property === undefined || bytes === undefined) return body;
    const empty = JSON.stringify({ ...body, properties: { [property]: '' } });
    return { ...body, properties: { [property]: 'x'.repeat(bytes - empty.length) } };
  };
  function bodyOf({ body, raw, generate }: MessageCase): string {
    if (raw !== undefined) return raw;
    if (!generate) return JSON.stringify(body);
    const {
      base,
      batch_of: item,
      pad_property: property,
      total_bytes: total,
      event_bytes: bytes,
      count = 1,
    } = generate;
    if (base) return JSON.stringify(padded(base, property, total));
    return JSON.stringify({ batch: Array.from({ length: count }, () => padded(item!, property, bytes)) });
  }

  let then: LocalHome;
  beforeAll(async () => {
    then = await LocalHome.open({ now: '2012-12-03T00:00:00Z' });
  });
  afterAll(() => then.close());

  it.each(cases.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const before = then.countEvents();
    const body = bodyOf(one);
    if (one.generate?.total_bytes !== undefined) expect(Buffer.byteLength(body)).toBe(one.generate.total_bytes);
    const answer = await then.post(one.path, body);
    const code = answer.body.error?.code ?? answer.body.results?.find(({ error }) => error)?.error?.code;
    const [status, expected] = one.accepted ? [200, undefined] : (refusals[name] ?? [0, 'no expectation']);
    expect([answer.status, code]).toEqual([status, expected]);
    expect(then.countEvents() - before).toBe(one.accepted ? (one.events_stored ?? one.events ?? 1) : 0);
    if (one.stored_context) {
      const contexts = (await then.events('019mr8mf4r')).map((event) => event['context']);
      expect(contexts).toContainEqual(one.stored_context);
    }
  });

  it("counts the documentation's example of the time formula out right", async () => {
    const { timestamps } = JSON.parse(readFileSync('../shared/data/segment/http_api.json', 'utf8')) as {
      readonly timestamps: { readonly example: { readonly [name: string]: string } };
    };
    const { originalTimestamp, sentAt, receivedAt, timestamp } = timestamps.example;
    const later = await LocalHome.open({ now: receivedAt! });
    await later.track('u1', 'A', {}, { originalTimestamp, sentAt });
    expect((await later.events('u1'))[0]?.['at']).toBe(timestamp);
    await later.close();
  });
});
