import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, LocalHome, publicKey, serverKey, type Answer, refusal, somebody, startMs, at } from './home.ts';

let local: LocalHome;
beforeAll(async () => {
  local = await LocalHome.open();
});
afterAll(() => local.close());

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
