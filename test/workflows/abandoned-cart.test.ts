import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Story, type Person } from './story.ts';

// Monday, 2 March 2026, ten o'clock in Riga.
let story: Story;
beforeAll(async () => void (story = await Story.begin('2026-03-02T08:00:00Z')));
afterAll(() => story.end());

const board = { name: 'Oak Bread Board', category: 'Kitchen', price: 34.95, quantity: 1 };
const cartOf = ({ userId }: Person): string => `cart-of-${userId}`;
async function fill(person: Person, things: number, value: number): Promise<void> {
  const products = Array.from({ length: things }, () => board);
  await person.does('Product Added', { ...board, cartId: cartOf(person), value, currency: 'EUR', products });
}
async function lookAround(person: Person): Promise<void> {
  for (let count = 0; count < 4; count++) await person.does('Product Viewed', board);
}

describe('abandoned cart: most promising first', () => {
  it('reminds Ana, who is looking around, after an hour; Ben, who is not, in the afternoon', async () => {
    const drawn = story.meetsVariant('cart-email', 'free-delivery');
    const ana = await story.meet('ana', { firstName: 'Ana', hasApp: true, phone: '+37120000001', drawn });
    const ben = await story.meet('ben', { hasApp: true, drawn });
    await lookAround(ana);
    await fill(ana, 2, 80);
    await fill(ben, 1, 34.95);
    await story.until('2026-03-05T12:00:00Z');
    expect(await ana.received()).toEqual([
      '2026-03-02 11:00 push: Your basket is waiting',
      '2026-03-03 07:00 email: Delivery is on us, if you like',
      expect.stringMatching(/^2026-03-04 09:00 sms: Harbour & Pine: we keep your basket until tonight\. Oak Bread Board/),
    ]);
    expect(await ana.standing('abandoned-cart')).toBe('completed');
    // Three of them for the text, which waits for nine o’clock.
    expect([ana, ben].map((one) => one.transitions('abandoned-cart'))).toEqual([11, 8]);
    // A basket of 35 euros is not worth a text.
    expect(await ben.received()).toEqual([
      '2026-03-02 14:00 push: Your basket is waiting',
      '2026-03-03 10:00 email: Delivery is on us, if you like',
    ]);
  });

  it('says nothing to Carl, who pays for this basket before the hour is over; paying for another is not enough', async () => {
    const drawn = story.meetsVariant('cart-email', 'reminder');
    const [carl, dora] = [await story.meet('carl', { hasApp: true }), await story.meet('dora', { hasApp: true, drawn })];
    for (const one of [carl, dora]) await fill(one, 1, 34.95);
    await story.later('PT30M');
    await carl.does('Order Completed', { cartId: cartOf(carl), revenue: 34.95, products: [board] });
    await dora.does('Order Completed', { cartId: 'another', revenue: 34.95, products: [board] });
    expect(await carl.standing('abandoned-cart')).toBe('exited, exit-event');
    expect(await dora.standing('abandoned-cart')).toBe('active');
    await story.later('P2D');
    expect(await carl.received()).toEqual([]);
    expect(await dora.received()).toHaveLength(2);
  });

  it('begins again when Emma puts in something more, and gives her three hours at the till', async () => {
    const drawn = story.meetsVariant('cart-email', 'reminder');
    const emma = await story.meet('emma', { drawn });
    await fill(emma, 1, 34.95);
    await story.later('PT3H');
    await fill(emma, 2, 69.9);
    expect((await emma.passages('abandoned-cart')).map((one) => one['reason'])).toEqual([undefined, 'restart']);
    await story.later('PT4H');
    await emma.does('Checkout Started', { cartId: cartOf(emma) });
    await story.later('PT2H');
    expect(await emma.received()).toEqual([]);
    await story.later('PT16H');
    expect((await emma.newest()).text).toContain('Your 2 things are still there');
  });

  it('counts Olga’s things in Russian, as Russian counts', async () => {
    const drawn = story.meetsVariant('cart-email', 'reminder');
    for (const [things, words] of [
      [1, 'В корзине 1 вещь, и ещё три дня мы придержим её'],
      [3, 'В корзине 3 вещи, и ещё три дня мы придержим их'],
      [11, 'В корзине 11 вещей'],
      [21, 'В корзине 21 вещь'],
    ] as const) {
      const olga = await story.meet(`olga-${things}`, { firstName: 'Ольга', language: 'ru-LV', drawn });
      await fill(olga, things, 34.95);
      await story.later('P1DT1H');
      expect((await olga.newest()).text).toContain(words);
    }
  });

  it('sends no email to whoever stands for what would happen without one', async () => {
    const frank = await story.meet('frank', { hasApp: true, drawn: story.meetsVariant('cart-email', 'control') });
    await story.until('2026-03-20T08:00:00Z');
    await fill(frank, 1, 34.95);
    await story.later('P3D');
    expect((await frank.received()).map((line) => line.slice(17, 21))).toEqual(['push']);
  });

  it('never writes again once Gina called a message spam', async () => {
    const gina = await story.meet('gina', { hasApp: true });
    await fill(gina, 1, 34.95);
    await story.later('PT5H');
    await gina.does('Email Complained', { email: `${gina.userId}@story.example` });
    expect(await gina.standing('abandoned-cart')).toBe('exited, exit-condition');
    await fill(gina, 2, 70);
    expect(await gina.passages('abandoned-cart')).toHaveLength(1);
  });
});
