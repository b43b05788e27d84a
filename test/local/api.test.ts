import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, LocalHome, serverKey, token, type Answer, type Item, refusal } from './home.ts';

const startAt = '2026-03-02T10:00:00.000Z';

let local: LocalHome;
let ana: Item & { readonly profileId: string };

/** Ana signs up, looks, fills a basket and orders; Ben looks around and goes quiet; 25 others only look. */
beforeAll(async () => {
  local = await LocalHome.open({ now: startAt });
  const consent = { email: { marketing: 'granted' }, sms: { marketing: 'granted' } };
  const device = { token: 'ana-phone', type: 'ios' };
  const traits = { email: 'Ana@Api.example ', phone: '+371 20 000 001', firstName: 'Ana' };
  await local.post('/v1/track', { anonymousId: 'ana-visitor', event: 'Product Viewed', properties: { price: 20 } });
  await local.identify('ana', traits, {
    anonymousId: 'ana-visitor',
    context: { consent, device, timezone: 'Europe/Riga' },
  });
  await local.identify('ben', { email: 'ben@api.example', firstName: 'Ben' });
  await local.track('ben', 'Product Viewed');
  await local.wind('PT1M');
  await local.track('ana', 'Signed Up');
  await local.settle();
  await local.wind('PT1M');
  await local.track('ana', 'Product Added', { cartId: 'c1', name: 'A Chair' });
  await local.wind('PT10S');
  const batch = Array.from({ length: 25 }, (_, index) => ({
    type: 'track',
    userId: `looker-${index}`,
    event: 'Product Viewed',
  }));
  await local.post('/v1/batch', { batch });
  await local.settle();
  ana = await local.profile('ana');
});
afterAll(() => local.close());

describe('a profile', () => {
  it('is found by each of its identifiers, however they are written', async () => {
    const queries = [
      'userId=ana',
      'anonymousId=ana-visitor',
      'email=ana@api.example',
      'email=%20ANA@api.example',
      'phone=%2B37120000001',
      'phone=+371 20000001',
      'userId=%20ana%20',
    ];
    for (const query of queries) {
      const items = await local.items(`/api/profiles?${query}`);
      expect([query, items.map((item) => item['profileId'])]).toEqual([query, [ana.profileId]]);
    }
  });
  it('is nobody where nobody is known by that', async () => {
    for (const query of ['userId=nobody', 'email=nobody@api.example', 'email=nonsense', 'phone=123', 'anonymousId='])
      expect([query, await local.items(`/api/profiles?${query}`)]).toEqual([query, []]);
    expect(refusal(await local.api('GET', '/api/profiles'))).toEqual([422, 'query_missing', '']);
    expect(refusal(await local.api('GET', '/api/profiles/p_unknown'))).toEqual([404, 'profile_unknown', 'profileId']);
  });
  it('shows who it is, where it stands and what it allows', async () => {
    const { body } = await local.api('GET', `/api/profiles/${ana.profileId}`);
    expect(body).toMatchObject({
      profileId: ana.profileId,
      userId: 'ana',
      traits: { firstName: 'Ana' },
      segments: ['lookers'],
      audiences: ['prospects'],
      stage: 'acquaintance',
      consent: { email: { marketing: 'granted' }, sms: { marketing: 'granted' } },
      timeZone: 'Europe/Riga',
    });
    expect(body['version']).toBeGreaterThan(0);
    expect(body['identifiers']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'userId', value: 'ana', verified: true }),
        expect.objectContaining({ kind: 'anonymousId', value: 'ana-visitor' }),
        expect.objectContaining({ kind: 'email', value: 'ana@api.example', verified: true }),
        expect.objectContaining({ kind: 'phone', value: '+37120000001', verified: true }),
        expect.objectContaining({ kind: 'device', value: 'ana-phone', platform: 'ios' }),
      ]),
    );
    expect(body).not.toHaveProperty('convertedAt');
  });
});

