import { expect, it } from 'vitest';
import { DynamoControls } from '../../functions/aws/controls.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { controlsContract } from '../contracts/controls.ts';
import { aTable } from './a-table.ts';

controlsContract('DynamoDB Local', async () => {
  const table = await aTable();
  let nowMs = 0;
  // Each look comes a lease after the one before it.
  const clock = { nowMs: () => (nowMs += 5_000) };
  return {
    controls: new DynamoControls(table.client, table.name, () => Promise.resolve()),
    store: new DynamoProfileStore(table.client, table.name, clock),
    close: async () => table.close(),
  };
});

it('a change is heeded after the lease of a look and the time that a hand-over may take to begin', async () => {
  const table = await aTable();
  const passed: number[] = [];
  const pass = async (ms: number) => void passed.push(ms);
  await new DynamoControls(table.client, table.name, pass).heeded();
  expect(passed).toEqual([10_000]);
  table.close();
});
