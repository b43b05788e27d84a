import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import { countStanding } from '../../functions/aws/standing.ts';
import { enrollmentItem } from '../../functions/aws/table/rows.ts';
import { Table } from '../../functions/aws/table/table.ts';
import { anEnrollment } from '../contracts/rows.ts';
import { aTable, type OpenTable } from './a-table.ts';

type Item = ReturnType<typeof enrollmentItem>;
/** What one write takes. */
const mostItems = 25;

let open: OpenTable;
beforeEach(async () => {
  open = await aTable();
});
afterEach(() => open.close());

async function put(items: readonly Item[]): Promise<void> {
  for (let at = 0; at < items.length; at += mostItems) {
    const RequestItems = {
      [open.name]: items.slice(at, at + mostItems).map((one) => ({ PutRequest: { Item: one } })),
    };
    await open.client.send(new BatchWriteItemCommand({ RequestItems }));
  }
}
const at = (id: string, stepId: string, over: Partial<Enrollment> = {}): Item =>
  enrollmentItem(anEnrollment(id, { journeyId: 'cart', version: 'v1', cursor: { stepId, visit: 1 }, ...over }));
const count = (...journeyIds: readonly string[]) => countStanding(new Table(open.client, open.name), journeyIds);

describe('who stands where', () => {
  it('is counted by journey, version and step, without those who have ended', async () => {
    await put([
      at('a', 'rest'),
      at('b', 'rest'),
      at('c', 'rest', { version: 'v2' }),
      at('d', 'ask'),
      at('e', 'rest', { status: 'completed' }),
      at('f', 'rest', { journeyId: 'trial' }),
      at('g', 'rest', { journeyId: 'other' }),
    ]);
    expect(new Set(await count('cart', 'trial', 'nobody'))).toEqual(
      new Set([
        { journeyId: 'cart', version: 'v1', stepId: 'rest', people: 2 },
        { journeyId: 'cart', version: 'v2', stepId: 'rest', people: 1 },
        { journeyId: 'cart', version: 'v1', stepId: 'ask', people: 1 },
        { journeyId: 'trial', version: 'v1', stepId: 'rest', people: 1 },
      ]),
    );
  });

  it('is read from the row of whoever was last written by a release that did not tell the index', async () => {
    const { ch: _, ...old } = at('a', 'rest');
    await put([old, at('b', 'rest')]);
    expect(await count('cart')).toEqual([{ journeyId: 'cart', version: 'v1', stepId: 'rest', people: 2 }]);
  });

  it('is counted over all pages of the index, and no row of anybody is read for it', async () => {
    const path = Array.from({ length: 300 }, (_, index) => `a-step-that-was-done-${index}`);
    await put(Array.from({ length: 2_500 }, (_, index) => at(`n${index}`, 'rest', { path })));
    const asked: string[] = [];
    open.client.middlewareStack.add(
      (next, context) => (args) => (asked.push(String(context.commandName)), next(args)),
      { step: 'initialize', name: 'asked' },
    );
    expect(await count('cart')).toMatchObject([{ people: 2_500 }]);
    // Each of the eight parts of the list is more than two pages of 1 MB.
    expect(asked.length).toBeGreaterThan(16);
    expect(new Set(asked)).toEqual(new Set(['QueryCommand']));
  });
});
