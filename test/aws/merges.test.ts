import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { mergesContract } from '../contracts/merges.ts';
import { startMs } from '../builders.ts';
import { aTable } from './a-table.ts';

mergesContract('DynamoDB', 300, async () => {
  const table = await aTable();
  const store = new DynamoProfileStore(table.client, table.name, { nowMs: () => startMs });
  return { store, close: async () => table.close() };
});
