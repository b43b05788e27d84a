import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tableLines } from '../../cli/trait.ts';
import { readWorkflows } from '../../functions/parts/read-workflows.ts';
import { OwnHome, refusal, type Item } from './home.ts';

let own: OwnHome;
beforeEach(async () => {
  own = new OwnHome();
  await own.begin();
});
afterEach(() => own.end());

const write = (kind: 'trait' | 'segment', document: { readonly id: string }): void => {
  mkdirSync(join(own.workflows, `${kind}s`), { recursive: true });
  writeFileSync(join(own.workflows, `${kind}s/${document.id}.${kind}.json`), JSON.stringify(document));
};
const table = async (): Promise<Item> => (await own.home.api('GET', '/api/traits/by-orders/table')).body as Item;
const bestSize = async (): Promise<unknown> =>
  (await own.home.items('/api/segments')).find((one) => one['id'] === 'best')?.['members'];
async function buyersCome(many: number): Promise<void> {
  for (let index = 0; index < many; index++)
    for (let count = 0; count <= index % 4; count++) await own.home.track(`u${index}`, 'Bought', {});
  await own.home.settle();
}
async function publishRank(): Promise<void> {
  write('trait', { id: 'orders-ever', name: 'Orders', count: 'Bought' } as { id: string });
  write('trait', { id: 'by-orders', name: 'By orders', rank: 'orders-ever', into: 4 } as { id: string });
  write('segment', { id: 'best', name: 'The best', when: { trait: 'by-orders', atLeast: 4 } } as { id: string });
  expect((await own.publish()).status).toBe(200);
}

describe('a rank at home', () => {
  it('is counted soon after it is published, shown, and counted again at four in the morning', async () => {
    await buyersCome(20);
    await publishRank();
    await own.home.settle();
    const made = await table();
    expect(made).toMatchObject({
      traitId: 'by-orders',
      rank: 'orders-ever',
      into: 4,
      best: 'most',
      people: 20,
      bounds: [1, 2, 3],
      isRounded: false,
    });
    expect(await bestSize()).toBe(5);
    expect(tableLines('by-orders', made).slice(0, 7)).toEqual([
      'by-orders: orders-ever in 4 classes, the best is the most.',
      `As of ${String(made['at'])}, of 20 people:`,
      '    1  up to 1',
      '    2  above 1, up to 2',
      '    3  above 2, up to 3',
      '    4  above 3',
      `Counted next at ${String(made['nextAt'])}.`,
    ]);
    await own.home.wind('P1D');
    expect((await table())['at']).toBe(made['nextAt']);
    expect(Number((await table())['version'])).toBeGreaterThan(Number(made['version']));
    expect(own.home.problems).toEqual([]);
  });

  it('goes on where a stop left it, and says how far it has come', async () => {
    await buyersCome(120);
    await own.home.home.filling.stop();
    await publishRank();
    expect(await table()).toMatchObject({ counting: { people: 0, done: 0, parts: 1 } });
    expect(tableLines('by-orders', await table())).toContain('Being counted: no people so far.');
    await own.begin();
    expect(await table()).toMatchObject({ people: 120 });
    expect(await bestSize()).toBe(30);
    await own.begin();
    expect(await bestSize()).toBe(30);
  });

  it('is asked for by its id', async () => {
    await publishRank();
    const other = await own.home.api('GET', '/api/traits/orders-ever/table');
    expect(refusal(other)).toEqual([404, 'trait_unranked', 'id']);
    const unknown = await own.home.api('GET', '/api/traits/by-order/table');
    expect(refusal(unknown)).toEqual([404, 'trait_unknown', 'id']);
    expect(unknown.body.error?.suggestion).toContain('by-orders');
  });

  it('is part of what a preview asks', async () => {
    await buyersCome(8);
    await publishRank();
    await own.home.settle();
    const files = [
      ...readWorkflows(own.workflows),
      {
        path: 'segments/good.segment.json',
        text: JSON.stringify({ id: 'good', name: 'Good', when: { trait: 'by-orders', atLeast: 3 } }),
      },
    ];
    const { body } = await own.home.api('POST', '/api/segments/good/preview', { files });
    expect(body).toMatchObject({ people: 8, members: 4 });
  });
});
