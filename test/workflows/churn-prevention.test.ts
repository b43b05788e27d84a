import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Story, type About, type Person } from './story.ts';

// Monday, 2 March 2026, noon in Riga: everybody's last order. Five weeks later is Easter Monday, 6 April.
let story: Story;
beforeAll(async () => void (story = await Story.begin('2026-03-02T10:00:00Z')));
afterAll(() => story.end());

async function customer(name: string, revenue: number, category: string, about: About = {}): Promise<Person> {
  const person = await story.meet(name, about);
  // From two shelves, and twice: they used to come back.
  const products = [category, 'Bath'].map((shelf) => ({ name: 'A thing', category: shelf, price: 10 }));
  for (const orderId of ['HP1', 'HP2']) await person.does('Order Completed', { orderId, revenue, products });
  return person;
}
const inApril = async (person: Person): Promise<readonly string[]> =>
  (await person.received()).filter((line) => line.startsWith('2026-04'));

describe('churn prevention: a hand on the shoulder after five weeks', () => {
  let [ana, ben, carl, dora, olga]: Person[] = [];
  beforeAll(async () => {
    ana = await customer('ana', 40, 'Garden', { phone: '+37120000001' });
    ben = await customer('ben', 40, 'Kitchen', { hasApp: true });
    carl = await customer('carl', 200, 'Garden', { firstName: 'Carl', phone: '+37120000002' });
    dora = await customer('dora', 200, 'Garden');
    olga = await customer('olga', 40, 'Garden', { firstName: 'Ольга', language: 'ru-LV' });
    await story.until('2026-04-07T10:00:00Z');
    await dora.does('Call Completed', { outcome: 'reached' });
    await story.until('2026-04-09T10:00:00Z');
    await ben.does('Product Viewed', { name: 'Cast Iron Skillet', category: 'Kitchen' });
    await olga.does('Order Completed', { orderId: 'HP3', revenue: 20, products: [] });
    await story.until('2026-05-20T10:00:00Z');
  });

  it('writes to Ana in working hours, and gives her a small thank you at noon if she does not stir', async () => {
    expect(await inApril(ana!)).toEqual([
      '2026-04-06 12:00 email: What is new on Pier Street',
      expect.stringMatching(/^2026-04-13 12:00 sms: Harbour & Pine: a candle is waiting for you/),
    ]);
    expect(await ana!.standing('churn-prevention')).toBe('completed');
    expect(ana!.transitions('churn-prevention')).toBe(8);
  });

  it('knows that Ben likes the kitchen, and that he looked in', async () => {
    expect(await inApril(ben!)).toEqual([
      '2026-04-06 12:00 email: New on the kitchen shelf',
      '2026-04-09 13:00 push: We kept one back for you',
    ]);
  });

  it('has the shop call Carl, who is dear to it, and the owner write if nobody reaches him', async () => {
    const [call] = await story.local.items(`/api/deliveries?channel=webhook`);
    expect(call).toMatchObject({ status: 'sent', journeyId: 'churn-prevention' });
    expect((await inApril(carl!))[1]).toBe('2026-04-11 12:00 email: We tried to ring you');
  });

  it('leaves it at the call where Dora was reached', async () => {
    expect((await inApril(dora!)).filter((line) => line.includes('email'))).toEqual([]);
    expect(await dora!.standing('churn-prevention')).toBe('completed');
    const { traits } = await story.local.profile(dora!.userId);
    expect(traits).toMatchObject({ lastPersonalContact: 'call' });
  });

  it('is over for Olga, who read one letter in Russian and bought', async () => {
    expect(await inApril(olga!)).toEqual(['2026-04-06 12:00 email: Что нового на нашей улице']);
    expect(await olga!.standing('churn-prevention')).toBe('exited, exit-event');
    expect(await olga!.passages('churn-prevention')).toMatchObject([{ goalReachedAt: '2026-04-09T10:00:00.000Z' }]);
  });
});
