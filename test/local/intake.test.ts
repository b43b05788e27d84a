import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, LocalHome, publicKey, serverKey, token, type Answer, refusal, somebody, at } from './home.ts';

const dayMs = 86_400_000;

let local: LocalHome;
beforeAll(async () => {
  local = await LocalHome.open();
});
afterAll(() => local.close());

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
    expect(profile['groups']).toEqual([{ type: 'company', groupId: 'g1' }]);
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
