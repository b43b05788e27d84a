import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Story, type About, type Person } from './story.ts';

// Monday, 2 March 2026, noon in Riga.
let story: Story;
beforeAll(async () => void (story = await Story.begin('2026-03-02T10:00:00Z')));
afterAll(() => story.end());

const soap = { product_id: 'HP-402', name: 'Pine Tar Soap', category: 'Bath', price: 7.95, quantity: 1, lastsDays: 40 };
const order = { orderId: 'HP1', revenue: 7.95, products: [soap] };

/** Buys soap; the shop reckons until when it lasts. */
async function buySoap(person: Person, runsOutOn: string): Promise<void> {
  await person.does('Order Completed', order);
  await person.becomes({ runsOut: soap.name, runsOutId: soap.product_id, runsOutOn });
}
async function meet(name: string, about: About = {}): Promise<Person> {
  const person = await story.meet(name, about);
  await buySoap(person, '2026-04-11');
  return person;
}
const reminders = async (person: Person): Promise<readonly string[]> =>
  (await person.received()).filter((line) => /low|out\?|next one|законч|again\?/i.test(line));

describe('replenishment: before the soap runs out', () => {
  let [ana, ben, carl, olga]: Person[] = [];
  beforeAll(async () => {
    ana = await meet('ana', { hasApp: true });
    ben = await meet('ben');
    carl = await meet('carl');
    olga = await meet('olga', { firstName: 'Ольга', language: 'ru-LV' });
    // Carl orders again long before the date, so the date moves.
    await story.until('2026-03-30T10:00:00Z');
    await buySoap(carl, '2026-05-10');
    await story.until('2026-04-08T10:00:00Z');
    await ben.does('Order Completed', order);
    await ben.becomes({ runsOutOn: '2026-05-18' });
    await story.until('2026-04-12T18:00:00Z');
    await ana.does('Product Viewed', soap);
    await story.until('2026-04-30T10:00:00Z');
  });

  it('tells Ana in the week before, on the day after, and once more when she looks for it', async () => {
    expect(await reminders(ana!)).toEqual([
      expect.stringMatching(/^2026-04-0[56] \d\d:\d\d push: Running low\?$/),
      '2026-04-12 10:00 email: Run out? It can be with you in two days',
      '2026-04-13 21:00 push: Shall we send the next one?',
    ]);
    expect(await ana!.standing('replenishment')).toBe('completed');
    expect(ana!.transitions('replenishment')).toBe(9);
  });

  it('says no more to Ben, who orders after the first word', async () => {
    expect(await reminders(ben!)).toEqual([expect.stringMatching(/email: Is the Pine Tar Soap running low\?$/)]);
    expect(await ben!.passages('replenishment')).toMatchObject([
      { status: 'exited', reason: 'exit-event', goalReachedAt: '2026-04-08T10:00:00.000Z' },
    ]);
  });

  it('says nothing yet to Carl, whose date has moved, and is there in time for the new one', async () => {
    expect(await carl!.passages('replenishment')).toEqual([]);
    await story.until('2026-05-06T10:00:00Z');
    expect(await reminders(carl!)).toEqual([expect.stringMatching(/^2026-05-0[45] .* running low\?$/)]);
  });

  it('writes to Olga in Russian, with the day', async () => {
    expect((await olga!.letter('refill-soon')).text).toContain('хватит примерно до 11 апреля');
    expect((await reminders(olga!)).at(-1)).toBe('2026-04-12 10:00 email: Закончилось? Привезём за два дня');
  });
});
