import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OwnHome, refusal, type Item } from './home.ts';

let own: OwnHome;
beforeEach(async () => {
  own = new OwnHome();
  mkdirSync(join(own.workflows, 'events'), { recursive: true });
  describes({ total: { type: 'number', required: true }, currency: { type: 'text', oneOf: ['EUR'] } });
  rules({ validation: 'quarantine', unknown: 'warn' });
  await own.begin();
});
afterEach(() => own.end());

const describes = (properties: object): void =>
  writeFileSync(
    join(own.workflows, 'events/paid.event.json'),
    JSON.stringify({ id: 'paid', name: 'Paid', properties }),
  );
const rules = (events: object): void => {
  const file = join(own.workflows, 'workspace.json');
  const workspace = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...workspace, events }));
};
const send = async (userId: string, properties: object, event = 'Paid', more: object = {}): Promise<void> =>
  own.home.track(userId, event, properties, more);
const summary = async (): Promise<Item> => (await own.home.api('GET', '/api/quarantine/summary')).body;
const replay = async (body: object = {}): Promise<Item> =>
  (await own.home.api('POST', '/api/quarantine/replay', body)).body;
const isKnown = async (userId: string): Promise<boolean> =>
  (await own.home.items(`/api/profiles?userId=${userId}`)).length > 0;

