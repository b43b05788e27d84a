import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Story } from './story.ts';

// Monday, 2 March 2026, noon in Riga.
let story: Story;
beforeAll(async () => void (story = await Story.begin('2026-03-02T10:00:00Z')));
afterAll(() => story.end());

const look = { category: 'Kitchen', name: 'Oak Bread Board', price: 34.95 };

describe('welcome: from a new name to a first order', () => {
  it('greets Ana at once, tells a story after two days, and nudges on Saturday morning', async () => {
    const ana = await story.meet('ana', { firstName: 'Ana', hasApp: true });
    await ana.does('Signed Up');
    await story.until('2026-03-07T12:00:00Z');
    expect(await ana.received()).toEqual([
      '2026-03-02 12:00 email: Welcome to Harbour & Pine',
      '2026-03-04 12:00 email: Why we only sell what lasts',
      '2026-03-07 10:30 push: Saturday is for small things',
    ]);
    expect(await ana.standing('welcome')).toBe('completed');
    expect(ana.transitions('welcome')).toBe(4);
  });

  it('has ideas for the room of Bea, who looked around first', async () => {
    const bea = await story.meet('bea', { firstName: 'Bea', traits: { room: 'living room' } });
    for (let count = 0; count < 3; count++) await bea.does('Product Viewed', look);
    await bea.does('Signed Up');
    await story.later('P3D');
    expect((await bea.received()).at(-1)).toContain('email: A few ideas for your living room');
    expect((await bea.newest()).html).toContain('https://harbourandpine.example/rooms/living-room');
  });

  it('lets Carl go in the minute in which he buys: no more letters, and no more advertising to a stranger', async () => {
    const carl = await story.meet('carl', { hasApp: true });
    await carl.does('Product Viewed', look);
    await carl.does('Signed Up');
    expect(await carl.audiences('window-shoppers', 'buyers')).toEqual(['window-shoppers']);
    await story.later('PT5H');
    await carl.does('Order Completed', { orderId: 'HP1', revenue: 34.95, products: [look] });
    expect(await carl.standing('welcome')).toBe('exited, converted');
    expect(await carl.audiences('window-shoppers', 'buyers')).toEqual(['buyers']);
    await carl.does('Product Viewed', look);
    await story.later('P3D');
    const [greeting, ...after] = await carl.received();
    expect(greeting).toContain('Welcome to Harbour & Pine');
    expect(after).toEqual([]);
    expect(await carl.audiences('window-shoppers')).toEqual([]);
  });

  it('does not greet a buyer who signs up afterwards', async () => {
    const dora = await story.meet('dora');
    await dora.does('Order Completed', { orderId: 'HP2', revenue: 20, products: [] });
    await dora.does('Signed Up');
    expect(await dora.passages('welcome')).toEqual([]);
  });

  it('leaves Emil alone once he unsubscribes by the link of its letter', async () => {
    const emil = await story.meet('emil', { hasApp: true });
    await emil.does('Signed Up');
    await story.later('PT1H');
    await emil.does('Email Unsubscribed', { email: `${emil.userId}@story.example` });
    expect(await emil.standing('welcome')).toBe('exited, exit-condition');
    await story.later('P8D');
    expect(await emil.received()).toHaveLength(1);
  });

  it('speaks Russian to Olga, who chose it, though her browser does not', async () => {
    const olga = await story.meet('olga', { firstName: 'Ольга', language: 'en-GB', traits: { language: 'ru' } });
    await olga.does('Signed Up');
    const { subject, html = '', text } = await olga.newest();
    expect(subject).toBe('Добро пожаловать в Harbour & Pine');
    expect(text).toContain('Здравствуйте, Ольга!');
    expect(text).toMatch(/34,95\s€/);
    expect(html).toMatch(/<html[^>]* lang="ru"/);
    expect(html).toContain('4 Pier Street, Riga');
    expect(html).toMatch(/<a href="http[^"]+"[^>]*>Отписаться<\/a>/);
  });

  it('holds Finn out, and counts that he bought without a word from us', async () => {
    const finn = await story.meet('finn', { drawn: (id) => story.isHeldOut('welcome', id) });
    await finn.does('Signed Up');
    await story.later('P2D');
    await finn.does('Order Completed', { orderId: 'HP3', revenue: 20, products: [] });
    const [passage] = await finn.passages('welcome');
    expect(passage).toMatchObject({ status: 'held-out', goalReachedAt: expect.any(String) });
    expect(await finn.received()).toEqual([]);
  });
});