describe('a timeline', () => {
  const timeline = (query = ''): Promise<readonly Item[]> =>
    local.items(`/api/profiles/${ana.profileId}/timeline${query}`);

  it('holds all that happened, newest first', async () => {
    const items = await timeline('?limit=1000');
    expect(items.map((item) => item['at'])).toEqual(
      items
        .map((item) => String(item['at']))
        .toSorted()
        .reverse(),
    );
    expect(new Set(items.map((item) => item['kind']))).toEqual(
      new Set(['event', 'delivery', 'segment', 'enrollment', 'consent']),
    );
    for (const item of items)
      expect(item).toEqual(
        expect.objectContaining({ kind: expect.any(String), at: expect.any(String), name: expect.any(String) }),
      );
    const events = items.filter((item) => item['kind'] === 'event').map((item) => item['name']);
    expect(events.toSorted()).toEqual(['Identified', 'Product Added', 'Product Viewed', 'Signed Up']);
    expect(items.find((item) => item['name'] === 'Product Added')).toMatchObject({
      kind: 'event',
      type: 'track',
      properties: { cartId: 'c1' },
      at: '2026-03-02T10:02:00.000Z',
    });
    expect(items.filter((item) => item['kind'] === 'enrollment').map((item) => item['name'])).toEqual(
      expect.arrayContaining(['greet', 'basket']),
    );
    expect(items.filter((item) => item['kind'] === 'segment').map((item) => item['name'])).toContain('lookers');
  });

  it('comes in pages that miss nothing and repeat nothing', async () => {
    const whole = await timeline('?limit=1000');
    for (const limit of [1, 2, 3, 7]) {
      const found: Item[] = [];
      let query = `?limit=${limit}`;
      for (;;) {
        const { body } = await local.api('GET', `/api/profiles/${ana.profileId}/timeline${query}`);
        expect(body.items!.length).toBeLessThanOrEqual(limit);
        found.push(...body.items!);
        if (body.next === undefined) break;
        query = `?limit=${limit}&cursor=${body.next}`;
      }
      expect(found).toEqual(whole);
    }
  });
});

describe('enrollments', () => {
  it('are listed by person and by journey, with where they stand', async () => {
    const own = await local.items(`/api/profiles/${ana.profileId}/enrollments`);
    expect(own.map((item) => item['journeyId']).toSorted()).toEqual(['basket', 'greet']);
    const greet = own.find((item) => item['journeyId'] === 'greet')!;
    expect(greet).toMatchObject({
      profileId: ana.profileId,
      status: 'active',
      stepId: 'hour',
      enteredAt: '2026-03-02T10:01:00.000Z',
      path: ['hello', 'breath', 'text', 'hour'],
    });
    const basket = own.find((item) => item['journeyId'] === 'basket')!;
    expect(basket).toMatchObject({
      key: 'c1',
      status: 'completed',
      path: ['first', 'checkout', 'left', 'breath', 'last'],
    });
    expect(await local.items('/api/journeys/greet/enrollments')).toEqual([greet]);
    expect(await local.items('/api/journeys/greet/enrollments?status=active')).toEqual([greet]);
    expect(await local.items('/api/journeys/greet/enrollments?status=completed')).toEqual([]);
    expect(refusal(await local.api('GET', '/api/journeys/none/enrollments'))).toEqual([404, 'journey_unknown', 'id']);
  });
});

describe('journeys', () => {
  it('are listed with counts by status, reason and step', async () => {
    const items = await local.items('/api/journeys');
    expect(items.map((item) => item['id']).toSorted()).toEqual(['asked', 'basket', 'greet', 'quiet', 'thanks']);
    const { body } = await local.api('GET', '/api/journeys/greet');
    expect(body).toMatchObject({
      id: 'greet',
      kind: 'acquisition',
      stage: 'acquaintance',
      counts: {
        byStatus: { active: 1 },
        byReason: {},
        reached: { hello: 1, breath: 1, text: 1, hour: 1 },
        standing: { hour: 1 },
        goals: 0,
        deliveries: { hello: { sent: 1 }, text: { sent: 1 } },
      },
    });
    expect(body['document']).toMatchObject({ id: 'greet', steps: expect.any(Array) });
    const basket = await local.api('GET', '/api/journeys/basket');
    expect(basket.body).toMatchObject({ counts: { byStatus: { completed: 1 }, byReason: { completed: 1 } } });
    expect(refusal(await local.api('GET', '/api/journeys/none'))).toEqual([404, 'journey_unknown', 'id']);
  });
});

