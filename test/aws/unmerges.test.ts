import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { startMs } from '../builders.ts';
import { unmergesContract } from '../contracts/unmerges.ts';
import { runs } from '../properties.ts';
import { aTable } from './a-table.ts';

unmergesContract('DynamoDB', runs(200), async () => {
  const table = await aTable();
  const store = new DynamoProfileStore(table.client, table.name, { nowMs: () => startMs + 86_400_000 });
  return { store, close: async () => table.close() };
});
