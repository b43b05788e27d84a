import { DynamoQuarantine } from '../../functions/aws/quarantine.ts';
import { startMs } from '../builders.ts';
import { quarantineContract } from '../contracts/quarantine.ts';
import { aTable } from './a-table.ts';

quarantineContract('DynamoDB', async () => {
  const table = await aTable();
  const clock = { ms: startMs };
  const quarantine = new DynamoQuarantine(table.client, table.name, { nowMs: () => clock.ms });
  return { quarantine, clock, close: async () => table.close() };
});