describe('deliveries', () => {
  it('are listed by journey, channel and status', async () => {
    const all = await local.items('/api/deliveries?limit=1000');
    expect(all.length).toBeGreaterThanOrEqual(5);
    const pick = async (query: string): Promise<readonly unknown[]> =>
      (await local.items(`/api/deliveries?${query}`)).map((item) => item['stepId']);
    expect(await pick('journeyId=greet')).toEqual(['text', 'hello']);
    expect(await pick('journeyId=greet&channel=email')).toEqual(['hello']);
    expect(await pick('journeyId=basket&channel=webhook&status=sent')).toEqual(['last', 'first']);
    expect(await pick('status=unknown')).toEqual([]);
    expect(await pick('status=pending')).toEqual([]);
    const own = await local.items(`/api/profiles/${ana.profileId}/deliveries`);
    expect(own.map((item) => item['deliveryId'])).toEqual(
      all.filter((item) => item['profileId'] === ana.profileId).map((item) => item['deliveryId']),
    );
  });
  it('show the message as it was rendered', async () => {
    const [, hello] = await local.items('/api/deliveries?journeyId=greet');
    const { body } = await local.api('GET', `/api/deliveries/${String(hello!['deliveryId'])}`);
    expect(body).toMatchObject({
      ...hello,
      status: 'sent',
      channel: 'email',
      template: 'hello',
      to: 'ana@api.example',
      at: '2026-03-02T10:01:00.000Z',
    });
    expect(body['message']).toMatchObject({ channel: 'email', subject: 'Hello Ana', to: 'ana@api.example' });
    expect(JSON.stringify(body['message'])).toContain('it is Signed Up');
    expect(refusal(await local.api('GET', '/api/deliveries/d_none'))).toEqual([404, 'delivery_unknown', 'deliveryId']);
  });
});

describe('members', () => {
  it('are counted and listed in pages', async () => {
    const segments = await local.items('/api/segments');
    expect(segments).toContainEqual({ id: 'lookers', name: 'Looked around', members: 27 });
    expect(await local.items('/api/audiences')).toContainEqual(
      expect.objectContaining({ id: 'prospects', use: 'acquisition', members: 27 }),
    );
    const whole = await local.items('/api/segments/lookers/members');
    expect(new Set(whole.map((item) => item['profileId'])).size).toBe(27);
    expect(whole).toContainEqual({ profileId: ana.profileId, since: startAt });
    const found: Item[] = [];
    for (let query = '?limit=10'; ;) {
      const { body } = await local.api('GET', `/api/segments/lookers/members${query}`);
      found.push(...body.items!);
      if (body.next === undefined) break;
      query = `?limit=10&cursor=${encodeURIComponent(body.next)}`;
    }
    expect(found).toEqual(whole);
    expect(await local.items('/api/audiences/prospects/members')).toHaveLength(27);
    expect(refusal(await local.api('GET', '/api/segments/none/members'))).toEqual([404, 'segment_unknown', 'id']);
    expect(refusal(await local.api('GET', '/api/audiences/none/members'))).toEqual([404, 'audience_unknown', 'id']);
  });

  it('are refused with a limit or a cursor that is none', async () => {
    for (const path of [
      '/api/segments/lookers/members',
      '/api/deliveries',
      `/api/profiles/${ana.profileId}/timeline`,
      '/api/suppressions',
      '/api/journeys/greet/enrollments',
    ]) {
      for (const limit of ['0', '1001', '-1', '1.5', 'many', ''])
        expect([path, limit, ...refusal(await local.api('GET', `${path}?limit=${limit}`))]).toEqual([
          path,
          limit,
          422,
          'limit_invalid',
          'limit',
        ]);
      const forged = ['x', '', '[]', '[1]', '[1,2]', '["a","b"]', '[1,"a",3]', '{}', 'null', '[null,"a"]', '[[],"a"]'];
      for (const text of forged) {
        const cursor = Buffer.from(text).toString('base64url');
        expect([text, ...refusal(await local.api('GET', `${path}?cursor=${cursor}`))]).toEqual([
          text,
          422,
          'cursor_invalid',
          'cursor',
        ]);
      }
      expect(refusal(await local.api('GET', `${path}?cursor=%00%ff`))).toEqual([422, 'cursor_invalid', 'cursor']);
    }
  });
});

