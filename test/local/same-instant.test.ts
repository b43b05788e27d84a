import { afterEach, describe, expect, it } from 'vitest';
import { aJourney, anIdentify, aTrack, aWorkspace, startMs, TestHome } from '../builders.ts';
import { LocalHome } from './home.ts';

let local: LocalHome | undefined;
afterEach(async () => {
  await local?.close();
  local = undefined;
});

describe('events that cause each other', () => {
  it('end, and do not keep the home from coming to rest', async () => {
    const loop = aJourney({
      id: 'loop',
      entry: { on: { event: 'Go' }, again: 'always' },
      steps: [{ emit: { event: 'Go' } }],
    });
    const home = new TestHome({ journeys: [loop] });
    await home.accept(aTrack('Go'));
    expect(home.enrollments('loop').length).toBe(21);
    expect(home.facts('entry').map(({ detail }) => detail['refused'])).toEqual(['emit-loop']);
    home.close();
  });
});

describe('at one instant', () => {
  it('the later of two messages without an id wins', async () => {
    local = await LocalHome.open();
    for (const city of ['Riga', 'Tartu', 'Vilnius'])
      await local.post('/v1/identify', { userId: 'u', traits: { city } });
    const { items } = (await local.api('GET', '/api/profiles?userId=u')).body;
    expect(items?.[0]?.['traits']).toEqual({ city: 'Vilnius' });
  });

  it('what is said through the API is the last word', async () => {
    local = await LocalHome.open();
    await local.post('/v1/identify', {
      userId: 'u',
      messageId: '~~~',
      context: { consent: { email: { marketing: 'granted' } } },
    });
    const { items } = (await local.api('GET', '/api/profiles?userId=u')).body;
    const path = `/api/profiles/${String(items?.[0]?.['profileId'])}/consent`;
    for (const status of ['denied', 'granted', 'denied']) {
      const { body } = await local.api('PUT', path, { email: { marketing: status }, source: 'form' });
      expect(body['consent']).toEqual({ email: { marketing: status } });
    }
  });

  it('timers of one person run in the order in which their journeys began', async () => {
    const buys = aJourney({
      id: 'buys',
      entry: { on: { event: 'First' }, again: 'always' },
      steps: [{ wait: 'PT1H' }, { emit: { event: 'Order Completed' } }],
    });
    const greets = aJourney({
      id: 'greets',
      kind: 'acquisition',
      entry: { on: { event: 'Second' }, again: 'always' },
      steps: [{ wait: 'PT1H' }, { send: { email: 'hello' } }],
    });
    for (let person = 0; person < 8; person++) {
      const home = new TestHome({ journeys: [buys, greets] });
      await home.accept(anIdentify({ email: 'ana@example.com' }), aTrack('First', { person }), aTrack('Second'));
      await home.wind('PT1H');
      expect(home.sent).toEqual([]);
      home.close();
    }
  });
});

describe('a known person', () => {
  it('is written to at the verified address, whatever a public key says', async () => {
    const journey = aJourney({ kind: 'transactional', steps: [{ send: { email: 'receipt' } }] });
    const home = new TestHome({ journeys: [journey] });
    await home.accept(anIdentify({ email: 'ana@example.com' }));
    await home.windTo(startMs + 60_000);
    const later = { occurredMs: startMs + 60_000, receivedMs: startMs + 60_000 };
    await home.accept(
      anIdentify({ email: 'evil@example.com' }, { trust: 'public', ...later }),
      aTrack('Cart Filled', {}, later),
    );
    expect(home.deliveries().map(({ to, status }) => ({ to, status }))).toEqual([
      { to: 'ana@example.com', status: 'sent' },
    ]);
    home.close();
  });

  it('may deny one topic by its name', async () => {
    const journey = aJourney({
      steps: [
        { send: { email: 'news' }, topic: 'news' },
        { send: { email: 'offer' }, topic: 'offers' },
      ],
    });
    const home = new TestHome({
      journeys: [journey],
      workspace: aWorkspace({
        topics: [
          { id: 'news', name: 'News' },
          { id: 'offers', name: 'Offers' },
        ],
      }),
    });
    await home.accept(
      anIdentify({ email: 'ana@example.com' }, { context: { consent: { email: { news: 'denied' } } } }),
      aTrack('Cart Filled'),
    );
    expect(home.deliveries().map(({ template, status }) => [template, status])).toEqual([
      ['news', 'skipped'],
      ['offer', 'sent'],
    ]);
    home.close();
  });
});

describe('a suppression', () => {
  it('may cover marketing alone, and says whether a release found any', async () => {
    local = await LocalHome.open();
    const given = { channel: 'email', address: 'Ana@Example.com', reason: 'manual', purpose: 'marketing' };
    expect((await local.api('POST', '/api/suppressions', given)).body).toMatchObject({ purpose: 'marketing' });
    const query = '/api/suppressions?channel=email&address=ana@example.com';
    expect((await local.api('GET', query)).body.items).toMatchObject([
      { address: 'ana@example.com', reason: 'manual', purpose: 'marketing' },
    ]);
    const release = { channel: 'email', address: 'ana@example.com', evidence: 'asked by phone' };
    expect((await local.api('DELETE', '/api/suppressions', release)).body['released']).toBe(true);
    expect((await local.api('DELETE', '/api/suppressions', release)).body['released']).toBe(false);
  });
});
