import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Story, type About, type Person } from './story.ts';

// Monday, 2 March 2026, noon in Riga.
let story: Story;
beforeAll(async () => void (story = await Story.begin('2026-03-02T10:00:00Z')));
afterAll(() => story.end());

const products = [{ name: 'Stoneware Mug, Sea Green', category: 'Kitchen', price: 14.95, quantity: 2 }];
async function deliveredTo(name: string, about: About = {}): Promise<Person> {
  const person = await story.meet(name, about);
  await person.does('Order Delivered', { orderId: `HP-${name}`, products });
  return person;
}

describe('review and referral: a week after the parcel', () => {
  let [ana, ben, carl, dora, olga]: Person[] = [];
  beforeAll(async () => {
    ana = await deliveredTo('ana', { firstName: 'Ana', hasApp: true });
    ben = await deliveredTo('ben', { firstName: 'Ben' });
    carl = await deliveredTo('carl');
    dora = await deliveredTo('dora');
    olga = await deliveredTo('olga', { firstName: 'Ольга', language: 'ru-LV' });
    await story.later('P3D');
    await carl.does('Order Refunded', { orderId: 'HP-carl' });
    await dora.does('Product Reviewed', { rating: 5 });
    await story.later('P5D');
    await ben.does('Product Reviewed', { rating: 2 });
    await olga.does('Product Reviewed', { rating: 4 });
    await story.later('P22D');
  });

  it('asks Ana a week after the parcel, on an evening, once more, and then never', async () => {
    expect(await ana!.received()).toEqual([
      '2026-03-09 17:00 email: How is it, after a week?',
      '2026-03-14 17:00 push: How many stars?',
    ]);
    expect(await ana!.standing('review-referral')).toBe('completed');
    expect(ana!.transitions('review-referral')).toBe(11);
  });

  it('has a colleague put right what Ben gave two stars, and says so', async () => {
    expect((await ben!.received()).at(-1)).toBe('2026-03-10 12:00 email: We would like to put that right');
    expect(await story.local.items('/api/tasks?queue=put-right')).toMatchObject([
      { profileId: ben!.profileId, title: 'Ben gave 2 of 5: put it right', status: 'open' },
    ]);
  });

  it('asks nothing of Carl, who sent it back', async () => {
    expect(await carl!.standing('review-referral')).toBe('exited, exit-condition');
    expect(await carl!.received()).toEqual([]);
  });

  it('does not ask Dora, who wrote by herself, and gives her a code for a friend', async () => {
    expect(await dora!.received()).toEqual(['2026-03-06 12:00 email: Ten euros for a friend, ten for you']);
    expect((await dora!.newest()).text).toMatch(/FRIEND-[A-Z0-9]{8}/);
    await dora!.does('Friend Invited');
    expect(await dora!.passages('review-referral')).toMatchObject([{ goalReachedAt: expect.any(String) }]);
  });

  it('thanks Olga for four stars in Russian', async () => {
    const { subject, preheader } = await olga!.newest();
    expect([subject, preheader]).toEqual(['Десять евро другу и десять вам', 'Спасибо за 4 звезды.']);
    expect((await olga!.letter('review-request')).text).toContain('Stoneware Mug');
  });

  it('does not ask the same person again with the next parcel of the same month', async () => {
    await ana!.does('Order Delivered', { orderId: 'HP-again', products });
    expect(await ana!.passages('review-referral')).toHaveLength(1);
  });
});
