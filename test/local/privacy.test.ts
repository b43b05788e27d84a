import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { shortHash } from '../../core/hash.ts';
import { LocalHome, refusal } from './home.ts';

let local: LocalHome;
beforeEach(async () => {
  local = await LocalHome.open();
});
afterEach(() => local.close());

const canaries = {
  userId: 'canary-user-7391',
  email: 'canary.7391@example.com',
  phone: '+37127391739',
  anonymousId: 'canary-browser-7391',
  other: 'canary-browser-other-7391',
  trait: 'canary trait 7391',
  property: 'canary property 7391',
  token: 'canary-device-7391',
  key: 'canary-cart-7391',
} as const;
/** Ways in which a value may be read out of a file; a plain hash of it finds it by trial. */
function formsOf(value: string): readonly Buffer[] {
  const bytes = Buffer.from(value);
  const digest = createHash('sha256').update(value).digest();
  const inside = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return text.slice(shift === 0 ? 0 : shift + 1, -4);
  });
  return [
    bytes,
    Buffer.from(value, 'utf16le'),
    ...[bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...inside].map((text) => Buffer.from(text)),
    digest,
    ...[digest.toString('hex'), digest.toString('base64')].map((text) => Buffer.from(text)),
  ];
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
/** Where any canary can still be read, and how. */
function found(folder: string): readonly string[] {
  return filesIn(folder).flatMap((path) => {
    const bytes = readFileSync(path);
    return Object.entries(canaries).flatMap(([name, value]) =>
      formsOf(value).flatMap((form, index) => (bytes.includes(form) ? [`${path}: ${name} as form ${index}`] : [])),
    );
  });
}

/** Somebody does all that leaves something behind, among many others. */
async function live(): Promise<string> {
  const { userId, email, phone, anonymousId, other, trait, property, token, key } = canaries;
  const consent = { email: { marketing: 'granted' }, sms: { marketing: 'granted' }, push: { marketing: 'granted' } };
  const crowd = Array.from({ length: 150 }, (_, index) => ({
    type: 'identify',
    userId: `crowd-${index}`,
    traits: { email: `crowd-${index}@example.com`, note: 'x'.repeat(index) },
  }));
  await local.post('/v1/batch', { batch: crowd });
  await local.post('/v1/track', { anonymousId: other, event: 'Product Viewed', properties: { name: property } });
  const context = { device: { token, type: 'ios' }, consent };
  await local.identify(userId, { email, phone, note: trait }, { anonymousId, context });
  await local.identify(userId, {}, { anonymousId: other });
  await local.track(userId, 'Signed Up', { note: property });
  await local.track(userId, 'Product Added', { cartId: key, name: property });
  for (let count = 0; count < 40; count++) {
    await local.identify(userId, { note: `${trait} ${'y'.repeat(count * 7)}` });
    await local.track(`crowd-${count}`, 'Product Viewed', { name: 'z'.repeat(count * 31) });
  }
  await local.wind('PT2H');
  await local.track(userId, 'Order Completed', { cartId: key, revenue: 10 });
  await local.settle();
  return (await local.profile(userId)).profileId;
}

describe('the export of a person', () => {
  it('holds all that they can be known by, page by page', async () => {
    const profileId = await live();
    const rows: { readonly holding: string; readonly row: object }[] = [];
    for (let cursor = ''; ;) {
      const page = await local.api('GET', `/api/profiles/${profileId}/export?limit=3${cursor}`);
      expect(page.status).toBe(200);
      rows.push(...(page.body.items as never[]));
      if (page.body.next === undefined) break;
      cursor = `&cursor=${encodeURIComponent(page.body.next)}`;
    }
    const text = JSON.stringify(rows);
    for (const value of Object.values(canaries)) expect(text).toContain(value);
    const kinds = new Set(rows.map(({ holding }) => holding));
    expect([...kinds]).toEqual(expect.arrayContaining(['events', 'messages', 'deliveries', 'enrollments', 'profile']));
    const messages = rows.filter(({ holding }) => holding === 'messages');
    expect(messages[0]).toMatchObject({ row: { message: { channel: expect.any(String) as string } } });
    expect(text).not.toContain('crowd-');
  });

  it('is refused for a page that it did not give', async () => {
    const { profileId } = await local.identify('ana', {}).then(() => local.profile('ana'));
    for (const path of [
      `profiles/${profileId}/export?cursor=0.x`,
      `profiles/${profileId}/export?cursor=0.5.5`,
      'erasures?cursor=x',
      'erasures?cursor=-1',
      'erasures?cursor=1e999',
    ])
      expect((await local.api('GET', `/api/${path}`)).status, path).toBe(422);
    expect(refusal(await local.api('GET', `/api/profiles/${profileId}/export?cursor=99`))).toEqual([
      422,
      'cursor_invalid',
      'cursor',
    ]);
    expect(refusal(await local.api('GET', '/api/profiles/nobody/export'))).toEqual([
      404,
      'profile_unknown',
      'profileId',
    ]);
  });
});

