import { publish } from '../../core/definitions.ts';
import { DynamoDirectory } from '../../functions/aws/directory.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { mergesContract } from '../contracts/merges.ts';
import { documentsOf, startMs } from '../builders.ts';
import { aTable } from './a-table.ts';

const published = publish(documentsOf({}));

mergesContract('DynamoDB', 300, async () => {
  const table = await aTable();
  const store = new DynamoProfileStore(table.client, table.name, { nowMs: () => startMs });
  const definitions = { current: async () => published, journeyIds: async () => [] };
  const directory = new DynamoDirectory(table.client, table.name, definitions);
  return { store, directory, close: async () => table.close() };
});