describe('consent', () => {
  const put = (body: unknown): Promise<Answer> => local.api('PUT', `/api/profiles/${ana.profileId}/consent`, body);

  it('is changed for channels and purposes, with its source', async () => {
    const answer = await put({
      email: { 'topic:offers': 'denied' },
      push: { marketing: 'granted' },
      source: 'call centre',
    });
    expect(answer.status).toBe(200);
    expect(answer.body['consent']).toEqual({
      email: { marketing: 'granted', 'topic:offers': 'denied' },
      sms: { marketing: 'granted' },
      push: { marketing: 'granted' },
    });
    const items = await local.items(`/api/profiles/${ana.profileId}/timeline`);
    expect(items).toContainEqual(expect.objectContaining({ kind: 'consent', name: 'call centre' }));
  });
  it.each<[string, unknown, number, string, string]>([
    ['no source', { email: { marketing: 'denied' } }, 422, 'source_missing', 'source'],
    ['no channel', { source: 'x' }, 422, 'consent_missing', ''],
    ['another channel', { fax: { marketing: 'denied' }, source: 'x' }, 422, 'channel_unknown', 'fax'],
    ['another status', { email: { marketing: 'maybe' }, source: 'x' }, 422, 'consent_invalid', 'email.marketing'],
    ['no purposes', { email: 'denied', source: 'x' }, 422, 'consent_invalid', 'email'],
    ['a NUL', { email: { 'a\u0000': 'denied' }, source: 'x' }, 422, 'text_invalid', 'email.a\u0000'],
    ['no JSON', '{', 400, 'invalid_json', ''],
    ['no object', '[]', 400, 'body_invalid', ''],
  ])('is refused with %s', async (_, body, ...expected) => {
    expect(refusal(await put(body))).toEqual(expected);
  });
  it('is refused for nobody', async () => {
    const answer = await local.api('PUT', '/api/profiles/p_none/consent', {
      email: { marketing: 'denied' },
      source: 'x',
    });
    expect(refusal(answer)).toEqual([404, 'profile_unknown', 'profileId']);
  });
  it('ends what watches it at once', async () => {
    await local.wind('P10D');
    const ben = await local.profile('ben');
    expect(await local.items(`/api/profiles/${ben.profileId}/enrollments`)).toMatchObject([
      { journeyId: 'quiet', status: 'active', stepId: 'wait-a-day' },
    ]);
    await local.api('PUT', `/api/profiles/${ben.profileId}/consent`, {
      email: { marketing: 'denied' },
      source: 'test',
    });
    expect(await local.items(`/api/profiles/${ben.profileId}/enrollments`)).toMatchObject([
      { status: 'exited', reason: 'exit-condition' },
    ]);
  });
});

