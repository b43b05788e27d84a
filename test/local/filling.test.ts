import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Segment } from '../../core/journey/document.ts';
import { type LocalHome, OwnHome, type Item } from './home.ts';

const many = 120;

let own: OwnHome;
let home: LocalHome;
const begins = async (): Promise<void> => {
  await own.begin();
  ({ home } = own);
};
beforeEach(async () => {
  own = new OwnHome();
  await begins();
});
afterEach(() => own.end());

const writes = (segment: Segment): void =>
  writeFileSync(join(own.workflows, `segments/${segment.id}.segment.json`), JSON.stringify(segment));
const publishes = async (): Promise<void> => {
  expect((await own.publish()).status).toBe(200);
};
async function buyersCome(): Promise<void> {
  for (let index = 0; index < many; index++) await home.track(`u${index}`, 'Bought', { total: index });
  await home.settle();
}
const listed = async (id: string): Promise<Item | undefined> =>
  (await home.items('/api/segments')).find((one) => one['id'] === id);

describe('a segment that is published into a home with people in it', () => {
  it('says that it is being filled, and how far, until it is whole', async () => {
    await buyersCome();
    writes({ id: 'spenders', name: 'Spenders', when: { did: 'Bought', where: { total: { atLeast: 20 } } } });
    // As if it took long.
    await home.home.filling.stop();
    await publishes();
    expect(await listed('spenders')).toEqual({ id: 'spenders', name: 'Spenders', isFilling: true, members: 0 });
    const { body } = await home.api('GET', '/api/segments');
    expect(body['filling']).toEqual({ people: 0, done: 0, parts: 1 });
    expect(await listed('lookers')).not.toHaveProperty('isFilling');
    await begins();
    expect(await listed('spenders')).toEqual({ id: 'spenders', name: 'Spenders', members: many - 20 });
    expect((await home.api('GET', '/api/segments')).body).not.toHaveProperty('filling');
  });

  it('says of a person that the stage is not certain, until they are filled', async () => {
    await buyersCome();
    expect(await home.profile('u1')).not.toHaveProperty('isFilling');
    const file = join(own.workflows, 'workspace.json');
    const workspace = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...workspace, stages: { retention: { did: 'Bought' } } }));
    await home.home.filling.stop();
    await publishes();
    expect(await home.profile('u1')).toMatchObject({ stage: 'acquaintance', isFilling: true });
    await begins();
    const { stage, isFilling } = await home.profile('u1');
    expect([stage, isFilling]).toEqual(['retention', undefined]);
  });

  it('is filled by the next start where it was published before one, and by the one after a stop', async () => {
    await buyersCome();
    writes({ id: 'buyers', name: 'Buyers', when: { did: 'Bought' } });
    await begins();
    expect(await listed('buyers')).toEqual({ id: 'buyers', name: 'Buyers', members: many });
    writes({ id: 'buyers', name: 'Buyers', when: { did: 'Bought', atLeast: 2 } });
    await publishes();
    await begins();
    expect(await listed('buyers')).toEqual({ id: 'buyers', name: 'Buyers', members: 0 });
  });
});
