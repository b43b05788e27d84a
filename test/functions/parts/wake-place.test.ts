import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wakePlace } from '../../../functions/parts/wake-place.ts';
import { runs } from '../../properties.ts';

it('looks at every row in the end, begins none without time for it, and is told of again while any is left', async () => {
  const row = fc.record({
    ms: fc.integer({ min: 1, max: 30_000 }),
    failures: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2),
  });
  const property = fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
    const left = new Map<number, number>(rows.map((one, index) => [index, one.failures]));
    let messages = 1;
    for (let calls = 0; messages > 0; calls++) {
      expect(calls).toBeLessThan(500);
      messages--;
      let nowMs = 0;
      const leftMs = (): number => 120_000 - nowMs;
      const call = wakePlace(
        {
          rows: async () => [...left.keys()],
          wake: async (index) => {
            expect(leftMs()).toBeGreaterThanOrEqual(45_000);
            nowMs += rows[index]!.ms;
            const failures = left.get(index)!;
            if (failures === 0) return left.delete(index);
            left.set(index, failures - 1);
            throw new Error('not now');
          },
          tellAgain: async () => messages++,
        },
        leftMs,
      );
      // A message that fails comes again by itself.
      await call.catch(() => messages++);
    }
    expect([...left.keys()]).toEqual([]);
  });
  await fc.assert(property, runs(2_000));
});

it('asks for no more where all was looked at', async () => {
  const told: number[] = [];
  const seen: number[] = [];
  await wakePlace(
    { rows: async () => [1, 2, 3], wake: async (row) => seen.push(row), tellAgain: async () => told.push(1) },
    () => 60_000,
  );
  expect([seen, told]).toEqual([[1, 2, 3], []]);
});