describe('the quarantine of a home', () => {
  it('takes what is wrong with 200, and a batch tells what is wrong of each', async () => {
    const { home } = own;
    expect((await home.post('/v1/track', { userId: 'ana', event: 'Paid', properties: {} })).text).toBe(
      '{"success":true}',
    );
    const batch = ['Paid', 'Piad'].map((event, index) => ({
      type: 'track',
      userId: 'ben',
      event,
      messageId: `m${index}`,
    }));
    const { status, body } = await home.post('/v1/batch', { batch });
    expect([status, body['success']]).toEqual([200, true]);
    const missing = { code: 'property_missing', path: 'properties.total', message: 'It must be there.' };
    const unknown = { code: 'event_unknown', path: 'event', message: 'The catalogue has no event of this name.' };
    expect(body.results).toEqual([
      { messageId: 'm0', status: 'accepted', quarantined: true, problems: [missing] },
      { messageId: 'm1', status: 'accepted', problems: [{ ...unknown, suggestion: 'Did you mean "Paid"?' }] },
    ]);
    expect([await isKnown('ana'), await isKnown('ben')]).toEqual([false, true]);
    expect(home.problems).toEqual([]);
  });

  it('lists what is there, by event and by problem, in pages', async () => {
    const { home } = own;
    for (const index of [1, 2, 3]) await send(`u${index}`, index === 2 ? { total: 1, currency: 'SEK' } : {});
    const listed = await home.items('/api/quarantine');
    expect(listed).toHaveLength(3);
    expect(listed[0]).toMatchObject({
      event: 'Paid',
      type: 'track',
      properties: {},
      quarantinedAt: '2026-03-02T10:00:00.000Z',
    });
    expect(listed[0]!['expiresAt']).toBe('2026-04-01T10:00:00.000Z');
    expect((await home.items('/api/quarantine?problem=property_value')).map(({ userId }) => userId)).toEqual(['u2']);
    expect(await home.items('/api/quarantine?event=Other')).toEqual([]);
    const paged: unknown[] = [];
    for (let cursor = '', isMore = true; isMore;) {
      const { body } = await home.api('GET', `/api/quarantine?limit=2${cursor}`);
      paged.push(...body.items!.map(({ userId }) => userId));
      cursor = `&cursor=${body.next}`;
      isMore = body.next !== undefined;
    }
    expect(paged.toSorted()).toEqual(['u1', 'u2', 'u3']);
  });

  it('counts what is wrong, warned of or set aside, without a value', async () => {
    await send('ana', { total: 'secret' });
    await send('ana', {}, 'Piad');
    await own.home.wind('PT1H');
    await send('ben', { total: 'secret' });
    const { quarantined, items } = (await summary()) as { quarantined: number; items: Item[] };
    expect(quarantined).toBe(2);
    expect(items).toEqual([
      {
        event: 'Paid',
        mode: 'quarantine',
        code: 'property_type',
        path: 'properties.total',
        count: 2,
        firstAt: '2026-03-02T10:00:00.000Z',
        lastAt: '2026-03-02T11:00:00.000Z',
      },
      {
        event: 'Piad',
        mode: 'warn',
        code: 'event_unknown',
        path: 'event',
        count: 1,
        firstAt: '2026-03-02T10:00:00.000Z',
        lastAt: '2026-03-02T10:00:00.000Z',
      },
    ]);
    expect(JSON.stringify(items)).not.toContain('secret');
  });

  it('replays what a fix has made right, and the counts add up', async () => {
    const { home } = own;
    await send('ana', {}, 'Paid', { messageId: 'm1' });
    await send('ben', { total: 'x' });
    expect(await replay()).toMatchObject({ looked: 2, replayed: 0, wrong: 2, left: 2 });
    describes({ total: 'number' });
    await own.publish();
    const { items, ...counts } = (await replay({ event: 'Paid' })) as { items: Item[] };
    expect(counts).toEqual({ looked: 2, replayed: 1, duplicate: 0, erased: 0, wrong: 1, refused: 0, left: 1 });
    expect(items).toEqual([
      {
        quarantineId: expect.stringMatching(/^q_/) as string,
        outcome: 'wrong',
        problems: [{ code: 'property_type', path: 'properties.total', message: 'It must be a number.' }],
      },
    ]);
    expect((await home.events('ana')).map(({ eventId }) => eventId)).toEqual(['m1']);
    const { body } = await home.post('/v1/batch', {
      batch: [{ type: 'track', userId: 'ana', event: 'Paid', messageId: 'm1' }],
    });
    expect(body.results).toEqual([{ messageId: 'm1', status: 'duplicate' }]);
  });

  it('drops what is named, and never all without a word', async () => {
    const { home } = own;
    for (const index of [1, 2, 3]) await send(`u${index}`, {});
    expect(refusal(await home.api('DELETE', '/api/quarantine'))).toEqual([422, 'nothing_named', 'event']);
    const [first] = await home.items('/api/quarantine');
    const ids = [first!['quarantineId']];
    expect((await home.api('DELETE', '/api/quarantine', { ids })).body).toEqual({ dropped: 1, left: 2 });
    expect((await home.api('DELETE', '/api/quarantine?event=Paid&limit=1')).body).toMatchObject({
      dropped: 1,
      left: 1,
    });
    expect((await home.api('DELETE', '/api/quarantine', { all: true })).body).toEqual({ dropped: 1, left: 0 });
  });

  it.each([
    ['GET', '/api/quarantine?problem=property_mising', 'problem_unknown'],
    ['GET', '/api/quarantine?cursor=abc', 'cursor_invalid'],
    ['GET', '/api/quarantine?name=Paid', 'query_unknown'],
    ['POST', '/api/quarantine/replay', 'ids_invalid', { ids: ['p_1'] }],
    ['POST', '/api/quarantine/replay', 'limit_invalid', { limit: 1_000 }],
    ['POST', '/api/quarantine/replay', 'key_unknown', { name: 'Paid' }],
    ['DELETE', '/api/quarantine', 'ids_with_filter', { ids: [], event: 'Paid' }],
  ])('refuses %s %s as %s', async (method, path, code, body: object | undefined = undefined) => {
    expect(refusal(await own.home.api(method, path, body)).slice(0, 2)).toEqual([422, code]);
  });

  it('forgets what names somebody who is erased, and sets nothing of them aside afterwards', async () => {
    const { home } = own;
    await home.identify('ana', { email: 'ana@example.com' });
    await send('ana', { total: 'x' });
    await send('ben', { total: 'x' });
    const { profileId } = await home.profile('ana');
    const exported: unknown[] = [];
    for (let query = '', isMore = true; isMore;) {
      const { body } = await home.api('GET', `/api/profiles/${profileId}/export${query}`);
      exported.push(...body.items!.map(({ holding }) => holding));
      query = `?cursor=${body.next}`;
      isMore = body.next !== undefined;
    }
    expect(exported).toContain('quarantined');
    expect((await home.api('POST', `/api/profiles/${profileId}/erase`, {})).status).toBe(200);
    const waiting = async (): Promise<unknown> => (await home.items('/api/quarantine')).map(({ userId }) => userId);
    expect(await waiting()).toEqual(['ben']);
    await send('ana', { total: 'x' }, 'Paid', { timestamp: '2026-03-01T10:00:00Z' });
    expect(await waiting()).toEqual(['ben']);
  });

  it('takes imports by the same door, and keeps everything over a restart', async () => {
    const lines = [{ total: 1 }, {}].map((properties, index) =>
      JSON.stringify({
        type: 'track',
        userId: `u${index}`,
        event: 'Paid',
        messageId: `m${index}`,
        properties,
        timestamp: '2025-06-01T00:00:00Z',
      }),
    );
    const { body } = await own.home.api('POST', '/local/import', lines.join('\n'));
    expect(body.results!.map(({ status, quarantined }) => [status, quarantined])).toEqual([
      ['accepted', undefined],
      ['accepted', true],
    ]);
    await own.begin();
    expect(await summary()).toMatchObject({ quarantined: 1 });
    describes({ total: 'number' });
    await own.publish();
    expect(await replay()).toMatchObject({ replayed: 1, left: 0 });
    const [event] = await own.home.events('u1');
    expect(event).toMatchObject({ at: '2025-06-01T00:00:00.000Z' });
  });
});
