import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Story, type About, type Person } from './story.ts';

// Monday, 2 March 2026, noon in Riga: everybody's only order. Sixty days later is Friday, 1 May.
let story: Story;
beforeAll(async () => void (story = await Story.begin('2026-03-02T10:00:00Z')));
afterAll(() => story.end());

async function buyer(name: string, revenue: number, about: About = {}): Promise<Person> {
  const person = await story.meet(name, about);
  const products = ['Kitchen', 'Bath'].map((category) => ({ name: 'A thing', category, price: revenue / 2 }));
  await person.does('Order Completed', { orderId: 'HP1', revenue, products });
  return person;
}
const fromMay = async (person: Person): Promise<readonly string[]> =>
  (await person.received()).filter((line) => line >= '2026-05');

describe('reactivation: by what they are worth, and by how long we have not heard of them', () => {
  let [ana, ben, carl, dora, olga]: Person[] = [];
  beforeAll(async () => {
    ana = await buyer('ana', 250, { firstName: 'Ana', phone: '+37120000001' });
    ben = await buyer('ben', 40, { phone: '+37120000002' });
    carl = await buyer('carl', 250, { hasApp: true });
    dora = await buyer('dora', 40);
    olga = await buyer('olga', 250, { firstName: 'Ольга', language: 'ru-LV' });
    await story.until('2026-04-20T10:00:00Z');
    await carl.does('Product Viewed', { name: 'Fire Bowl', category: 'Garden' });
    await story.until('2026-05-05T18:00:00Z');
    await carl.does('Application Opened');
    await dora.does('Order Completed', { orderId: 'HP2', revenue: 30, products: [] });
    await story.until('2026-07-30T10:00:00Z');
  });

  it('writes Ana, who spent much and is out of touch, one letter with a code of her own', async () => {
    expect(await fromMay(ana!)).toEqual(['2026-05-03 18:00 email: We have put something aside for you']);
    expect((await ana!.letter('we-miss-you-gift')).text).toMatch(/BACK-[A-Z0-9]{8}/);
    expect(ana!.transitions('reactivation')).toBe(7);
  });

  it('writes Ben, who spent little, a series without a gift', async () => {
    expect(await fromMay(ben!)).toEqual([
      '2026-05-03 18:00 email: It has been a while',
      '2026-05-13 18:00 email: What has changed since you were here',
      expect.stringMatching(/^2026-05-27 18:00 sms: A postcard from Harbour & Pine/),
    ]);
    expect(ben!.transitions('reactivation')).toBe(10);
  });

  it('does not pay Carl, who spent much but still looks in, and waves when he comes by', async () => {
    expect((await fromMay(carl!)).slice(0, 3)).toEqual([
      '2026-05-03 18:00 email: It has been a while',
      '2026-05-06 10:00 push: Nice to see you again',
      '2026-05-13 10:00 email: What has changed since you were here',
    ]);
  });

  it('is over for Dora when she buys', async () => {
    expect((await fromMay(dora!)).filter((line) => line < '2026-06')).toEqual([
      '2026-05-03 18:00 email: It has been a while',
    ]);
    expect((await dora!.passages('reactivation')).at(-1)).toMatchObject({
      reason: 'exit-event',
      goalReachedAt: '2026-05-05T18:00:00.000Z',
    });
  });

  it('lets go in the end of those who never looked, and says so', async () => {
    expect(await ana!.standing('reactivation')).toBe('completed');
    expect((await story.local.events(ana!.userId)).map(({ name }) => name)).toContain('Customer Let Go');
    expect((await story.local.profile(ana!.userId))['traits']).toMatchObject({ asleep: true });
  });

  it('writes Olga her code in Russian', async () => {
    const { subject, text } = await olga!.letter('we-miss-you-gift');
    expect(subject).toBe('Мы кое-что для вас отложили');
    expect(text).toMatch(/Здравствуйте, Ольга![\s\S]*BACK-[A-Z0-9]{8}/);
  });
});