describe('suppressions', () => {
  const address = 'blocked@api.example';

  it('are made, found by address, and removed on evidence alone', async () => {
    const made = await local.api('POST', '/api/suppressions', {
      channel: 'email',
      address: ' Blocked@API.example',
      reason: 'complaint',
    });
    expect([made.status, made.body]).toEqual([201, { channel: 'email', address, reason: 'complaint' }]);
    const found = await local.items(`/api/suppressions?channel=email&address=${address.toUpperCase()}`);
    expect(found).toMatchObject([{ channel: 'email', address, reason: 'complaint', source: 'api' }]);
    // The address itself is nowhere kept: whoever lists all sees hashes.
    const all = await local.api('GET', '/api/suppressions');
    expect(all.body.items).toHaveLength(1);
    expect(all.text).not.toContain('blocked@');
    const without = await local.api('DELETE', '/api/suppressions', { channel: 'email', address });
    expect(refusal(without)).toEqual([422, 'evidence_missing', 'evidence']);
    expect(await local.items(`/api/suppressions?channel=email&address=${address}`)).toHaveLength(1);
    const removed = await local.api('DELETE', '/api/suppressions', {
      channel: 'email',
      address,
      evidence: 'mail of 3 March',
    });
    expect([removed.status, removed.body]).toEqual([200, { channel: 'email', address, released: true }]);
    expect(await local.items('/api/suppressions')).toEqual([]);
  });
  it('are removed by a query too, with or without an empty body', async () => {
    await local.api('POST', '/api/suppressions', { channel: 'sms', address: '+371 20 000 009', reason: 'stop' });
    const query = '?channel=sms&address=%2B37120000009&evidence=asked';
    expect((await local.api('DELETE', `/api/suppressions${query}`, '')).status).toBe(200);
    expect(await local.items('/api/suppressions')).toEqual([]);
    expect((await local.api('DELETE', `/api/suppressions${query}`)).status).toBe(200);
  });
  it.each<[string, unknown, number, string, string]>([
    ['another channel', { channel: 'fax', address: 'a@b.example' }, 422, 'channel_unknown', 'channel'],
    ['no channel', { address: 'a@b.example' }, 422, 'channel_unknown', 'channel'],
    ['no address', { channel: 'email' }, 422, 'address_invalid', 'address'],
    ['an address of another kind', { channel: 'sms', address: 'a@b.example' }, 422, 'address_invalid', 'address'],
    [
      'another reason',
      { channel: 'email', address: 'a@b.example', reason: 'toString' },
      422,
      'reason_unknown',
      'reason',
    ],
    ['no JSON', 'x', 400, 'invalid_json', ''],
  ])('are refused with %s', async (_, body, ...expected) => {
    expect(refusal(await local.api('POST', '/api/suppressions', body))).toEqual(expected);
  });
  it('stand in the way of the next message', async () => {
    await local.identify('sue', { email: 'sue@api.example' });
    await local.api('POST', '/api/suppressions', {
      channel: 'email',
      address: 'sue@api.example',
      reason: 'unsubscribe',
    });
    await local.track('sue', 'Signed Up');
    await local.settle();
    const { profileId } = await local.profile('sue');
    expect(await local.items(`/api/profiles/${profileId}/deliveries`)).toMatchObject([
      { stepId: 'hello', status: 'skipped', reason: 'suppressed' },
    ]);
  });
});

describe('an entry by the API', () => {
  const enter = (body: unknown, key?: string, journey = 'asked'): Promise<Answer> =>
    local.api(
      'POST',
      `/api/journeys/${journey}/enrollments`,
      body,
      key === undefined ? {} : { 'idempotency-key': key },
    );

  it('begins a journey once for each idempotency key', async () => {
    await local.identify('carl', { email: 'carl@api.example' });
    const { profileId } = await local.profile('carl');
    const first = await enter({ userId: 'carl', properties: { why: 'test' } }, 'key-1');
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ journeyId: 'asked', profileId, status: 'active' });
    const again = await enter({ userId: 'carl' }, 'key-1');
    expect([again.status, again.body['enrollmentId']]).toEqual([201, first.body['enrollmentId']]);
    await local.settle();
    expect(await local.items(`/api/profiles/${profileId}/enrollments`)).toMatchObject([{ stepId: 'day' }]);
    expect(refusal(await enter({ profileId }, 'key-2'))).toEqual([409, 'entry_refused', '']);
    await local.wind('P1D');
    expect((await enter({ profileId }, 'key-2')).status).toBe(201);
    expect(refusal(await enter({ profileId: ana.profileId }, 'key-1'))).toEqual([
      422,
      'idempotency_key_reused',
      'idempotency-key',
    ]);
    const races = await Promise.all(Array.from({ length: 6 }, () => enter({ userId: 'looker-1' }, 'key-3')));
    expect(new Set(races.map(({ body }) => body['enrollmentId'])).size).toBe(1);
  });
  it.each<[string, unknown, string, number, string, string]>([
    ['nobody named', {}, 'asked', 422, 'profile_missing', 'profileId'],
    ['an unknown profile', { profileId: 'p_none' }, 'asked', 404, 'profile_unknown', 'profileId'],
    ['an unknown user', { userId: 'nobody' }, 'asked', 404, 'profile_unknown', 'userId'],
    ['an unknown journey', { userId: 'ana' }, 'none', 404, 'journey_unknown', 'id'],
    ['a journey with another entry', { userId: 'ana' }, 'greet', 422, 'entry_not_api', 'id'],
    ['a key that is no text', { userId: 'ana', key: 7 }, 'asked', 422, 'key_invalid', 'key'],
    [
      'a forbidden key',
      '{"userId":"ana","properties":{"__proto__":{}}}',
      'asked',
      422,
      'key_forbidden',
      'properties.__proto__',
    ],
    ['no JSON', '', 'asked', 400, 'invalid_json', ''],
  ])('is refused with %s', async (_, body, journey, ...expected) => {
    expect(refusal(await enter(body, undefined, journey))).toEqual(expected);
  });
});