describe('the erasure of a person', () => {
  it('leaves nothing in pages that others have grown apart', async () => {
    const crowd = Array.from({ length: 16 }, (_, index) => `of-${index}-person`);
    for (let round = 0; round < 40; round++)
      for (const [index, userId] of crowd.entries())
        await local.post('/v1/batch', {
          batch: Array.from({ length: 20 }, (_, place) => {
            const random = shortHash(`${round} ${index} ${place}`);
            const messageId = `${userId}-${random}`;
            return {
              type: 'page',
              name: 'Home',
              userId,
              messageId,
              properties: { pad: random.repeat(parseInt(random.slice(0, 4), 36) % 20) },
            };
          }),
        });
    const gone = crowd.filter((_, index) => index % 3 === 1);
    const left = (): readonly string[] => {
      const texts = filesIn(local.data).map((path) => readFileSync(path).toString('latin1'));
      return gone.filter((name) => texts.some((text) => text.includes(name)));
    };
    local.home.db.commit();
    expect(left()).toEqual(gone);
    for (const userId of gone) {
      const { profileId } = await local.profile(userId);
      expect((await local.api('POST', `/api/profiles/${profileId}/erase`, {})).body['status']).toBe('done');
    }
    // Five in a row: the first is written anew at once, the others together.
    await vi.waitFor(() => expect(left()).toEqual([]), { timeout: 30_000, interval: 200 });
  });

  it('leaves them in no file, while the home runs and after it', async () => {
    const profileId = await live();
    local.home.db.commit();
    expect(new Set(found(local.data).map((line) => line.split(': ')[1]!.split(' ')[0]))).toEqual(
      new Set(Object.keys(canaries)),
    );
    const erased = await local.api('POST', `/api/profiles/${profileId}/erase`, {
      by: 'dpo',
      reason: 'asked by letter',
    });
    expect([erased.status, erased.body]).toMatchObject([
      200,
      {
        status: 'done',
        profileId,
        by: 'dpo',
        reason: 'asked by letter',
        askedAt: expect.any(String) as string,
        doneAt: expect.any(String) as string,
        suppressed: 3,
      },
    ]);
    expect(found(local.data)).toEqual([]);
    const deleted = erased.body['deleted'] as { readonly [holding: string]: number };
    for (const holding of ['events', 'messages', 'deliveries', 'enrollments', 'executions', 'merges'])
      expect(deleted[holding], holding).toBeGreaterThan(0);
    expect(local.problems).toEqual([]);
    await local.track('crowd-1', 'Signed Up');
    await local.wind('P40D');
    expect(local.problems).toEqual([]);
    expect(found(local.data)).toEqual([]);
    expect((await local.profile('crowd-7'))['traits']).toMatchObject({ email: 'crowd-7@example.com' });
  });

  it('is told to whoever asks for them, and its receipt stays', async () => {
    const profileId = await live();
    const erased = await local.api('POST', `/api/profiles/${profileId}/erase`, {});
    const { erasureId } = erased.body as { readonly erasureId: string };
    for (const path of ['', '/timeline', '/export', '/deliveries'])
      expect(refusal(await local.api('GET', `/api/profiles/${profileId}${path}`))).toEqual([
        410,
        'profile_erased',
        'profileId',
      ]);
    expect(await local.items(`/api/profiles?userId=${canaries.userId}`)).toEqual([]);
    expect((await local.api('GET', `/api/erasures/${erasureId}`)).body).toEqual(erased.body);
    expect(await local.items('/api/erasures')).toEqual([erased.body]);
    const again = await local.api('POST', `/api/profiles/${profileId}/erase`, {});
    expect([again.status, again.body]).toEqual([200, erased.body]);
    expect(refusal(await local.api('GET', '/api/erasures/none'))).toEqual([404, 'erasure_unknown', 'erasureId']);
    expect(refusal(await local.api('POST', '/api/profiles/none/erase', {}))).toEqual([
      404,
      'profile_unknown',
      'profileId',
    ]);
    expect(refusal(await local.api('POST', `/api/profiles/${profileId}/erase`, { yes: true }))).toEqual([
      422,
      'key_unknown',
      'yes',
    ]);
  });

  it('keeps them out of journeys and messages, also where they come back', async () => {
    const profileId = await live();
    await local.api('POST', `/api/profiles/${profileId}/erase`, {});
    const { userId, email } = canaries;
    const [suppression] = await local.items(`/api/suppressions?channel=email&address=${encodeURIComponent(email)}`);
    expect(suppression).toMatchObject({ reason: 'erasure' });
    await local.wind('PT1M');
    const late = await local.post('/v1/track', {
      userId,
      event: 'Signed Up',
      timestamp: new Date(local.home.clock.nowMs() - 3_600_000).toISOString(),
    });
    expect([late.status, late.body]).toEqual([200, { success: true }]);
    expect(await local.items(`/api/profiles?userId=${userId}`)).toEqual([]);
    const imported = await local.call({
      method: 'POST',
      path: '/local/import',
      body: JSON.stringify({ type: 'identify', userId, traits: { email } }),
      headers: { authorization: 'Bearer a-token' },
    });
    expect(imported.body.results).toMatchObject([{ status: 'erased' }]);
    expect(await local.items(`/api/profiles?userId=${userId}`)).toEqual([]);
    await local.identify(userId, { email });
    await local.track(userId, 'Signed Up');
    await local.settle();
    const anew = await local.profile(userId);
    expect(anew.profileId).not.toBe(profileId);
    const deliveries = await local.items(`/api/profiles/${anew.profileId}/deliveries`);
    expect(deliveries).toMatchObject([{ channel: 'email', status: 'skipped', reason: 'suppressed' }]);
  });

  it.each(['local-public-key', 'local-server-key'])('is told to nobody who sends messages, under %s', async (key) => {
    await local.identify('gone', {});
    await local.identify('stays', {});
    const statuses = async (messageId: string): Promise<readonly string[]> => {
      const batch = ['gone', 'stays'].flatMap((userId) => {
        const one = { type: 'track', event: 'Viewed', userId, timestamp: '2026-03-01T08:00:00Z' };
        return [messageId, `${messageId}-twice`, `${messageId}-twice`].map((id) => ({
          ...one,
          messageId: `${userId}-${id}`,
        }));
      });
      const answer = await local.post('/v1/batch', { batch }, key);
      const { results } = answer.body as { readonly results: readonly { readonly status: string }[] };
      return results.map(({ status }) => status);
    };
    const first = ['accepted', 'accepted', 'duplicate'];
    const again = ['duplicate', 'duplicate', 'duplicate'];
    expect(await statuses('before')).toEqual([...first, ...first]);
    const { profileId } = await local.profile('gone');
    await local.api('POST', `/api/profiles/${profileId}/erase`, {});
    expect(await statuses('before')).toEqual([...again, ...again]);
    expect(await statuses('after')).toEqual([...first, ...first]);
    expect(await statuses('after')).toEqual([...again, ...again]);
    expect(await local.items('/api/profiles?userId=gone')).toEqual([]);
  });

  it('goes on after a crash, by the row that is due', async () => {
    const profileId = await live();
    const { home } = local;
    const { erasePerson } = await import('../../functions/erase-person/erase-person.ts');
    await erasePerson({ ...home.ports, personal: home.personal })({ profileId });
    await home.personal.erase('events', { profileId, mergedIds: [] }, home.clock.nowMs());
    expect(refusal(await local.api('GET', `/api/profiles/${profileId}`))).toEqual([410, 'profile_erased', 'profileId']);
    await local.wind('PT2M');
    expect(await local.items('/api/erasures')).toMatchObject([{ profileId, status: 'done' }]);
    expect(found(local.data)).toEqual([]);
  });
});
