import { expect, it } from 'vitest';
import { noCounts } from '../../core/experiment/variant-counts.ts';
import { SparingCounts } from '../../local/sparing-counts.ts';

it('counts again once more than one in a hundred has changed, and at once while there are few', async () => {
  let [changes, asked, exposed] = [0, 0, 0];
  const experiments = {
    counts: async () => [{ ...noCounts('offer', 'a'), exposed: ((asked += 1), exposed) }],
    rule: async () => 'ruled' as const,
  };
  const sparing = new SparingCounts(experiments, () => changes);
  const look = async (): Promise<number> => {
    await sparing.counts(['cart']);
    return asked;
  };
  expect([await look(), await look()]).toEqual([1, 1]);
  [changes, exposed] = [1, 500];
  expect([await look(), await look()]).toEqual([2, 2]);
  changes += 5;
  expect(await look()).toBe(2);
  changes += 1;
  expect(await look()).toBe(3);
  await sparing.counts(['other']);
  expect(asked).toBe(4);
});