describe('all routes', () => {
  const paths = [
    '/api/profiles',
    '/api/journeys',
    '/api/nothing',
    '/local/clock',
    '/local/nothing',
    '/api/suppressions',
  ];

  it('are for the bearer of the token', async () => {
    for (const path of paths) {
      for (const authorization of ['', 'Bearer wrong', `Basic ${token}`, token, `Bearer ${token}x`, basic(serverKey)]) {
        const answer = await local.call({ path, headers: authorization === '' ? {} : { authorization } });
        expect([path, ...refusal(answer)]).toEqual([path, 401, 'unauthorized', 'authorization']);
        expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      }
    }
  });
  it('answer 404 for what is not there, and 405 with Allow for another method', async () => {
    for (const path of ['/api', '/api/nothing', '/local/nothing', '/api/profiles/a/b', '/nothing'])
      expect([path, ...refusal(await local.api('GET', path))]).toEqual([path, 404, 'not_found', '']);
    const allowed: readonly (readonly [string, string, string])[] = [
      ['POST', '/api/profiles', 'GET'],
      ['DELETE', '/api/journeys/greet/enrollments', 'GET, POST'],
      ['PUT', '/api/suppressions', 'GET, POST, DELETE'],
      ['GET', '/api/profiles/p/consent', 'PUT'],
      ['DELETE', '/local/clock', 'GET, POST'],
      ['GET', '/local/settle', 'POST'],
      ['POST', '/health', 'GET'],
      ['PATCH', '/api/deliveries/d', 'GET'],
      ['PUT', '/outbox', 'GET'],
    ];
    for (const [method, path, allow] of allowed) {
      const answer = await local.api(method, path);
      expect([method, path, answer.status, answer.body.error?.code, answer.headers.get('allow')]).toEqual([
        method,
        path,
        405,
        'method_not_allowed',
        allow,
      ]);
    }
  });
  it('refuse a body beyond measure', async () => {
    expect(refusal(await local.api('POST', '/api/suppressions', ' '.repeat(600_000)))).toEqual([
      413,
      'body_too_large',
      '',
    ]);
  });
  it('tell anybody that the home is well', async () => {
    const { status, body } = await local.call({ path: '/health' });
    expect([status, body['ok'], body['atRest']]).toEqual([200, true, true]);
    expect(body['clock']).toEqual({ now: expect.any(String), kind: 'manual' });
  });
});

describe('the clock', () => {
  it('stands still, and is wound by a span or to an instant', async () => {
    const at = async (): Promise<number> => Date.parse(String((await local.api('GET', '/local/clock')).body['now']));
    const before = await at();
    expect(await at()).toBe(before);
    const wound = await local.api('POST', '/local/clock', { by: 'PT90M' });
    expect([wound.status, wound.body]).toEqual([
      200,
      { now: new Date(before + 5_400_000).toISOString(), kind: 'manual' },
    ]);
    const to = new Date(before + 7_200_000).toISOString();
    expect((await local.api('POST', '/local/clock', { to })).body['now']).toBe(to);
    expect((await local.api('POST', '/local/clock', { to })).body['now']).toBe(to);
    expect((await local.api('POST', '/local/settle')).body['now']).toBe(to);
    expect(await at()).toBe(before + 7_200_000);
  });
  it.each<[string, unknown, number, string, string]>([
    ['no JSON', '', 400, 'invalid_json', ''],
    ['no target', {}, 422, 'clock_target_missing', 'by'],
    ['a span that is none', { by: '3 days' }, 422, 'duration_invalid', 'by'],
    ['a span backwards', { by: '-P1D' }, 422, 'clock_backwards', 'by'],
    ['an instant without a zone', { to: '2027-01-01T00:00:00' }, 422, 'timestamp_invalid', 'to'],
    ['an instant that has been', { to: '2020-01-01T00:00:00Z' }, 422, 'clock_backwards', 'to'],
    ['a number', { by: 5 }, 422, 'duration_invalid', 'by'],
    ['a list', { to: ['2027-01-01T00:00:00Z'] }, 422, 'timestamp_invalid', 'to'],
    ['both', { by: 'P1D', to: '2027-01-01T00:00:00Z' }, 422, 'clock_target_ambiguous', 'to'],
    ['another key', { until: '2027-01-01T00:00:00Z' }, 422, 'key_unknown', 'until'],
    ['a span beyond the calendar', { by: 'P980Y' }, 422, 'clock_too_far', 'by'],
    ['a span beyond all calendars', { by: 'P9999Y' }, 422, 'clock_too_far', 'by'],
    ['an instant beyond the calendar', { to: '9999-01-01T00:00:00Z' }, 422, 'clock_too_far', 'to'],
  ])('is not wound by %s', async (_, body, ...expected) => {
    expect(refusal(await local.api('POST', '/local/clock', body))).toEqual(expected);
  });
  it('is not wound where it is real', async () => {
    const real = await LocalHome.open({ clock: 'real' });
    expect(refusal(await real.api('POST', '/local/clock', { by: 'P1D' }))).toEqual([409, 'clock_real', '']);
    expect((await real.api('GET', '/local/clock')).body['kind']).toBe('real');
    await real.close();
  });
});

