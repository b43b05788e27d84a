import { expect, it } from 'vitest';
import { batchIds } from '../../../functions/parts/message-ids.ts';

const beganAt = '2026-03-02T10:00:00.000Z';
const three = (ids: (nowMs: number) => string, nowMs = 0): readonly string[] => [ids(nowMs), ids(nowMs), ids(nowMs)];

it('gives the messages of a batch the same ids whenever it comes again', () => {
  const first = three(batchIds('import:1', beganAt), 1_000);
  expect(three(batchIds('import:1', beganAt), 2_000)).toEqual(first);
  expect(new Set([...first, ...three(batchIds('import:2', beganAt), 1_000)]).size).toBe(6);
});

it('gives messages ids of their own where nobody says which batch they are of', () => {
  expect(new Set([...three(batchIds(undefined)), ...three(batchIds(undefined))]).size).toBe(6);
});
