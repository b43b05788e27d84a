import { DynamoPersonalData } from '../../functions/aws/personal-data.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { DynamoQuarantine } from '../../functions/aws/quarantine.ts';
import { startMs } from '../builders.ts';
import { quarantineContract } from '../contracts/quarantine.ts';
import { CountingIds } from '../fakes.ts';
import { aTable } from './a-table.ts';

quarantineContract('DynamoDB', async () => {
  const table = await aTable();
  const clock = { ms: startMs, nowMs: () => clock.ms };
  const store = new DynamoProfileStore(table.client, table.name, clock);
  const personal = new DynamoPersonalData(table.client, table.name, { profiles: store, ids: new CountingIds(), clock });
  const quarantine = new DynamoQuarantine(table.client, table.name, clock);
  return { quarantine, store, personal, clock, close: async () => table.close() };
});
