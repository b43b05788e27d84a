import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Story, type Person } from './story.ts';

// Monday, 2 March 2026, noon in Riga.
let story: Story;
beforeAll(async () => void (story = await Story.begin('2026-03-02T10:00:00Z')));
afterAll(() => story.end());

async function buy(person: Person, revenue: number): Promise<void> {
  // From two shelves, so that no other journey has ideas.
  const products = ['Kitchen', 'Bath'].map((category) => ({ name: 'A thing', category, price: revenue / 2 }));
  await person.does('Order Completed', { orderId: 'HP1', revenue, products });
}

describe('second purchase: from a buyer to a customer', () => {
  it('lets Ana unpack, tells her how to look after it, has ideas when she looks again, and a text at last', async () => {
    const ana = await story.meet('ana', { firstName: 'Ana', hasApp: true, phone: '+37120000001' });
    await buy(ana, 40);
    await story.until('2026-03-12T14:00:00Z');
    await ana.does('Product Viewed', { name: 'A thing', category: 'Bath' });
    await story.until('2026-04-10T10:00:00Z');
    expect(await ana.received()).toEqual([
      '2026-03-10 10:00 email: How to look after what you bought',
      '2026-03-12 17:00 push: Found a neighbour for it?',
      '2026-03-19 17:00 email: What goes well with your first order',
      expect.stringMatching(/^2026-03-29 17:00 sms: Hello Ana, delivery of your second order is on us until Sunday/),
    ]);
    expect(await ana.standing('second-purchase')).toBe('completed');
    expect(ana.transitions('second-purchase')).toBe(12);
  });

  it('thanks Ben for a generous order with a gift, and stops when he comes back', async () => {
    const ben = await story.meet('ben', { phone: '+37120000002' });
    await buy(ben, 120);
    await story.later('P24D');
    expect((await ben.received()).at(-1)).toContain('email: A small thank you for a generous first order');
    await buy(ben, 30);
    expect(await ben.standing('second-purchase')).toBe('exited, exit-event');
    await story.later('P12D');
    expect((await ben.received()).filter((line) => line.includes('sms'))).toEqual([]);
    // The second order is nobody's first.
    expect(await ben.passages('second-purchase')).toHaveLength(1);
  });

  it('does not ask Carl for more after he cancelled', async () => {
    const carl = await story.meet('carl');
    await buy(carl, 40);
    await story.later('P1D');
    await carl.does('Order Cancelled', { orderId: 'HP1' });
    await story.later('P30D');
    expect(await carl.standing('second-purchase')).toBe('exited, exit-event');
    expect(await carl.received()).toEqual([]);
  });

  it('sends no text to Dora, whose name nobody knows, and prints no blank', async () => {
    const dora = await story.meet('dora', { phone: '+37120000003' });
    await buy(dora, 40);
    await story.later('P45D');
    expect(await dora.spared()).toEqual(['short-text: missing-value']);
  });

  it('writes to Olga in Russian, and says hello without a name to Pyotr, who gave none', async () => {
    const olga = await story.meet('olga', { firstName: 'Ольга', language: 'ru-LV' });
    const pyotr = await story.meet('pyotr', { language: 'ru' });
    for (const one of [olga, pyotr]) await buy(one, 40);
    await story.later('P10D');
    expect((await olga.newest()).subject).toBe('Как ухаживать за тем, что вы купили');
    expect((await olga.newest()).text).toContain('Здравствуйте, Ольга!');
    expect((await pyotr.newest()).text).toContain('Здравствуйте!');
  });
});