describe('pages', () => {
  it('show the outbox to whoever opens the printed address, and put its token out of sight', async () => {
    expect((await local.call({ path: '/outbox' })).status).toBe(401);
    expect((await local.call({ path: '/outbox?token=wrong' })).status).toBe(401);
    expect((await local.call({ path: '/outbox', headers: { cookie: 'sojourn=wrong' } })).status).toBe(401);
    const first = await local.call({ path: `/?token=${token}` });
    expect([first.status, first.headers.get('location')]).toEqual([302, `/outbox?token=${token}`]);
    const opened = await local.call({ path: `/outbox?token=${token}` });
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/outbox']);
    const cookie = opened.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    const headers = { cookie: `other=1; ${cookie.split(';')[0]}` };
    const page = await local.call({ path: '/outbox', headers });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.text).toContain('ana@api.example');
    const hello = (await local.items('/api/deliveries?journeyId=greet')).find(
      (item) => item['to'] === 'ana@api.example',
    );
    const one = await local.call({ path: `/outbox/${String(hello!['deliveryId'])}`, headers });
    expect([one.status, one.text.includes('Hello Ana')]).toEqual([200, true]);
    expect((await local.call({ path: '/outbox/none', headers })).status).toBe(404);
  });

  it('unsubscribe by the link of a message: looking changes nothing, the button does', async () => {
    await local.identify('dora', { email: 'dora@api.example' });
    await local.track('dora', 'Signed Up');
    await local.settle();
    const { profileId } = await local.profile('dora');
    const [hello] = await local.items(`/api/profiles/${profileId}/deliveries`);
    const { text } = await local.api('GET', `/api/deliveries/${String(hello!['deliveryId'])}`);
    const link = /http:\/\/127\.0\.0\.1:\d+(\/u\/[\w.-]+)/.exec(text);
    expect(link?.[0]).toContain(`${local.server.url}/u/`);
    const path = link![1]!;
    const state = async (): Promise<unknown> => [
      (await local.profile('dora'))['consent'],
      (await local.items('/api/suppressions?channel=email&address=dora@api.example')).length,
    ];
    const before = await state();
    for (const method of ['GET', 'HEAD']) expect((await local.call({ method, path })).status).toBe(200);
    expect(await state()).toEqual(before);
    expect(before).toEqual([{}, 0]);
    const body = 'List-Unsubscribe=One-Click';
    const done = await local.call({
      method: 'POST',
      path,
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([done.status, done.text.includes('Done.')]).toEqual([200, true]);
    expect(await state()).toEqual([{ email: { marketing: 'denied' } }, 1]);
    expect((await local.call({ method: 'POST', path })).status).toBe(200);
    for (const forged of [
      `${path}0`,
      path.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      '/u/x',
      '/u/x.y',
      `/u/${path.slice(4)}`,
    ])
      expect([forged, (await local.call({ method: 'POST', path: forged })).status]).toEqual([forged, 404]);
  });
});

describe('the preferences link of a message', () => {
  it('shows what reaches the person, and stops one channel by its button', async () => {
    await local.identify('pia', { email: 'pia@api.example', phone: '+37120000077' });
    const { profileId } = await local.profile('pia');
    const path = new URL(local.home.links.preferences({ profileId })).pathname;
    const page = await local.call({ path });
    expect(page.text).toContain('<title>Your preferences</title>');
    expect(page.text).toMatch(/Marketing by email <button.*Marketing by text message <button/);
    expect(page.text).not.toMatch(/push|Unsubscribe/);
    const choose = (body: string): Promise<Answer> => local.call({ method: 'POST', path, body });
    expect((await choose('')).body.error?.code).toBe('channel_unknown');
    expect((await choose('channel=webhook')).status).toBe(422);
    expect((await local.profile('pia'))['consent']).toEqual({});
    const after = await choose('channel=sms');
    expect(after.text).toMatch(/Marketing by email <button.*You get no marketing by text message\./);
    expect((await local.profile('pia'))['consent']).toEqual({ sms: { marketing: 'denied' } });
    const { length } = await local.items(`/api/suppressions?channel=sms&address=${encodeURIComponent('+37120000077')}`);
    expect(length).toBe(1);
  });
});

describe('what was wrong out of sight', () => {
  it('is nothing', () => {
    expect(local.problems).toEqual([]);
  });
});

describe('merges', () => {
  it('are listed with what has made them', async () => {
    await local.identify('mia', {});
    await local.post('/v1/track', { anonymousId: 'mia-visitor', event: 'Product Viewed' });
    const { profileId: visitorId } = (await local.items('/api/profiles?anonymousId=mia-visitor'))[0]!;
    await local.identify('mia', {}, { anonymousId: 'mia-visitor', messageId: 'mia-again' });
    const { now } = (await local.api('GET', '/local/clock')).body;
    const mia = await local.profile('mia');
    const one = { kind: 'anonymousId', value: 'mia-visitor' };
    const [merge, ...others] = await local.items(`/api/profiles/${mia.profileId}/merges`);
    expect(others).toEqual([]);
    expect(merge).toEqual({
      profileId: mia.profileId,
      mergedId: visitorId,
      at: now,
      eventId: 'mia-again',
      by: one,
      rule: 'identifier',
      identifiers: [one],
      canBeUndone: true,
    });
    // Under its own id as well: it leads to the one who stayed.
    expect(await local.items(`/api/profiles/${String(visitorId)}/merges`)).toEqual([merge]);
    expect(await local.items(`/api/profiles/${ana.profileId}/merges`)).toEqual([]);
  });
  it('are undone, once; what cannot be says why', async () => {
    await local.identify('lea', {});
    await local.post('/v1/track', { anonymousId: 'lea-visitor', event: 'Product Viewed' });
    const { profileId: visitorId } = (await local.items('/api/profiles?anonymousId=lea-visitor'))[0]!;
    await local.identify('lea', {}, { anonymousId: 'lea-visitor' });
    const { profileId } = await local.profile('lea');
    const path = `/api/profiles/${profileId}/unmerge`;
    const answer = { profileId, unmergedId: visitorId };
    for (let time = 0; time < 2; time++)
      expect(await local.api('POST', path, { profileId: visitorId })).toMatchObject({ status: 200, body: answer });
    const [visitor] = await local.items('/api/profiles?anonymousId=lea-visitor');
    expect(visitor!['profileId']).toBe(visitorId);
    expect(await local.items(`/api/profiles/${profileId}/merges`)).toMatchObject([
      { mergedId: visitorId, canBeUndone: false, undoneAt: expect.any(String) },
    ]);
    expect(await local.api('POST', path, { profileId: ana.profileId })).toMatchObject({ status: 404 });
    expect(await local.api('POST', path, {})).toMatchObject({ status: 422 });
  });
  it('that a rule forbids are told in the timeline', async () => {
    await local.identify('nora', { email: 'mia-and-nora@api.example' });
    await local.identify('mia', { email: 'mia-and-nora@api.example' });
    const mia = await local.profile('mia');
    const items = await local.items(`/api/profiles/${mia.profileId}/timeline`);
    expect(items.find((item) => item['kind'] === 'conflict')).toMatchObject({ name: 'email', reason: 'two-users' });
  });
});
