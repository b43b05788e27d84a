import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isHeldOut } from '../../core/experiment/assign.ts';
import { Story, type Person } from './story.ts';

// Monday, 2 March 2026, noon in Riga.
let story: Story;
beforeAll(async () => void (story = await Story.begin('2026-03-02T10:00:00Z')));
afterAll(() => story.end());

async function buy(person: Person, ...categories: readonly string[]): Promise<void> {
  const products = categories.map((category) => ({ name: 'A thing', category, price: 25, quantity: 1 }));
  await person.does('Order Completed', { orderId: 'HP1', revenue: 25 * products.length, products });
}
const isWritten = (id: string): boolean =>
  story.isNeverHeldOut(id) && !isHeldOut('holdout:cross-sell/idea', id, 10);
const ideas = (lines: readonly string[]): readonly string[] => lines.filter((line) => /to go with|others say/.test(line));

describe('cross-sell: from one shelf to the next', () => {
  it('shows Ana, who only knows the kitchen, something from the garden, and asks again only if she wants to see it', async () => {
    const [ana, bea] = [await story.meet('ana', { drawn: isWritten }), await story.meet('bea', { drawn: isWritten })];
    for (const one of [ana, bea]) await buy(one, 'Kitchen', 'Kitchen');
    await story.later('P11D');
    expect(ideas(await ana.received())).toEqual([
      expect.stringMatching(/^2026-03-1[12] \d\d:00 email: From the garden, to go with your order$/),
    ]);
    expect((await ana.letter('next-shelf')).text).toMatch(/Terracotta Herb Pots[\s\S]*€22\.95/);
    await ana.clicks('next-shelf');
    await story.later('P6D');
    expect(ideas(await ana.received())).toHaveLength(2);
    expect(ideas(await ana.received())[1]).toContain('Terracotta Herb Pots: what others say');
    expect(ideas(await bea.received())).toHaveLength(1);
    expect(await ana.standing('cross-sell')).toBe('completed');
    expect(ana.transitions('cross-sell')).toBe(8);
  });

  it('has nothing to say to Carl, who bought from two shelves at once', async () => {
    const carl = await story.meet('carl');
    await buy(carl, 'Kitchen', 'Bath');
    expect(await carl.passages('cross-sell')).toEqual([]);
  });

  it('is over for Dora as soon as she finds another shelf by herself; more of the same does not end it', async () => {
    const dora = await story.meet('dora', { drawn: isWritten });
    await buy(dora, 'Bedroom');
    await story.later('P2D');
    await buy(dora, 'Bedroom');
    expect(await dora.standing('cross-sell')).toBe('active');
    await story.later('P2D');
    await buy(dora, 'Garden');
    expect(await dora.standing('cross-sell')).toBe('exited, exit-condition');
    await story.later('P10D');
    expect(ideas(await dora.received())).toEqual([]);
  });

  it('names the thing to Olga in Russian', async () => {
    const olga = await story.meet('olga', { firstName: 'Ольга', language: 'ru-RU', drawn: isWritten });
    await buy(olga, 'Living room');
    await story.later('P11D');
    expect((await olga.letter('next-shelf')).subject).toBe('К вашему заказу: вафельное покрывало');
  });

  it('is over for Emil, who sends his order back', async () => {
    const emil = await story.meet('emil');
    await buy(emil, 'Kitchen');
    await story.later('P8D');
    await emil.does('Order Refunded', { orderId: 'HP1' });
    await story.later('P5D');
    expect(await emil.standing('cross-sell')).toBe('exited, exit-event');
    expect(ideas(await emil.received())).toEqual([]);
  });

  it('keeps its letter from one in ten, so that it can be seen what it is worth', async () => {
    const fred = await story.meet('fred', {
      drawn: (id) => story.isNeverHeldOut(id) && isHeldOut('holdout:cross-sell/idea', id, 10),
    });
    await buy(fred, 'Kitchen');
    await story.later('P17D');
    expect(await fred.spared()).toContain('idea: step-holdout');
    expect(await fred.standing('cross-sell')).toBe('completed');
  });
});
